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
  get isAboutQuestion(): boolean {
    return [400, 405, 406, 413, 414, 422, 501].includes(this.status);
  }
}
