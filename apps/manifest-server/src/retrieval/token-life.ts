import { decodeJwt } from 'jose';

/**
 * When a bearer token ends, milliseconds since the epoch: the claim `exp` (RFC 7519 4.1.4), where it is a JWT that has one.
 * It is read and not believed: whoever forges it shortens, or lengthens up to the usual life, what is kept for himself.
 */
export function endOfToken(token: string): number | undefined {
  try {
    const { exp } = decodeJwt(token);
    return typeof exp === 'number' && Number.isFinite(exp) ? Math.floor(exp * 1000) : undefined;
  } catch {
    return undefined;
  }
}
