import { emptyCriteria, type SearchCriteria } from '@pacs-connectors/connector-core';

export const VIEWERS = ['WEASIS', 'OHIF', 'SLICER', 'MICRODICOM'] as const;
export type Viewer = (typeof VIEWERS)[number];

/** The search of one request, parsed and checked. */
export interface Search {
  criteria: SearchCriteria;
  /** Connector ids in the request; if there are none, those of the configuration are used. */
  archives: string[];
  /** The viewer that will open the manifest. */
  viewer: Viewer;
  /** Options for Weasis, unchanged. */
  launch: WeasisLaunch;
  /** Build the manifest again, even if the cache has it. */
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
