import { type Caller, identifierKindsOf, type SearchResult, type Viewer } from '@pacs-connectors/connector-core';
import { type Search } from '../search/search.js';
import { parameterOf } from '../search/search-parameters.js';
import { type FoundOnPage } from './launch-page.js';

/** One launch that was requested. */
export interface LaunchRequest {
  search: Search;
  caller: Caller;
  /** This server's public address with its context path, without a slash at the end. */
  baseUrl: string;
  /** Returns the signal that the caller has left. The watch starts with the first call: most launches need none. */
  gone(): AbortSignal;
  /** The viewer searches the archive itself (`launch=rs`). */
  direct: boolean;
  /** Searches that this launch has started, by archive: no archive is searched twice. */
  searches: Map<string, Promise<SearchResult>>;
}

/** Where a launch leads. */
export interface Launch {
  viewer: Viewer;
  /** The viewer's launch address. */
  url: string;
  /** Key of the manifest that is being built for it, if it opens one. */
  key?: string;
  /** What was found, if the archive was searched already. */
  found?: readonly FoundOnPage[];
}

/** Returns the parameter name of the first filter of a search, if it has any. */
export function filterOf({ criteria }: Search): string | undefined {
  return Object.entries(criteria.filters).find(([, value]) => value !== undefined)?.[0];
}

/** Returns the parameter name of the first kind of identifier of a search. */
export function identifierOf({ criteria }: Search): string {
  const [kind = 'studyInstanceUids'] = identifierKindsOf(criteria);
  return parameterOf(kind);
}
