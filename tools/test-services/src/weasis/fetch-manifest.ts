import { type HttpAnswer, HttpFailure } from './http.js';
import { BrokenManifest, type Element, readElements } from './manifest-elements.js';
import { type Session } from './session.js';

/**
 * Fetches a manifest. Ignores the body of any status but 2xx, retries once, and then opens a dialog. Returns undefined if there
 * is nothing to read.
 */
export async function fetchManifest(session: Session, address: string): Promise<Element | undefined> {
  const answer = await fetchBody(session, address, { Accept: 'application/xml', 'Accept-Encoding': 'gzip' });
  return answer && parseManifest(session, address, answer.body, answer.headers['content-encoding']);
}

/** Parses the bytes of a manifest. Opens a dialog if they are broken. */
export function parseManifest(
  session: Session,
  address: string,
  body: Buffer,
  encoding: string | undefined,
): Element | undefined {
  try {
    return readElements(body, encoding, session.rules);
  } catch (error) {
    if (!(error instanceof BrokenManifest)) throw error;
    session.dialogs.push({ kind: 'broken-manifest', address, reason: error.message });
    return undefined;
  }
}

/** Returns an answer of 2xx. Without one, retries once, opens a dialog and returns undefined. */
export async function fetchBody(
  session: Session,
  address: string,
  headers: Record<string, string>,
): Promise<HttpAnswer | undefined> {
  let reason = '';
  for (let tries = 1; tries <= 2; tries++) {
    try {
      const answer = await twiceWhereCut(() => session.get(address, headers, session.timeouts));
      if (answer.status >= 200 && answer.status < 300) return answer;
      reason = `status ${answer.status}`;
    } catch (error) {
      if (!(error instanceof HttpFailure)) throw error;
      reason = error.message;
    }
  }
  session.networkError(address, reason);
  return undefined;
}

/** Tries twice if the connection is cut, as Java's client does. So a manifest is tried four times in all. */
async function twiceWhereCut<T>(attempt: () => Promise<T>): Promise<T> {
  try {
    return await attempt();
  } catch (error) {
    if (error instanceof HttpFailure && error.kind === 'cut') return attempt();
    throw error;
  }
}
