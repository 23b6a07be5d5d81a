import { ConnectorError, type ConnectorErrorOptions, type ErrorCode } from '@pacs-connectors/connector-core';
import { type HttpFault, type ServiceTexts } from './service-texts.js';

/** Reports that the server answered with a status that brings no results. */
export class StatusError extends ConnectorError {
  /** The `Retry-After` header of the answer. */
  readonly retryAfter?: string;

  constructor(
    connectorId: string,
    kind: ConnectorError['kind'],
    readonly status: number,
    message: string,
    options: ConnectorErrorOptions & { retryAfter?: string } = {},
  ) {
    super(connectorId, kind, message, options);
    this.retryAfter = options.retryAfter;
  }

  /** Whether the server rejects this request only, and may answer another. */
  get isUnsupportedQuery(): boolean {
    return [400, 405, 406, 413, 414, 422, 501].includes(this.status);
  }
}

/** What the server answered, and to whom. */
export interface Refusal {
  status: number;
  /** The `Retry-After` header. */
  retryAfter?: string;
  /** The origin that a redirect led to, if it is not the configured one. */
  elsewhere?: string;
  /** The credentials that the request carried. */
  sent?: 'the configured credentials' | 'the token of the caller';
  /** Why the server did not accept the signature. */
  signatureFault?: Fault;
}

/** What happened, as the end of a sentence about the server, and what to do. */
export interface Fault {
  kind: ConnectorError['kind'];
  code: ErrorCode;
  what: string;
  remedy: string;
}

/**
 * Returns the error for a status that brings no results.
 *
 * @param address the server as messages show it.
 */
export function statusErrorOf(
  connectorId: string,
  address: string,
  refusal: Refusal,
  texts: ServiceTexts,
): StatusError {
  const { status, retryAfter } = refusal;
  const wait = retryAfter && /^[\w ,:]{1,40}$/.test(retryAfter) ? `, Retry-After: ${retryAfter}` : '';
  const { kind, code, what, remedy } = faultOf(refusal, texts);
  const message = `${address}: ${what} (HTTP ${status}${wait})`;
  return new StatusError(connectorId, kind, status, message, { code, remedy, retryAfter });
}

function faultOf({ status, elsewhere, sent, signatureFault }: Refusal, texts: ServiceTexts): Fault {
  const { request, requests, service, remedies } = texts;
  const fault = (kind: Fault['kind'], name: HttpFault, what: string, remedy: string): Fault => ({
    kind,
    code: texts.codes[name],
    what,
    remedy,
  });
  if (signatureFault) return signatureFault;
  if ((status === 401 || status === 403) && elsewhere !== undefined && sent) {
    const what = `it redirects to ${elsewhere}, which requires credentials; they are sent to the configured server only`;
    const remedy = 'Configure the address that the redirects should lead to.';
    return fault('refused', 'redirect.credentials-required', what, remedy);
  }
  if (status === 401) {
    if (!sent) {
      const what = 'it requires credentials, and none are configured';
      return fault('refused', 'credentials.missing', what, remedies.credentialsMissing);
    }
    const what = `it does not accept ${sent}`;
    if (sent === 'the configured credentials') {
      return fault('refused', 'credentials.refused', what, remedies.credentialsRefused);
    }
    const remedy = 'Log in again, and check that the archive trusts the issuer of the token.';
    return fault('refused', 'token.refused', what, remedy);
  }
  if (status === 403) {
    const remedy = `Ask the archive's administrator to permit the ${request} for this user.`;
    return fault('refused', 'request.forbidden', `it does not permit the ${request}`, remedy);
  }
  if (status === 429) {
    return fault('unavailable', 'service.overloaded', `it received too many ${requests}`, remedies.overloaded);
  }
  if (status === 501) {
    return fault('refused', 'request.rejected', `it does not support this kind of ${request}`, remedies.baseUrl);
  }
  if (status >= 500) return fault('unavailable', 'service.failed', 'it failed', 'Read the log of the archive.');
  if (status >= 400) return fault('refused', 'request.rejected', `it rejects this ${request}`, remedies.baseUrl);
  const what = `its answer has a status that ${service} does not have`;
  return fault('protocol', 'answer.status-unknown', what, "Report the status to the archive's administrator.");
}
