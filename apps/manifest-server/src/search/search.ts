import { emptyCriteria, type SearchCriteria } from '@pacs-connectors/connector-core';

export const VIEWERS = ['WEASIS', 'OHIF', 'SLICER', 'MICRODICOM'] as const;
export type Viewer = (typeof VIEWERS)[number];

/** What one request asks for, parsed and checked. */
export interface Search {
  criteria: SearchCriteria;
  /** Connector ids that the request names; none: those of the configuration. */
  archives: string[];
  /** The viewer that will open the manifest. */
  viewer: Viewer;
  /** What is handed on to Weasis, as it came. */
  launch: WeasisLaunch;
  /** Build anew, whatever is kept from an earlier request. */
  skipCache: boolean;
}

export interface WeasisLaunch {
  /** Properties, `key value` each. */
  pro: string[];
  /** Commands. */
  arg: string[];
  /** Name of a launch configuration. */
  config?: string;
  user?: string;
  host?: string;
  client?: string;
}

export function emptySearch(): Search {
  return {
    criteria: emptyCriteria(),
    archives: [],
    viewer: 'WEASIS',
    launch: { pro: [], arg: [] },
    skipCache: false,
  };
}
