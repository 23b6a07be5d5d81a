import { codes } from '../errors/error-codes.js';
import { type Problem } from './problems.js';
import { type ConfigNode, type Entry, isEmpty, type MapNode, mergeNodes } from './node.js';
import { relax } from './relaxed-name.js';

/**
 * Returns one file's keys with `config` moved to `connector.config`, and adds a warning. Old files have it inside
 * `connector.default`, or inside a `default` at the left edge below an empty `connector`.
 *
 * Such a `connector.default` names no connector, so it counts as not set.
 */
export function moveOldConfig(root: MapNode, warnings: Problem[]): MapNode {
  const entries = new Map(root.entries);
  for (const [key, entry] of root.entries) {
    if (relax(key) === 'connector' && entry.value.kind === 'map') {
      entries.set(key, { ...entry, value: moveFromDefault(entry.value, warnings) });
    }
  }
  return moveFromLeftEdge({ ...root, entries }, warnings);
}

function moveFromDefault(connector: MapNode, warnings: Problem[]): MapNode {
  const [key, entry] = named(connector, 'default') ?? [];
  const config = entry?.value.kind === 'map' ? named(entry.value, 'config')?.[1] : undefined;
  if (key === undefined || !config) return connector;
  warnings.push({
    severity: 'warning',
    ...config.keyPlace,
    key: 'connector.default.config',
    code: codes['configuration.layout.old'],
    found: 'config inside default',
    expected: 'connector.config; it is still read',
  });
  const rest = new Map(connector.entries);
  rest.delete(key);
  const [name, own] = named({ ...connector, entries: rest }, 'config') ?? ['config', undefined];
  rest.set(name, own ? { ...own, value: mergeNodes(config.value, own.value) } : config);
  return { ...connector, entries: rest };
}

function moveFromLeftEdge(root: MapNode, warnings: Problem[]): MapNode {
  const [key, entry] = named(root, 'default') ?? [];
  const [connectorKey, connector] = named(root, 'connector') ?? ['connector', undefined];
  if (key === undefined || entry?.value.kind !== 'map' || !holdsConnectors(named(entry.value, 'config')?.[1].value)) {
    return root;
  }
  const own = connector?.value;
  if (own && !isEmpty(own) && (own.kind !== 'map' || named(own, 'config'))) return root;
  warnings.push({
    severity: 'warning',
    ...entry.keyPlace,
    key: 'default.config',
    code: codes['configuration.layout.old'],
    found: 'default and config beside connector',
    expected: 'them below connector; they are still read',
  });
  const entries = new Map(root.entries);
  entries.delete(key);
  const value = own?.kind === 'map' ? mergeNodes(own, entry.value) : entry.value;
  entries.set(connectorKey, { ...(connector ?? entry), value });
  return { ...root, entries };
}

/** Returns whether a map has connectors. A `default.config` of another program has none. */
function holdsConnectors(config: ConfigNode | undefined): boolean {
  if (config?.kind !== 'map') return false;
  return [...config.entries.values()].some(
    ({ value }) =>
      value.kind === 'map' &&
      named(value, 'type') !== undefined &&
      [...value.entries.keys()].some((key) => /^wado$|connector$/.test(relax(key))),
  );
}

function named(map: MapNode, name: string): [string, Entry] | undefined {
  return [...map.entries].find(([key]) => relax(key) === name);
}
