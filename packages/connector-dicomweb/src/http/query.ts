/** The level of results. */
export type Level = 'study' | 'series' | 'instance';

/** How the attributes of `includefield` are written: in one list, one by one, as `all`, or not at all. */
export type IncludeForm = 'comma' | 'repeated' | 'all' | 'none';

/** One of the forms that PS3.18 8.3.4 allows for a query. Servers understand some of them only. */
export interface QueryForm {
  /** Matching keys by keyword (`PatientID`) or by tag (`00100020`). */
  keys: 'keyword' | 'tag';
  include: IncludeForm;
  /** Each query has `limit` and `offset`, as those of web viewers. */
  isPaged?: true;
}

export const FIRST_FORM: QueryForm = { keys: 'keyword', include: 'comma' };

/** One search (PS3.18 10.6): its resource, matching keys and requested attributes. */
export interface QidoQuery {
  level: Level;
  /** Resource below the base URL, its segments already safe: `studies`, `studies/1.2.3/series`. */
  resource: string;
  /** Matching keys: keyword and tag of the attribute, and the value before percent encoding. */
  match?: readonly (readonly [key: MatchingKey, value: string])[];
  /** Tags of the attributes to return beyond the default ones (`includefield`). */
  include?: readonly string[];
  offset?: number;
  limit?: number;
  /** Default: {@link FIRST_FORM}. */
  form?: QueryForm;
}

const MATCHING_KEYS = {
  PatientID: '00100020',
  IssuerOfPatientID: '00100021',
  AccessionNumber: '00080050',
  StudyDate: '00080020',
  StudyTime: '00080030',
  StudyInstanceUID: '0020000D',
  SeriesInstanceUID: '0020000E',
  SOPInstanceUID: '00080018',
} as const;
export type MatchingKey = keyof typeof MATCHING_KEYS;

/** The limit of a page that is small enough for every server. */
const PAGE = 100;

/** Returns the path and query of `question` below the path and query of a base URL. */
export function targetOf({ pathname, search }: Pick<URL, 'pathname' | 'search'>, question: QidoQuery): string {
  const { match = [], include = [], limit, offset, form = FIRST_FORM } = question;
  const parameters = [
    ...match.map(([key, value]) => [form.keys === 'tag' ? MATCHING_KEYS[key] : key, value] as const),
    ...includeFields(include, form.include).map((value) => ['includefield', value] as const),
    ...(limit === undefined && !form.isPaged ? [] : [['limit', String(limit ?? PAGE)] as const]),
    ...(offset || form.isPaged ? [['offset', String(offset ?? 0)] as const] : []),
  ].map(([name, value]) => `${name}=${encodeQuery(value)}`);
  const query = [...(search.length > 1 ? [search.slice(1)] : []), ...parameters].join('&');
  return `${pathname.replace(/\/+$/, '')}/${question.resource}${query === '' ? '' : `?${query}`}`;
}

function includeFields(include: readonly string[], form: IncludeForm): readonly string[] {
  if (include.length === 0 || form === 'none') return [];
  if (form === 'all') return ['all'];
  return form === 'comma' ? [include.join(',')] : include;
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
