import { errorTable } from '@pacs-connectors/connector-core';

/** What the server itself reports: problems of requests, start errors, and failures in its log and health. */
export const errors = errorTable({
  'server.archive.left-out': {
    title: 'Archive left out',
    meaning: 'An archive cannot be searched because its configuration has an error.',
    remedy: 'Read the error in /health/ready or the log, and correct the configuration.',
    since: '0.2.0',
  },
  'server.archive.not-answered': {
    title: 'No answer yet',
    meaning: 'An archive had not answered when the viewer could not wait any longer. The search goes on.',
    remedy: 'Launch the viewer again in a moment. If it happens often, check whether the archive is overloaded.',
    since: '0.2.0',
  },
  'server.cache.certificate-not-trusted': {
    title: 'Certificate of Redis not trusted',
    meaning: 'The TLS certificate of Redis is not signed by a trusted authority, or is for another host.',
    remedy: 'Set cache.ca-file to the authority of the certificate, and use its host name in cache.url.',
    since: '0.2.0',
  },
  'server.cache.login-refused': {
    title: 'Redis refused the login',
    meaning: 'Redis refused the user or password, or the user lacks permissions.',
    remedy: 'Check cache.password, or user and password in cache.url.',
    since: '0.2.0',
  },
  'server.cache.unreachable': {
    title: 'Redis not reachable',
    meaning: 'Redis cannot be reached or does not answer. Launches work on one replica and are not shared.',
    remedy: 'Check that Redis runs and that cache.url is right.',
    since: '0.2.0',
  },
  'server.image.certificate-not-trusted': {
    title: 'Certificate of the image server not trusted',
    meaning: 'This machine does not trust the certificate of the server that images are fetched from.',
    remedy: 'Set NODE_EXTRA_CA_CERTS to the PEM file of its authority. Weasis uses the certificates of its own Java.',
    since: '0.2.0',
  },
  'server.image.invalid': {
    title: 'Answer is not the image',
    meaning:
      'The server answered something that Weasis does not show: a web page, another file, another image, or a wrong list.',
    remedy: 'Check the address of the images and the settings that the message names.',
    since: '0.2.0',
  },
  'server.image.not-listed': {
    title: 'No image listed',
    meaning: 'The manifest for `check --connect` lists no image that could be fetched.',
    remedy: 'Name another study by --study UID.',
    since: '0.2.0',
  },
  'server.image.redirect': {
    title: 'Redirect cannot be followed',
    meaning: 'The server redirects too often, without an address, or to an address that is not allowed.',
    remedy: 'Configure the address to which the server redirects, or correct the rules of the proxy.',
    since: '0.2.0',
  },
  'server.image.refused': {
    title: 'Image refused',
    meaning: 'The server answered a status other than 200. Weasis then shows no image.',
    remedy: 'Check the address, the login and the headers that are configured for images.',
    since: '0.2.0',
  },
  'server.image.unreachable': {
    title: 'Image server not reachable',
    meaning: 'The server that images are fetched from cannot be reached, or does not answer completely in time.',
    remedy: 'Check host, port and scheme of the address, and whether the archive is overloaded.',
    since: '0.2.0',
  },
  'server.import.file-unreadable': {
    title: 'Property file cannot be read',
    meaning: 'A file for `pacs-connectors import` is missing or cannot be read.',
    remedy: 'Name a file that this user may read.',
    since: '0.2.0',
  },
  'server.import.output-not-written': {
    title: 'Output not written',
    meaning: '`pacs-connectors import` could not write its output. An existing file is not overwritten.',
    remedy: 'Name a new file in a folder that this user may write to.',
    since: '0.2.0',
  },
  'server.launch.expired': {
    title: 'Launch expired',
    meaning: 'The key of the launch is unknown or has expired.',
    remedy: 'Launch the viewer again.',
    since: '0.2.0',
  },
  'server.launch.part-unknown': {
    title: 'No such part',
    meaning: 'The launch has fewer parts than the requested number.',
    remedy: 'Request one of its parts, or the whole manifest without `part`.',
    since: '0.2.0',
  },
  'server.launch.parts-lost': {
    title: 'Earlier parts lost',
    meaning: 'The server no longer has the first parts of a launch, so it cannot make the next one.',
    remedy: 'Launch the viewer again. If it happens often, check Redis and the memory of the cache.',
    since: '0.2.0',
  },
  'server.manifest.not-ready': {
    title: 'Search not finished',
    meaning: 'No part of the manifest was ready when the viewer could not wait any longer. The search goes on.',
    remedy: 'Launch the viewer again in a moment. If it happens often, check whether the archives are overloaded.',
    since: '0.2.0',
  },
  'server.parameter.contradictory': {
    title: 'Parameters contradict each other',
    meaning: 'Two parameters cannot both be met, such as a lower limit after the upper one.',
    remedy: 'Correct one of them.',
    since: '0.2.0',
  },
  'server.parameter.html-escaped': {
    title: 'Address copied from HTML',
    meaning: 'The address contains `&amp;` instead of `&`.',
    remedy: 'Write `&` alone between the parameters.',
    since: '0.2.0',
  },
  'server.parameter.invalid': {
    title: 'Parameter not valid',
    meaning: 'A parameter has a value that cannot be used.',
    remedy: 'Correct the value as the answer says.',
    since: '0.2.0',
  },
  'server.parameter.missing': {
    title: 'Identifier missing',
    meaning: 'The request has no identifier of a patient, study, series or instance.',
    remedy: 'Add one of the identifiers that the answer lists.',
    since: '0.2.0',
  },
  'server.parameter.not-a-date': {
    title: 'Not a date',
    meaning: 'A value is not an ISO 8601 date, or date and time.',
    remedy: 'Write a date such as 2024-01-31 or 2024-01-31T13:45:00+01:00.',
    since: '0.2.0',
  },
  'server.parameter.not-a-uid': {
    title: 'Not a UID',
    meaning: 'A value is not 1 to 64 digits and dots.',
    remedy: 'Correct the UID in the calling system.',
    since: '0.2.0',
  },
  'server.parameter.not-allowed': {
    title: 'Identifier not allowed',
    meaning: 'request.ids does not allow this kind of identifier.',
    remedy: 'Use another identifier, or add the kind to request.ids.',
    since: '0.2.0',
  },
  'server.parameter.not-encrypted': {
    title: 'Identifier not encrypted',
    meaning: 'An identifier is not encrypted with the key of this server, although `cryptography` is on.',
    remedy: 'Encrypt it with the configured key and mode, or switch `cryptography` off.',
    since: '0.2.0',
  },
  'server.parameter.placeholder': {
    title: 'Placeholder not filled in',
    meaning: 'A value is a placeholder of the calling page, such as `{{patientID}}`.',
    remedy: 'Fill it in on the calling page, or leave the parameter out.',
    since: '0.2.0',
  },
  'server.parameter.repeated': {
    title: 'Too many values',
    meaning: 'A parameter has more different values than allowed.',
    remedy: 'Send fewer values, or several requests.',
    since: '0.2.0',
  },
  'server.parameter.unknown': {
    title: 'Parameter unknown',
    meaning: 'A parameter looks like a misspelt identifier.',
    remedy: 'Correct its name. Names are case-sensitive.',
    since: '0.2.0',
  },
  'server.parameter.unreadable': {
    title: 'Parameter cannot be decoded',
    meaning: 'A parameter contains a `%` that does not begin the escape of a UTF-8 character.',
    remedy: 'Encode the value as UTF-8 with percent-encoding.',
    since: '0.2.0',
  },
  'server.request.parameters-invalid': {
    title: 'The request cannot be used as it is',
    meaning: 'Parameters of the request are unknown, missing or not valid.',
    remedy: 'Correct the parameters that the answer names.',
    since: '0.2.0',
  },
  'server.retrieval.address-missing': {
    title: 'No address for images',
    meaning: 'No address is configured from which the viewer fetches the images of an archive.',
    remedy: 'Set wado.authentication.basic.url of the archive.',
    since: '0.2.0',
  },
  'server.retrieval.token-life-short': {
    title: 'Tokens shorter than minimum-life',
    meaning: 'The OAuth 2 provider gives tokens that expire before the configured minimum-life.',
    remedy: 'Set minimum-life to at most 90% of a token’s life, or let the provider give tokens with a longer life.',
    since: '0.2.0',
  },
  'server.retrieval.token-needed': {
    title: 'Bearer token needed',
    meaning: 'The archive gives images only to callers with a bearer token, and the request had none.',
    remedy: 'Send the request with a bearer token, or configure basic authentication for the archive too.',
    since: '0.2.0',
  },
  'server.retrieval.token-timeout': {
    title: 'No token in time',
    meaning: 'The OAuth 2 provider gave no token for the images of an archive before the deadline.',
    remedy: 'Check whether the OAuth 2 provider is overloaded.',
    since: '0.2.0',
  },
  'server.retrieval.truststore-unusable': {
    title: 'Truststore cannot be used',
    meaning: 'The truststore for the OAuth 2 provider cannot be read, or contains no certificate.',
    remedy: 'Check truststore.url, its type and its password.',
    since: '0.2.0',
  },
  'server.search.nothing-found': {
    title: 'Nothing found',
    meaning: 'An archive has nothing that matches the request.',
    remedy: 'Check the identifiers and filters of the request, if this is unexpected.',
    since: '0.2.0',
  },
  'server.shutting-down': {
    title: 'Server shutting down',
    meaning: 'The server stops and cannot finish the request.',
    remedy: 'Send the request again.',
    since: '0.2.0',
  },
  'server.token.expired': {
    title: 'Token expired',
    meaning: 'The bearer token of the request expired, so the archive may refuse images.',
    remedy: 'Log in and launch the viewer again.',
    since: '0.2.0',
  },
});

export const { codes } = errors;

/** A code of the server. */
export type ServerErrorCode = keyof typeof codes;
