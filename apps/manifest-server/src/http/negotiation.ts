import { type IncomingHttpHeaders } from 'node:http';
import { type ManifestFormat } from '@pacs-connectors/manifest-builder';
import Negotiator from 'negotiator';
import { plainProblem, PROBLEM_MEDIA_TYPE, ProblemError } from './problem.js';

/** The media types of a manifest, the preferred first. */
const TYPES: Record<string, ManifestFormat> = {
  'application/xml': 'xml',
  'text/xml': 'xml',
  'application/json': 'json',
};

/**
 * The form of the manifest that a client prefers (RFC 9110 12.5.1); XML where it does not care.
 *
 * @throws ProblemError 406 where it accepts none.
 */
export function negotiateFormat(headers: IncomingHttpHeaders): { mediaType: string; format: ManifestFormat } {
  // A list with nothing in it asks for nothing.
  const accept = withoutParameters(headers.accept?.trim() || '*/*');
  const mediaType = new Negotiator({ headers: { accept } }).mediaType(Object.keys(TYPES));
  const format = mediaType && TYPES[mediaType];
  if (!mediaType || !format)
    throw new ProblemError(plainProblem(406, `A manifest can be had as ${Object.keys(TYPES).join(', ')}.`), {
      vary: 'Accept',
    });
  return { mediaType, format };
}

/** Whether a client reads problems (RFC 9457), or JSON of any kind. Weasis accepts XML alone. */
export function readsProblems({ accept = '' }: IncomingHttpHeaders): boolean {
  const headers = { accept: accept.trim() === '' ? '*/*' : withoutParameters(accept) };
  return new Negotiator({ headers }).mediaType([PROBLEM_MEDIA_TYPE, 'application/json']) !== undefined;
}

/** An `Accept` of bare types with their weights: `version=1` or a charset names no other form of a manifest. */
function withoutParameters(accept: string): string {
  return accept.replace(/;\s*(?!q\s*=)(?:"(?:[^"\\]|\\.)*"|[^",;])*/gi, '');
}

/** Whether a client is sent gzip: where it accepts it (RFC 9110 12.5.3) as gladly as plain bytes. */
export function acceptsGzip(headers: IncomingHttpHeaders): boolean {
  return new Negotiator({ headers }).encoding(['gzip', 'identity']) === 'gzip';
}

/** Whether `If-None-Match` names `etag` (RFC 9110 13.1.2), by weak comparison. */
export function matchesEtag(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch.trim() === '*') return true;
  return [...ifNoneMatch.matchAll(/"[^"]*"/g)].some(([tag]) => tag === etag);
}
