import { errorTable } from '@pacs-connectors/connector-core';

/** Why images cannot be retrieved. */
export const errors = errorTable({
  'wado.request.instances-missing': {
    title: 'Instances not named',
    meaning: 'WADO-URI retrieves single instances, and the request does not name any.',
    remedy: 'Request the instances of a series by their SOP Instance UIDs, or use WADO-RS.',
    since: '0.2.0',
  },
  'wado.request.uid-invalid': {
    title: 'UID not valid',
    meaning: 'A requested UID cannot be part of an address.',
    remedy: 'Correct the UID in the archive.',
    since: '0.2.0',
  },
  'wado.address.invalid': {
    title: 'Address not valid',
    meaning: 'The address of the images is not an http or https URL.',
    remedy: 'Correct the address of the images in the configuration of the archive.',
    since: '0.2.0',
  },
  'wado.connection.refused': {
    title: 'Connection refused',
    meaning: 'Nothing listens at the host and port of the images.',
    remedy: 'Check that the archive runs, and that the address of its images is right.',
    since: '0.2.0',
  },
  'wado.connection.lost': {
    title: 'Connection lost',
    meaning: 'The archive closed the connection before its images were complete.',
    remedy: 'Check that the archive runs, and read its log.',
    since: '0.2.0',
  },
  'wado.connection.host-unknown': {
    title: 'Host name unknown',
    meaning: 'The host name in the address of the images cannot be resolved.',
    remedy: 'Check the host name in the configuration and the name service of this machine.',
    since: '0.2.0',
  },
  'wado.connection.no-route': {
    title: 'Host not reachable',
    meaning: 'The network has no route to the host of the images, or no answer comes from there.',
    remedy: 'Check the address, the firewall and the network.',
    since: '0.2.0',
  },
  'wado.connection.failed': {
    title: 'Connection failed',
    meaning: 'The connection failed for another reason, which the message contains.',
    remedy: 'Check that the archive runs, and that the address of its images is right.',
    since: '0.2.0',
  },
  'wado.proxy.refused': {
    title: 'Refused by the HTTP proxy',
    meaning: 'The HTTP proxy does not connect to the host of the images.',
    remedy: 'Check HTTP_PROXY, HTTPS_PROXY and NO_PROXY, and the permissions of the proxy.',
    since: '0.2.0',
  },
  'wado.answer.stalled': {
    title: 'Images stalled',
    meaning: 'The archive stopped in the middle of an image.',
    remedy: 'Check whether the archive is overloaded.',
    since: '0.2.0',
  },
  'wado.answer.cut-off': {
    title: 'Images cut off',
    meaning: 'The answer ended before its last image was complete.',
    remedy: 'Read the log of the archive and of the proxies before it.',
    since: '0.2.0',
  },
  'wado.answer.not-http': {
    title: 'Not an HTTP answer',
    meaning: 'The server’s answer does not follow HTTP.',
    remedy: 'Check that the port is that of the WADO service.',
    since: '0.2.0',
  },
  'wado.answer.not-dicom': {
    title: 'No DICOM images',
    meaning: 'The answer contains no DICOM files, for example a login page.',
    remedy: 'Check that the address is that of the WADO service, and that no login page answers for it.',
    since: '0.2.0',
  },
  'wado.answer.status-unknown': {
    title: 'Unknown HTTP status',
    meaning: 'The server answered with an HTTP status that WADO does not have.',
    remedy: 'Report the status to the archive’s administrator.',
    since: '0.2.0',
  },
  'wado.redirect.invalid': {
    title: 'Redirect not usable',
    meaning: 'The server redirects to no address, or too many times.',
    remedy: 'Configure the address that the redirects should lead to.',
    since: '0.2.0',
  },
  'wado.redirect.without-tls': {
    title: 'Redirect without TLS',
    meaning: 'The server redirects from https to http, which is not followed.',
    remedy: 'Configure the address that the redirects should lead to.',
    since: '0.2.0',
  },
  'wado.redirect.credentials-required': {
    title: 'Redirect to a server that requires credentials',
    meaning:
      'The server redirects to another server that requires credentials. They are sent to the configured server only.',
    remedy: 'Configure the address that the redirects should lead to.',
    since: '0.2.0',
  },
  'wado.credentials.missing': {
    title: 'Credentials missing',
    meaning: 'The archive requires credentials for images, and none are configured.',
    remedy: 'Set the authentication of the images in the configuration of the archive.',
    since: '0.2.0',
  },
  'wado.credentials.refused': {
    title: 'Credentials refused',
    meaning: 'The archive does not accept the configured credentials for images.',
    remedy: 'Correct the authentication of the images in the configuration of the archive.',
    since: '0.2.0',
  },
  'wado.token.refused': {
    title: 'Token refused',
    meaning: 'The archive does not accept the token for images.',
    remedy: 'Log in again, and check that the archive trusts the issuer of the token.',
    since: '0.2.0',
  },
  'wado.request.forbidden': {
    title: 'Retrieval not permitted',
    meaning: 'The archive does not permit the retrieval for this user (HTTP 403).',
    remedy: 'Ask the archive’s administrator to permit the retrieval.',
    since: '0.2.0',
  },
  'wado.request.rejected': {
    title: 'Retrieval rejected',
    meaning: 'The archive rejects the request for images as not valid or not supported.',
    remedy: 'Check the address of the images. For WADO-RS, it is the part before /studies.',
    since: '0.2.0',
  },
  'wado.service.overloaded': {
    title: 'Too many requests',
    meaning: 'The archive rejects requests for images because there are too many (HTTP 429).',
    remedy: 'Ask the archive’s administrator to allow more requests.',
    since: '0.2.0',
  },
  'wado.service.failed': {
    title: 'Archive failed',
    meaning: 'The archive failed at the request for images (HTTP 5xx).',
    remedy: 'Read the log of the archive.',
    since: '0.2.0',
  },
  'wado.instance.missing': {
    title: 'Instances missing',
    meaning: 'The archive does not return some of the requested instances.',
    remedy: 'Check these instances in the archive.',
    since: '0.2.0',
  },
  'wado.instance.other': {
    title: 'Other instances',
    meaning: 'The archive returned other instances than the requested ones. They are not passed on.',
    remedy: 'Report this to the archive’s administrator.',
    since: '0.2.0',
  },
  'wado.instance.unreadable': {
    title: 'Instances not readable',
    meaning: 'The archive returned instances that are not DICOM files. They are not passed on.',
    remedy: 'Check these instances in the archive.',
    since: '0.2.0',
  },
});

export const { codes } = errors;
