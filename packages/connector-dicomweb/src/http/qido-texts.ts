import { type ServiceTexts } from '@pacs-connectors/wado-client';
import { codes } from '../errors/error-codes.js';

/** The codes and words in errors of queries. */
export const QIDO_TEXTS: ServiceTexts = {
  codes: {
    'connection.refused': codes['dicomweb.connection.refused'],
    'connection.lost': codes['dicomweb.connection.lost'],
    'connection.host-unknown': codes['dicomweb.connection.host-unknown'],
    'connection.no-route': codes['dicomweb.connection.no-route'],
    'connection.failed': codes['dicomweb.connection.failed'],
    'proxy.refused': codes['dicomweb.proxy.refused'],
    'answer.stalled': codes['dicomweb.answer.stalled'],
    'answer.cut-off': codes['dicomweb.answer.cut-off'],
    'answer.not-http': codes['dicomweb.answer.not-http'],
    'answer.status-unknown': codes['dicomweb.answer.status-unknown'],
    'redirect.invalid': codes['dicomweb.redirect.invalid'],
    'redirect.without-tls': codes['dicomweb.redirect.without-tls'],
    'redirect.credentials-required': codes['dicomweb.redirect.credentials-required'],
    'credentials.missing': codes['dicomweb.credentials.missing'],
    'credentials.refused': codes['dicomweb.credentials.refused'],
    'token.refused': codes['dicomweb.token.refused'],
    'request.forbidden': codes['dicomweb.query.forbidden'],
    'request.rejected': codes['dicomweb.query.rejected'],
    'service.overloaded': codes['dicomweb.service.overloaded'],
    'service.failed': codes['dicomweb.service.failed'],
  },
  service: 'QIDO-RS',
  request: 'query',
  requests: 'queries',
  remedies: {
    baseUrl: 'Set the base URL of the service, the part before /studies.',
    credentialsMissing: 'Set authentication in dicom-web-connector.qido-rs.',
    credentialsRefused: 'Correct authentication in dicom-web-connector.qido-rs.',
    overloaded: 'Reduce dicom-web-connector.connections.',
    proxy: 'Check dicom-web-connector.proxy or HTTP_PROXY, HTTPS_PROXY and NO_PROXY, and the permissions of the proxy.',
    port: 'Check that the port is that of the DICOMweb service.',
  },
};
