import { LaunchError } from './launch-error.js';

export interface OhifLaunch {
  /** `ohif.server`: where OHIF is served. */
  baseUrl: string;
  /** Name of OHIF's data source; not given: OHIF's default. */
  dataSource?: string;
  /** One at least. */
  studyInstanceUids: readonly string[];
  seriesInstanceUids?: readonly string[];
  /** Shown first. */
  initialSeriesInstanceUid?: string;
  initialSopInstanceUid?: string;
  bearerToken?: string;
  /** The older form: the token in the query, where web servers log it. */
  tokenInQuery?: boolean;
}

/**
 * The address that opens studies in OHIF.
 *
 * @throws LaunchError where no study is named.
 */
export function ohifUrl(launch: OhifLaunch): string {
  if (launch.studyInstanceUids.length === 0)
    throw new LaunchError('studyUID', 'OHIF opens studies by their Study Instance UID, and none is known');
  const list = (uids: readonly string[]) => uids.map(encodeURIComponent).join(',');
  const query = [`StudyInstanceUIDs=${list(launch.studyInstanceUids)}`];
  if (launch.seriesInstanceUids?.length) query.push(`SeriesInstanceUIDs=${list(launch.seriesInstanceUids)}`);
  if (launch.initialSeriesInstanceUid)
    query.push(`initialSeriesInstanceUID=${encodeURIComponent(launch.initialSeriesInstanceUid)}`);
  if (launch.initialSopInstanceUid)
    query.push(`initialSopInstanceUID=${encodeURIComponent(launch.initialSopInstanceUid)}`);
  const token = launch.bearerToken && `token=${encodeURIComponent(launch.bearerToken)}`;
  if (token && launch.tokenInQuery) query.push(token);
  const path = launch.dataSource ? `/viewer/${encodeURIComponent(launch.dataSource)}` : '/viewer';
  return `${trimSlash(launch.baseUrl)}${path}?${query.join('&')}${token && !launch.tokenInQuery ? `#${token}` : ''}`;
}

function trimSlash(url: string): string {
  return url.replace(/\/+$/, '');
}
