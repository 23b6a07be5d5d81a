import { type Problem } from '../problems.js';
import { type Entry, type MapNode, mergeNodes } from './node.js';
import { relax } from './relaxed-name.js';

/**
 * One file's keys with `connector.default.config`, as some old files have it, moved to `connector.config`, with a warning.
 * The rest of such a map names no connector, so that `connector.default` counts as not set.
 */
export function liftOldConfig(root: MapNode, warnings: Problem[]): MapNode {
  return mapEntries(root, 'connector', (connector) => {
    let lifted: Entry | undefined;
    const rest = new Map(connector.entries);
    for (const [key, entry] of connector.entries) {
      if (relax(key) !== 'default' || entry.value.kind !== 'map') continue;
      const config = [...entry.value.entries].find(([name]) => relax(name) === 'config')?.[1];
      if (!config) continue;
      lifted = config;
      rest.delete(key);
      warnings.push({
        severity: 'warning',
        ...config.keyPlace,
        key: 'connector.default.config',
        found: 'config inside default',
        expected: 'connector.config; it is read all the same',
      });
    }
    if (!lifted) return connector;
    const [key, own] = [...rest].find(([name]) => relax(name) === 'config') ?? ['config', undefined];
    rest.set(key, own ? { ...own, value: mergeNodes(lifted.value, own.value) } : lifted);
    return { ...connector, entries: rest };
  });
}

/** `map` with each of its maps under `name` replaced by what `change` makes of it. */
function mapEntries(map: MapNode, name: string, change: (value: MapNode) => MapNode): MapNode {
  const entries = new Map(map.entries);
  for (const [key, entry] of map.entries) {
    if (relax(key) === name && entry.value.kind === 'map') entries.set(key, { ...entry, value: change(entry.value) });
  }
  return { ...map, entries };
}
