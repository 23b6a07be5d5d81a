import { ConnectorError, type ConnectorErrorOptions } from '@pacs-connectors/connector-core';

/** The server answered with a status that brings no results. */
export class StatusError extends ConnectorError {
  /** `Retry-After` of the answer. */
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

  /** Whether it is this question that the server does not take; another may be answered. */
  get isUnsupportedQuery(): boolean {
    return [400, 405, 406, 413, 414, 422, 501].includes(this.status);
  }
}

/** Swallows the refusal of a question that another will replace. */
export function ignoreUnsupportedQuery(error: unknown): undefined {
  if (error instanceof StatusError && error.isUnsupportedQuery) return undefined;
  throw error;
}

/**
 * Swallows what a server says to a question that only was to save others: that it does not take it, does not permit it, or fails
 * at it. Whoever wants credentials or patience wants them for the others too.
 */
export function ignoreOptionalQuery(error: unknown): undefined {
  if (error instanceof StatusError && ![401, 429, 503].includes(error.status)) return undefined;
  throw error;
}
