import { codes } from './error-codes.js';
import { type ServiceTexts } from './http/index.js';

/** The codes and words in errors of retrievals. */
export const WADO_TEXTS: ServiceTexts = {
  codes: {
    'connection.refused': codes['wado.connection.refused'],
    'connection.lost': codes['wado.connection.lost'],
    'connection.host-unknown': codes['wado.connection.host-unknown'],
    'connection.no-route': codes['wado.connection.no-route'],
    'connection.failed': codes['wado.connection.failed'],
    'proxy.refused': codes['wado.proxy.refused'],
    'answer.stalled': codes['wado.answer.stalled'],
    'answer.cut-off': codes['wado.answer.cut-off'],
    'answer.not-http': codes['wado.answer.not-http'],
    'answer.status-unknown': codes['wado.answer.status-unknown'],
    'redirect.invalid': codes['wado.redirect.invalid'],
    'redirect.without-tls': codes['wado.redirect.without-tls'],
    'redirect.credentials-required': codes['wado.redirect.credentials-required'],
    'credentials.missing': codes['wado.credentials.missing'],
    'credentials.refused': codes['wado.credentials.refused'],
    'token.refused': codes['wado.token.refused'],
    'request.forbidden': codes['wado.request.forbidden'],
    'request.rejected': codes['wado.request.rejected'],
    'service.overloaded': codes['wado.service.overloaded'],
    'service.failed': codes['wado.service.failed'],
  },
  service: 'WADO',
  request: 'retrieval',
  requests: 'retrievals',
  remedies: {
    baseUrl: 'Check the address of the images. For WADO-RS, it is the part before /studies.',
    credentialsMissing: 'Set the authentication of the images in the configuration of the archive.',
    credentialsRefused: 'Correct the authentication of the images in the configuration of the archive.',
    overloaded: "Ask the archive's administrator to allow more requests.",
    proxy: 'Check HTTP_PROXY, HTTPS_PROXY and NO_PROXY, and the permissions of the proxy.',
    port: 'Check that the port is that of the WADO service.',
  },
};
