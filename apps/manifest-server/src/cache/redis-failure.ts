import { openFileLimit } from '@pacs-connectors/connector-core';

/** Why Redis cannot be used, for an operator. */
export interface RedisFailure {
  /** What is wrong: Redis's own error code, or that of the network or of TLS. Nothing that was sent to it. */
  cause: string;
  remedy: string;
}

/** Codes in Redis's errors where it does not know who connects, or lets them do little. */
const OF_LOGIN = /\b(WRONGPASS|NOAUTH|NOPERM)\b|^ERR (AUTH|invalid password)/;
/** Where a sentinel's client tells of its last error in words. */
const OF_NETWORK = /\bE(CONN|TIMED|HOST|NET|NOT|PIPE|MFILE|NFILE)[A-Z]*\b/;
const OF_CERTIFICATE = /CERT|SIGNATURE|ISSUER/;

/**
 * What an error of a connection to Redis tells. Of its message only Redis's own code is taken: what follows may repeat what it
 * was sent.
 */
export function redisFailure(error: unknown): RedisFailure {
  const { code, message } = innermost(error);
  const login = OF_LOGIN.exec(message)?.[0];
  if (login !== undefined)
    return { cause: login, remedy: 'see that cache.password, or user and password in cache.url, are those of Redis' };
  const told = OF_NETWORK.exec(message)?.[0] ?? /^[A-Z]{3,}\b/.exec(message)?.[0];
  const cause = code ?? told ?? (/timed? ?out/i.test(message) ? 'ETIMEDOUT' : 'no answer');
  const limit = openFileLimit({ code: cause });
  if (limit) return { cause, remedy: limit.remedy.replace(/^R/, 'r').replace(/\.$/, '') };
  if (OF_CERTIFICATE.test(cause))
    return {
      cause,
      remedy: 'name the authority of its certificate in cache.ca-file, and the host of that certificate in cache.url',
    };
  return { cause, remedy: 'see that it runs and that cache.url is right' };
}

/** Clients of sentinels and clusters wrap what a node's connection said. */
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
