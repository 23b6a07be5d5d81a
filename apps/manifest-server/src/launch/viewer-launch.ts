import { type Caller, type ConnectorError, identifierKindsOf } from '@pacs-connectors/connector-core';
import { plainProblem, ProblemError } from '../http/problem.js';
import { BadParameters } from '../http/bad-parameters.js';
import { type Search } from '../search/search.js';
import { parameterOf } from '../search/search-parameters.js';
import { type FoundOnPage } from './launch-page.js';

/** One launch, as a viewer's part needs it. */
export interface LaunchRequest {
  search: Search;
  caller: Caller;
  /** This server's public address with its context path, no slash at the end. */
  baseUrl: string;
  /** Watches from now on for the caller's going away; most launches wait for nobody and need no watch. */
  gone(): AbortSignal;
  /** Weasis asks the archive itself by DICOMweb (`launch=rs`). */
  direct: boolean;
}

/** Where a launch leads. */
export interface Launch {
  /** The viewer's launch address. */
  url: string;
  /** Key of the manifest that is being built for it, where it opens one. */
  key?: string;
  /** What was found, where the archive was asked for it already. */
  found?: readonly FoundOnPage[];
}

/** A launch that cannot be done, by the parameter that asks for it. */
export function cannot(parameter: string, detail: string): BadParameters {
  return new BadParameters([{ parameter, detail }]);
}

/** A viewer that is not configured. */
export function missingKey(viewer: string, key: string): BadParameters {
  return cannot('viewer', `is ${viewer}, which this server is not configured for: the key ${key} is missing`);
}

/** The first filter of a search, by its parameter's name, where it has any. */
export function filterOf({ criteria }: Search): string | undefined {
  return Object.entries(criteria.filters).find(([, value]) => value !== undefined)?.[0];
}

/** The first kind of identifier of a search, by its parameter's name. */
export function identifierOf({ criteria }: Search): string {
  const [kind = 'studyInstanceUids'] = identifierKindsOf(criteria);
  return parameterOf(kind);
}

/**
 * What is answered where an archive's part of a launch could not be had: 504 or 502; 401 where the caller can mend it, with
 * the challenge of RFC 6750 3.
 */
export function noAnswer({ connectorId, kind, message, remedy, tokenNeeded }: ConnectorError): ProblemError {
  const detail = [`Archive ${connectorId} could not be asked: ${message}.`, remedy].filter(Boolean).join(' ');
  if (tokenNeeded)
    return new ProblemError(plainProblem(401, detail), { 'www-authenticate': 'Bearer realm="pacs-connectors"' });
  return new ProblemError(plainProblem(kind === 'timeout' ? 504 : 502, detail));
}
