import { emptyCriteria, type SearchCriteria } from '@pacs-connectors/connector-core';

/** The search of one request, parsed and checked. */
export interface Search {
  criteria: SearchCriteria;
  /** Connector ids in the request; if there are none, those of the configuration are used. */
  archives: string[];
  /** Name of the viewer in the request. */
  viewer?: string;
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
    launch: { pro: [], arg: [] },
    skipCache: false,
  };
}
