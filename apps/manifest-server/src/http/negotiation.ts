import { type IncomingHttpHeaders } from 'node:http';
import { type ManifestFormat } from '@pacs-connectors/manifest-builder';
import Negotiator from 'negotiator';
import { plainProblem, PROBLEM_MEDIA_TYPE, ProblemError } from './problem.js';

/** The media types of a manifest, the default first. */
const TYPES: Record<string, ManifestFormat> = {
  'application/xml': 'xml',
  'text/xml': 'xml',
  'application/json': 'json',
};

/**
 * Returns the format of the manifest that a client prefers (RFC 9110 12.5.1); default: XML.
 *
 * @throws ProblemError 406 (`server.request.not-acceptable`) if it accepts none.
 */
export function negotiateFormat(headers: IncomingHttpHeaders): { mediaType: string; format: ManifestFormat } {
  // An empty list states no preference.
  const accept = withoutParameters(headers.accept?.trim() || '*/*');
  const mediaType = new Negotiator({ headers: { accept } }).mediaType(Object.keys(TYPES));
  const format = mediaType && TYPES[mediaType];
  if (!mediaType || !format)
    throw new ProblemError(
      plainProblem(
        406,
        `A manifest is available as ${Object.keys(TYPES).join(', ')}. Add one of them to Accept.`,
        'server.request.not-acceptable',
      ),
      { vary: 'Accept' },
    );
  return { mediaType, format };
}

/** Whether a client reads problems (RFC 9457), or JSON of any kind. Weasis accepts XML alone. */
export function readsProblems({ accept = '' }: IncomingHttpHeaders): boolean {
  const headers = { accept: accept.trim() === '' ? '*/*' : withoutParameters(accept) };
  return new Negotiator({ headers }).mediaType([PROBLEM_MEDIA_TYPE, 'application/json']) !== undefined;
}

/** Removes all parameters but weights from an `Accept`. `version=1` or a charset does not change the format of a manifest. */
function withoutParameters(accept: string): string {
  return accept.replace(/;\s*(?!q\s*=)(?:"(?:[^"\\]|\\.)*"|[^",;])*/gi, '');
}

/** Whether a client accepts gzip (RFC 9110 12.5.3) at least as well as uncompressed bytes. */
export function acceptsGzip(headers: IncomingHttpHeaders): boolean {
  return new Negotiator({ headers }).encoding(['gzip', 'identity']) === 'gzip';
}

/** Whether `If-None-Match` contains `etag` (RFC 9110 13.1.2), by weak comparison. */
export function matchesEtag(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch.trim() === '*') return true;
  return [...ifNoneMatch.matchAll(/"[^"]*"/g)].some(([tag]) => tag === etag);
}
