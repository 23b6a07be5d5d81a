import { LaunchError } from '@pacs-connectors/connector-core';
import { codes } from '../address/error-codes.js';

export interface OhifLaunch {
  /** `ohif.server`: where OHIF is served. */
  baseUrl: string;
  /** Name of OHIF's data source; by default OHIF's own default. */
  dataSource?: string;
  /** At least one. */
  studyInstanceUids: readonly string[];
  seriesInstanceUids?: readonly string[];
  /** The series that is shown first. */
  initialSeriesInstanceUid?: string;
  /** The image that is shown first. */
  initialSopInstanceUid?: string;
  bearerToken?: string;
  /** Puts the token into the query, as older versions need it. Web servers log it there. */
  tokenInQuery?: boolean;
}

/**
 * Returns the address that opens studies in OHIF.
 *
 * @throws LaunchError (`viewer.launch.unsupported`) if no study is named.
 */
export function ohifUrl(launch: OhifLaunch): string {
  if (launch.studyInstanceUids.length === 0)
    throw new LaunchError(
      'studyUID',
      'is missing: OHIF opens studies by their Study Instance UID',
      codes['viewer.launch.unsupported'],
    );
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
  const fragment = token && !launch.tokenInQuery ? `#${token}` : '';
  return `${launch.baseUrl.replace(/\/+$/, '')}${path}?${query.join('&')}${fragment}`;
}
