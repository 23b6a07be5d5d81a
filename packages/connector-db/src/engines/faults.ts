import { type DatabaseFault } from './engine.js';

/** What an operator does where a database cannot be reached. */
export const REACH_REMEDY = 'See whether the database runs and can be reached from here.';

const UNREACHABLE: Record<string, string> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'the host name is not known',
  EAI_AGAIN: 'the host name cannot be resolved now',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'no route to the network',
  ETIMEDOUT: 'no connection in time',
  ECONNRESET: 'the connection was lost',
  EPIPE: 'the connection was lost',
  ECONNABORTED: 'the connection was lost',
  PROTOCOL_CONNECTION_LOST: 'the connection was lost',
};

/** What errors of sockets and of TLS mean, whichever driver passes them on. */
export function networkFault(error: unknown): DatabaseFault | undefined {
  // Several addresses tried: the last one's error tells.
  const cause = error instanceof AggregateError && error.errors.length > 0 ? (error.errors.at(-1) as unknown) : error;
  const { code, message } = (cause ?? {}) as NodeJS.ErrnoException;
  const reason = code === undefined ? undefined : UNREACHABLE[code];
  if (reason !== undefined) {
    return {
      kind: 'unavailable',
      message: reason,
      remedy: REACH_REMEDY,
    };
  }
  if (code !== undefined && (/^ERR_(TLS|SSL)_|CERT|SELF_SIGNED|^UNABLE_TO_/.test(code) || code === 'EPROTO')) {
    return {
      kind: 'misconfigured',
      message: `no TLS connection: ${message}`,
      remedy: "Give the database's certificate authority in the JDBC URL, or see whether it speaks TLS at all.",
    };
  }
  return undefined;
}
