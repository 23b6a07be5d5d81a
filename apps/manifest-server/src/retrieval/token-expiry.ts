import { decodeJwt } from 'jose';

/**
 * Returns when a bearer token expires (ms since the epoch): the claim `exp` (RFC 7519 4.1.4) of a JWT. Other tokens have no known end.
 *
 * The signature is not checked. A caller who forges the claim only changes how long the server keeps the caller's own manifests.
 */
export function tokenExpiry(token: string): number | undefined {
  try {
    const { exp } = decodeJwt(token);
    return typeof exp === 'number' && Number.isFinite(exp) ? Math.floor(exp * 1000) : undefined;
  } catch {
    return undefined;
  }
}
