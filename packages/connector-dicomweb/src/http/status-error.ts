import { ConnectorError, type ConnectorErrorOptions, type ErrorCode } from '@pacs-connectors/connector-core';
import { codes } from '../errors/error-codes.js';

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

  /** Whether the server rejects this query only, and may answer another. */
  get isUnsupportedQuery(): boolean {
    return [400, 405, 406, 413, 414, 422, 501].includes(this.status);
  }
}

/** Ignores the rejection of a query that another one will replace. */
export function ignoreUnsupportedQuery(error: unknown): undefined {
  if (error instanceof StatusError && error.isUnsupportedQuery) return undefined;
  throw error;
}

/**
 * Ignores the failure of a query that only saves others: the server rejects it, forbids it or fails at it. A server that requires
 * credentials or patience requires them for the other queries too.
 */
export function ignoreOptionalQuery(error: unknown): undefined {
  if (error instanceof StatusError && ![401, 429, 503].includes(error.status)) return undefined;
  throw error;
}

/** What the server answered, and to whom. */
export interface Refusal {
  status: number;
  /** The `Retry-After` header. */
  retryAfter?: string;
  /** The origin that a redirect led to, if it is not the configured one. */
  elsewhere?: string;
  /** The credentials that the query carried. */
  sent?: 'the configured credentials' | 'the token of the caller';
  /** Why the server did not accept the signature. */
  signatureFault?: Fault;
}

export const BASE_URL = 'Set the base URL of the service, the part before /studies.';
const REDIRECTED = 'Configure the address that the redirects should lead to.';

/**
 * Returns the error for a status that brings no results.
 *
 * @param address the server as messages show it.
 */
export function statusErrorOf(connectorId: string, address: string, refusal: Refusal): StatusError {
  const { status, retryAfter } = refusal;
  const wait = retryAfter && /^[\w ,:]{1,40}$/.test(retryAfter) ? `, Retry-After: ${retryAfter}` : '';
  const { kind, code, what, remedy } = faultOf(refusal);
  const message = `${address}: ${what} (HTTP ${status}${wait})`;
  return new StatusError(connectorId, kind, status, message, { code, remedy, retryAfter });
}

/** What happened, as the end of a sentence about the server, and what to do. */
export interface Fault {
  kind: ConnectorError['kind'];
  code: ErrorCode;
  what: string;
  remedy: string;
}

function faultOf({ status, elsewhere, sent, signatureFault }: Refusal): Fault {
  const fault = (kind: Fault['kind'], code: keyof typeof codes, what: string, remedy: string): Fault => ({
    kind,
    code: codes[code],
    what,
    remedy,
  });
  if (signatureFault) return signatureFault;
  if ((status === 401 || status === 403) && elsewhere !== undefined && sent) {
    const what = `it redirects to ${elsewhere}, which requires credentials; they are sent to the configured server only`;
    return fault('refused', 'dicomweb.redirect.credentials-required', what, REDIRECTED);
  }
  if (status === 401) {
    if (!sent) {
      const what = 'it requires credentials, and none are configured';
      const remedy = 'Set authentication in dicom-web-connector.qido-rs.';
      return fault('refused', 'dicomweb.credentials.missing', what, remedy);
    }
    const what = `it does not accept ${sent}`;
    return sent === 'the token of the caller'
      ? fault(
          'refused',
          'dicomweb.token.refused',
          what,
          'Log in again, and check that the archive trusts the issuer of the token.',
        )
      : fault(
          'refused',
          'dicomweb.credentials.refused',
          what,
          'Correct authentication in dicom-web-connector.qido-rs.',
        );
  }
  if (status === 403) {
    const remedy = "Ask the archive's administrator to permit the query for this user.";
    return fault('refused', 'dicomweb.query.forbidden', 'it does not permit the query', remedy);
  }
  if (status === 429) {
    const remedy = 'Reduce dicom-web-connector.connections.';
    return fault('unavailable', 'dicomweb.service.overloaded', 'it received too many queries', remedy);
  }
  if (status === 501) {
    return fault('refused', 'dicomweb.query.rejected', 'it does not support this kind of query', BASE_URL);
  }
  if (status >= 500)
    return fault('unavailable', 'dicomweb.service.failed', 'it failed', 'Read the log of the archive.');
  if (status >= 400) return fault('refused', 'dicomweb.query.rejected', 'it rejects this query', BASE_URL);
  return fault(
    'protocol',
    'dicomweb.answer.status-unknown',
    'its answer has a status that QIDO-RS does not have',
    "Report the status to the archive's administrator.",
  );
}
