import { type ErrorCode, openFileLimit } from '@pacs-connectors/connector-core';
import { codes } from '../errors/error-codes.js';

/** Why Redis cannot be used, for operators. */
export interface RedisFailure {
  code: ErrorCode;
  /** The error code of Redis, of the network or of TLS. It contains nothing that was sent to Redis. */
  cause: string;
  /** What to do, as part of a sentence. */
  remedy: string;
}

/** Codes of Redis for a wrong login, or one without permission. */
const LOGIN_CODES = /\b(WRONGPASS|NOAUTH|NOPERM)\b|^ERR (AUTH|invalid password)/;
/** Codes of the network, which the client of a sentinel puts into a sentence. */
const NETWORK_CODES = /\bE(CONN|TIMED|HOST|NET|NOT|PIPE|MFILE|NFILE)[A-Z]*\b/;
const CERTIFICATE_CODES = /CERT|SIGNATURE|ISSUER/;

/**
 * Explains an error of a connection to Redis. It uses only the code in a message of Redis, since the rest may repeat what was sent.
 */
export function redisFailure(error: unknown): RedisFailure {
  const { code, message } = innermost(error);
  const login = LOGIN_CODES.exec(message)?.[0];
  if (login !== undefined)
    return {
      code: codes['server.cache.login-refused'],
      cause: login,
      remedy: 'check cache.password, or user and password in cache.url',
    };
  const quoted = NETWORK_CODES.exec(message)?.[0] ?? /^[A-Z]{3,}\b/.exec(message)?.[0];
  const cause = code ?? quoted ?? (/timed? ?out/i.test(message) ? 'ETIMEDOUT' : 'no answer');
  const limit = openFileLimit({ code: cause });
  if (limit)
    return {
      code: limit.code,
      cause,
      remedy: limit.remedy.replace(/^R/, 'r').replace(/\.$/, ''),
    };
  if (CERTIFICATE_CODES.test(cause))
    return {
      code: codes['server.cache.certificate-not-trusted'],
      cause,
      remedy:
        'set cache.ca-file to the authority of its certificate, and use the host name of the certificate in cache.url',
    };
  return {
    code: codes['server.cache.unreachable'],
    cause,
    remedy: 'check that Redis runs and that cache.url is right',
  };
}

/** Returns the innermost error: clients of sentinels and clusters wrap that of a node's connection. */
function innermost(error: unknown): { code?: string; message: string } {
  const { code, message, cause, lastNodeError } = (error ?? {}) as {
    code?: unknown;
    message?: unknown;
    cause?: unknown;
    lastNodeError?: unknown;
  };
  const inner = lastNodeError ?? cause;
  if (typeof inner === 'object' && inner !== null) return innermost(inner);
  return { code: typeof code === 'string' ? code : undefined, message: String(message ?? '') };
}
