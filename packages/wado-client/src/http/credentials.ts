import { type ConnectorError } from '@pacs-connectors/connector-core';
import { type Fault } from './status-error.js';

/** A GET request before it is signed. */
export interface UnsignedRequest {
  origin: string;
  /** Path and query. */
  path: string;
  headers: Readonly<Record<string, string>>;
}

/** Authenticates requests. */
export interface Credentials {
  /**
   * Returns the value of `Authorization`; `undefined` if requests carry none.
   *
   * @throws ConnectorError if there is no token.
   */
  authorization(callerToken: string | undefined, signal: AbortSignal): Promise<string | undefined>;
  /**
   * Returns the path and all headers of the signed request. Without this method, requests are not signed.
   *
   * @throws ConnectorError if there are no credentials.
   */
  sign?(request: UnsignedRequest, signal: AbortSignal): Promise<Omit<UnsignedRequest, 'origin'>>;
  /** Returns why the server did not accept a signed request; `undefined` if the signature is not the reason. */
  signatureFault?(answer: string): Fault | undefined;
  /** Reports that the server answered 401 to `authorization`. Returns whether the next value is another one. */
  refused(authorization: string): boolean;
  /** The error of a request whose deadline passes while it waits for `authorization` or `sign`. */
  readonly timeoutError?: ConnectorError;
  /** Whether answers depend on the caller, so that callers must not share them. */
  readonly ofCaller: boolean;
  /** Whether requests are possible without a caller. */
  readonly own: boolean;
}

export const noCredentials: Credentials = {
  authorization: () => Promise.resolve(undefined),
  refused: () => false,
  ofCaller: false,
  own: true,
};

/** Returns credentials whose requests carry this value of `Authorization`. */
export function fixedCredentials(value: string): Credentials {
  return { ...noCredentials, authorization: () => Promise.resolve(value) };
}
