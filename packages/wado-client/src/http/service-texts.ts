import { type ErrorCode } from '@pacs-connectors/connector-core';

/** A fault of a request or of its answer. Each package that sends requests has a code for it. */
export type HttpFault =
  | 'connection.refused'
  | 'connection.lost'
  | 'connection.host-unknown'
  | 'connection.no-route'
  | 'connection.failed'
  | 'proxy.refused'
  | 'answer.stalled'
  | 'answer.cut-off'
  | 'answer.not-http'
  | 'answer.status-unknown'
  | 'redirect.invalid'
  | 'redirect.without-tls'
  | 'redirect.credentials-required'
  | 'credentials.missing'
  | 'credentials.refused'
  | 'token.refused'
  | 'request.forbidden'
  | 'request.rejected'
  | 'service.overloaded'
  | 'service.failed';

/** The codes and words in the errors of one service. */
export interface ServiceTexts {
  codes: Readonly<Record<HttpFault, ErrorCode>>;
  /** The service in the standard, such as `QIDO-RS`. */
  service: string;
  /** What is sent, such as `query`. */
  request: string;
  /** Its plural. */
  requests: string;
  remedies: Readonly<{
    /** The base URL is probably wrong. */
    baseUrl: string;
    credentialsMissing: string;
    credentialsRefused: string;
    overloaded: string;
    proxy: string;
    /** The port is probably that of another service. */
    port: string;
  }>;
}
