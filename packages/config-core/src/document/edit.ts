import { type ConfigNode, type Entry, type Found, isEmpty, joinKey, type MapNode, mergeNodes } from './node.js';
import { relax } from './relaxed-name.js';

/** Returns an entry of a map by its relaxed name, with the key as written. */
export function entryOf(map: MapNode, name: string): [string, Entry] | undefined {
  return [...map.entries].find(([key]) => relax(key) === relax(name));
}

/** Returns the entries of a node, each with its key as written; none if the node is not a map. */
export function entriesOf({ node, key }: Found): (Found & { name: string })[] {
  if (node.kind !== 'map') return [];
  return [...node.entries].map(([name, { value, keyPlace }]) => ({
    name,
    node: value,
    key: joinKey(key, name),
    keyPlace,
  }));
}

/** Returns a copy of `node` with `entry` at `path`, and with the maps on the way. */
export function withEntry(node: ConfigNode, path: readonly string[], entry: Entry): MapNode {
  const [name, ...rest] = path as [string, ...string[]];
  const map: MapNode = node.kind === 'map' ? node : { ...node, kind: 'map', entries: new Map() };
  const [key, known] = entryOf(map, name) ?? [name, undefined];
  const inner = known?.value ?? { ...entry.value, kind: 'scalar', text: '', plain: true };
  const value = rest.length > 0 ? withEntry(inner, rest, entry) : mergeNodes(inner, entry.value);
  const keyPlace = known && !isEmpty(known.value) ? known.keyPlace : entry.keyPlace;
  return { ...map, entries: new Map(map.entries).set(key, { keyPlace, value }) };
}

/** Returns a copy of `map` without the entry at `path`, which is given as written. */
export function withoutEntry(map: MapNode, path: readonly string[]): MapNode {
  const [name, ...rest] = path as [string, ...string[]];
  const entries = new Map(map.entries);
  const entry = entries.get(name);
  if (rest.length === 0) entries.delete(name);
  else if (entry?.value.kind === 'map') entries.set(name, { ...entry, value: withoutEntry(entry.value, rest) });
  return { ...map, entries };
}
