/** The level of results. */
export type Level = 'study' | 'series' | 'instance';

/** One search (PS3.18 10.6): its resource, matching keys and requested attributes. */
export interface QidoQuery {
  level: Level;
  /** Resource below the base URL, its segments already safe: `studies`, `studies/1.2.3/series`. */
  resource: string;
  /** Matching keys: attribute tag or keyword, and the value before percent encoding. */
  match?: readonly (readonly [attribute: string, value: string])[];
  /** Attributes to return beyond the default ones (`includefield`). */
  include?: readonly string[];
  offset?: number;
  limit?: number;
}

/** Returns the path and query of `question` below a base path. */
export function targetOf(basePath: string, question: QidoQuery): string {
  const parameters = [
    ...(question.match ?? []),
    ...(question.include ?? []).map((attribute) => ['includefield', attribute] as const),
    ...(question.limit === undefined ? [] : [['limit', String(question.limit)] as const]),
    ...(question.offset ? [['offset', String(question.offset)] as const] : []),
  ].map(([name, value]) => `${name}=${encodeQuery(value)}`);
  const query = parameters.length > 0 ? `?${parameters.join('&')}` : '';
  return `${basePath.replace(/\/+$/, '')}/${question.resource}${query}`;
}

/**
 * Encodes `value` for a query (RFC 3986 3.4): only characters that a query must not contain, and those that a form would read
 * differently. Debian's Orthanc (DICOMweb plug-in 1.7) does not decode at all, so it can match only what is not encoded.
 */
function encodeQuery(value: string): string {
  // Through UTF-8, because encodeURIComponent throws on half a surrogate pair.
  const text = Buffer.from(value, 'utf8').toString('utf8');
  return encodeURIComponent(text).replace(/%(2C|2F|3A|3F|40|24)/g, (code) => decodeURIComponent(code));
}

/** Whether a server must decode `value` to understand it. */
export function isEncoded(value: string): boolean {
  return encodeQuery(value) !== value;
}
