import { type Fault } from '../errors/fault.js';
import { isDeepStrictEqual } from 'node:util';
import { type ConfigNode, type Found, type MapNode } from '../document/node.js';
import { type Environment } from '../values/environment.js';
import { type Place, type Problem } from '../document/problems.js';
import { TextResolver } from '../values/resolve.js';

/** The state that all readers of one configuration share. */
export interface ReaderContext {
  root: Found<MapNode>;
  resolver: TextResolver;
  problems: Problem[];
  /** Values that are encrypted in the file, and never shown. */
  encrypted: WeakSet<ConfigNode>;
  /** The connector that is being read. */
  connectorId?: string;
}

export function readerContext(root: Found<MapNode>, env: Environment): ReaderContext {
  return { root, resolver: new TextResolver(env), problems: [], encrypted: new WeakSet() };
}

/** Adds a problem to the context, unless it is there: two settings may be read from one value. */
export function report(
  context: ReaderContext,
  severity: Problem['severity'],
  { key, place }: { key: string; place: Place },
  { code, found, expected }: Fault,
): void {
  const { connectorId } = context;
  const problem: Problem = {
    severity,
    ...place,
    key,
    code,
    found,
    expected,
    ...(connectorId === undefined ? {} : { connectorId }),
  };
  if (!context.problems.some((noted) => isDeepStrictEqual(noted, problem))) context.problems.push(problem);
}
