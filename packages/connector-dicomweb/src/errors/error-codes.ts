import { errorTable } from '@pacs-connectors/connector-core';

/** What the connector reports: errors and notices. */
export const errors = errorTable({
  'dicomweb.address.missing': {
    title: 'Address missing',
    meaning: 'The configuration has no address of the DICOMweb service.',
    remedy: 'Set dicom-web-connector.qido-rs.authentication.basic.server.url or oauth2.server.url.',
    since: '0.2.0',
  },
  'dicomweb.address.invalid': {
    title: 'Address not valid',
    meaning: 'The address of the DICOMweb service is not an http or https URL that can be a base URL.',
    remedy: 'Set the base URL, the part before /studies, without #.',
    since: '0.2.0',
  },
  'dicomweb.address.contains-login': {
    title: 'Login in the address',
    meaning: 'The address of the DICOMweb service contains a user name or a password, and manifests show addresses.',
    remedy: 'Set authentication.basic.login and authentication.basic.password instead.',
    since: '0.2.0',
  },
  'dicomweb.oauth2.registration-missing': {
    title: 'OAuth 2 client not registered',
    meaning: 'The connector uses OAuth 2, but its oidc-id is missing or names no registration.',
    remedy: 'Set oauth2.oidc-id to a name in spring.security.oauth2.client.registration.',
    since: '0.2.0',
  },
  'dicomweb.store.unreadable': {
    title: 'Key store or truststore not readable',
    meaning: 'A file of certificates or keys cannot be read, or its password is wrong.',
    remedy: 'Correct the file, its type or its password as the message says.',
    since: '0.2.0',
  },
  'dicomweb.store.incomplete': {
    title: 'Key store or truststore incomplete',
    meaning: 'A truststore contains no certificate, or a key store lacks the private key or its certificate.',
    remedy: 'Add what is missing to the file.',
    since: '0.2.0',
  },
  'dicomweb.certificate.untrusted': {
    title: 'Certificate not trusted',
    meaning: 'The server’s certificate comes from an authority that this connector does not trust.',
    remedy: 'Add the certificate of the authority to truststore.url of this connector.',
    since: '0.2.0',
  },
  'dicomweb.certificate.invalid': {
    title: 'Certificate not valid',
    meaning: 'The server’s certificate has expired, is not valid yet, or is revoked.',
    remedy: 'Renew the certificate of the archive, or correct the clocks.',
    since: '0.2.0',
  },
  'dicomweb.certificate.other-host': {
    title: 'Certificate for another host',
    meaning: 'The server’s certificate does not contain the configured host name.',
    remedy: 'Configure a name that the certificate contains, or renew the certificate.',
    since: '0.2.0',
  },
  'dicomweb.tls.not-offered': {
    title: 'No TLS at this port',
    meaning: 'The port does not use TLS, but the address begins with https.',
    remedy: 'Use http:// or another port.',
    since: '0.2.0',
  },
  'dicomweb.tls.client-certificate-refused': {
    title: 'Client certificate missing or refused',
    meaning: 'The server ended the TLS handshake, because it requires a client certificate that it trusts.',
    remedy: 'Set key-store.url of this connector to a certificate that the archive trusts.',
    since: '0.2.0',
  },
  'dicomweb.connection.refused': {
    title: 'Connection refused',
    meaning: 'No program listens at the configured host and port.',
    remedy: 'Check that the archive runs, and that its address is right.',
    since: '0.2.0',
  },
  'dicomweb.connection.lost': {
    title: 'Connection lost',
    meaning: 'The server closed the connection before its answer was complete.',
    remedy: 'Check that the archive runs, and read its log.',
    since: '0.2.0',
  },
  'dicomweb.connection.host-unknown': {
    title: 'Host name unknown',
    meaning: 'The host name of the archive cannot be resolved.',
    remedy: 'Check the host name in the configuration and the name service of this machine.',
    since: '0.2.0',
  },
  'dicomweb.connection.no-route': {
    title: 'Host not reachable',
    meaning: 'The network has no route to the archive, or no answer comes from there.',
    remedy: 'Check the address, the firewall and the network.',
    since: '0.2.0',
  },
  'dicomweb.connection.failed': {
    title: 'Connection failed',
    meaning: 'The connection failed for another reason, which the message contains.',
    remedy: 'Check that the archive runs, and that its address is right.',
    since: '0.2.0',
  },
  'dicomweb.proxy.refused': {
    title: 'Refused by the HTTP proxy',
    meaning: 'The HTTP proxy does not connect to the archive.',
    remedy:
      'Check dicom-web-connector.proxy or HTTP_PROXY, HTTPS_PROXY and NO_PROXY, and the permissions of the proxy.',
    since: '0.2.0',
  },
  'dicomweb.answer.stalled': {
    title: 'Answer stalled',
    meaning: 'The server stopped in the middle of an answer, or never began it.',
    remedy: 'Check whether the archive is overloaded.',
    since: '0.2.0',
  },
  'dicomweb.answer.not-http': {
    title: 'Not an HTTP answer',
    meaning: 'The server’s answer does not follow HTTP.',
    remedy: 'Check that the port is that of the DICOMweb service.',
    since: '0.2.0',
  },
  'dicomweb.answer.not-json': {
    title: 'Not a DICOM JSON answer',
    meaning:
      'The answer is not an array of results in JSON, for example a login page, XML, or another character set than UTF-8.',
    remedy: 'Check that the address is that of the DICOMweb service, and that no proxy or login page answers for it.',
    since: '0.2.0',
  },
  'dicomweb.answer.cut-off': {
    title: 'Answer cut off',
    meaning: 'The answer ended before its JSON or its compressed data was complete.',
    remedy: 'Read the log of the archive and of the proxies before it.',
    since: '0.2.0',
  },
  'dicomweb.answer.too-long': {
    title: 'Answer too long',
    meaning: 'The answer is longer than dicom-web-connector.max-response-mib.',
    remedy: 'Request less, or raise dicom-web-connector.max-response-mib.',
    since: '0.2.0',
  },
  'dicomweb.answer.status-unknown': {
    title: 'Unknown HTTP status',
    meaning: 'The server answered with an HTTP status that QIDO-RS does not have.',
    remedy: 'Report the status to the archive’s administrator.',
    since: '0.2.0',
  },
  'dicomweb.redirect.invalid': {
    title: 'Redirect not usable',
    meaning: 'The server redirects to no address, or too many times.',
    remedy: 'Configure the address that the redirects should lead to.',
    since: '0.2.0',
  },
  'dicomweb.redirect.without-tls': {
    title: 'Redirect without TLS',
    meaning: 'The server redirects from https to http, which is not followed.',
    remedy: 'Configure the address that the redirects should lead to.',
    since: '0.2.0',
  },
  'dicomweb.redirect.credentials-required': {
    title: 'Redirect to a server that requires credentials',
    meaning:
      'The server redirects to another server that requires credentials. They are sent to the configured server only.',
    remedy: 'Configure the address that the redirects should lead to.',
    since: '0.2.0',
  },
  'dicomweb.credentials.missing': {
    title: 'Credentials missing',
    meaning: 'The archive requires credentials, and none are configured.',
    remedy: 'Set authentication in dicom-web-connector.qido-rs.',
    since: '0.2.0',
  },
  'dicomweb.credentials.refused': {
    title: 'Credentials refused',
    meaning: 'The archive does not accept the configured credentials.',
    remedy: 'Correct authentication in dicom-web-connector.qido-rs.',
    since: '0.2.0',
  },
  'dicomweb.token.missing': {
    title: 'Token of the caller missing',
    meaning: 'The archive requires the token of the caller, and the request has none.',
    remedy: 'Log in, or send the token as Authorization: Bearer or as access_token.',
    since: '0.2.0',
  },
  'dicomweb.token.refused': {
    title: 'Token of the caller refused',
    meaning: 'The archive does not accept the token of the caller.',
    remedy: 'Log in again, and check that the archive trusts the issuer of the token.',
    since: '0.2.0',
  },
  'dicomweb.query.forbidden': {
    title: 'Query not permitted',
    meaning: 'The archive does not permit the query for this user (HTTP 403).',
    remedy: 'Ask the archive’s administrator to permit the query.',
    since: '0.2.0',
  },
  'dicomweb.query.rejected': {
    title: 'Query rejected',
    meaning: 'The archive rejects the query as not valid or not supported.',
    remedy: 'Check that the address is the base URL of the service, the part before /studies.',
    since: '0.2.0',
  },
  'dicomweb.service.missing': {
    title: 'No DICOMweb service',
    meaning: 'The server has no DICOMweb service at the configured address (HTTP 404).',
    remedy: 'Set the base URL of the service, the part before /studies.',
    since: '0.2.0',
  },
  'dicomweb.service.overloaded': {
    title: 'Too many queries',
    meaning: 'The archive rejects queries because there are too many (HTTP 429).',
    remedy: 'Reduce dicom-web-connector.connections.',
    since: '0.2.0',
  },
  'dicomweb.service.failed': {
    title: 'Archive failed',
    meaning: 'The archive failed at the query (HTTP 5xx).',
    remedy: 'Read the log of the archive.',
    since: '0.2.0',
  },
  'dicomweb.result.without-uid': {
    title: 'Results without a UID',
    meaning: 'The archive returned results without a valid UID. They cannot be shown.',
    remedy: 'Report the number of results to the archive’s administrator.',
    since: '0.2.0',
  },
  'dicomweb.result.unreadable': {
    title: 'Results not readable',
    meaning: 'The archive returned results that are too long, not in UTF-8, or broken JSON. They cannot be shown.',
    remedy: 'Report the number of results to the archive’s administrator.',
    since: '0.2.0',
  },
  'dicomweb.result.conflicting-parents': {
    title: 'UIDs under several parents',
    meaning: 'The archive lists a UID under more than one patient, study or series. It is shown under one of them.',
    remedy: 'Ask the archive’s administrator to correct the data.',
    since: '0.2.0',
  },
  'dicomweb.result.other-identifier': {
    title: 'Studies of another identifier',
    meaning:
      'The archive returned studies whose Patient ID or Accession Number is not the requested one. They are not shown.',
    remedy: 'Check how the archive matches identifiers, and search by the identifier that it has.',
    since: '0.2.0',
  },
  'dicomweb.patient.other-id': {
    title: 'Studies under another Patient ID',
    meaning:
      'Studies are shown that have another Patient ID, because the requested one is among their Other Patient IDs.',
    remedy: 'Nothing needs to be done.',
    since: '0.2.0',
  },
  'dicomweb.identifier.failed': {
    title: 'Search for an identifier failed',
    meaning: 'The search for one of several identifiers failed. Its studies are missing, the others are shown.',
    remedy: 'Do what the message says about the failure, and search again.',
    since: '0.2.0',
  },
  'dicomweb.study.failed': {
    title: 'Content of a study missing',
    meaning: 'The archive failed at the series or instances of a study. What came is shown, the rest is missing.',
    remedy: 'Do what the message says about the failure, and search again.',
    since: '0.2.0',
  },
  'dicomweb.series.empty': {
    title: 'Series without instances',
    meaning: 'The archive returned series without instances. Their images are missing.',
    remedy: 'Check these series in the archive.',
    since: '0.2.0',
  },
  'dicomweb.issuer.unknown': {
    title: 'Issuer unknown',
    meaning: 'Studies are not shown, because the archive does not say which authority issued their Patient ID.',
    remedy: 'Search without the issuer, or have the archive return Issuer of Patient ID (0010,0021).',
    since: '0.2.0',
  },
  'dicomweb.issuer.unchecked': {
    title: 'Issuer not checked',
    meaning: 'The archive does not return issuers, so the issuer of the Patient ID could not be compared.',
    remedy: 'Check that the studies are those of the patient.',
    since: '0.2.0',
  },
  'dicomweb.identifier.unsearchable': {
    title: 'Identifier not searchable',
    meaning: 'QIDO-RS cannot search for this kind of identifier, or this archive does not do so.',
    remedy: 'Search by Study Instance UID or by Patient ID.',
    since: '0.2.0',
  },
  'dicomweb.key.ignored': {
    title: 'Matching key ignored',
    meaning: 'The archive returned studies with other values of the identifier, as if it did not search by it.',
    remedy: 'Check which matching keys the archive supports.',
    since: '0.2.0',
  },
  'dicomweb.answer.limited': {
    title: 'Answer limited',
    meaning: 'The archive limits its answers and does not return the rest. Results may be missing.',
    remedy: 'Raise the archive’s limit of results for a query.',
    since: '0.2.0',
  },
  'dicomweb.answer.incomplete': {
    title: 'Answer incomplete',
    meaning: 'The archive returned fewer results than it counts. Results may be missing.',
    remedy: 'Search again later, and compare with the archive.',
    since: '0.2.0',
  },
  'dicomweb.attributes.rejected': {
    title: 'Attributes not returned',
    meaning:
      'The archive rejects queries that request attributes (includefield), so descriptions and numbers may be missing.',
    remedy: 'Have the archive accept includefield, or ignore the notice.',
    since: '0.2.0',
  },
  'dicomweb.filter.not-applied': {
    title: 'Filter not applied',
    meaning: 'A filter could not be applied, because the archive returns the filter’s attribute for no study.',
    remedy: 'Search without the filter, or have the archive return the attribute.',
    since: '0.2.0',
  },
});

export const { codes } = errors;
