import { type ErrorCode } from '@pacs-connectors/connector-core';
import { codes } from '../errors/error-codes.js';
import { type Fault } from '../errors/fault.js';
import { type Place } from './problems.js';
import { relax } from './relaxed-name.js';

/** A node of a YAML file, with its place. Scalars are the text as written. */
export type ConfigNode = ScalarNode | MapNode | ListNode | InvalidNode;

interface AnyNode {
  place: Place;
  /** The number of its file (or YAML document); a higher one wins. */
  order: number;
}

export interface ScalarNode extends AnyNode {
  kind: 'scalar';
  text: string;
  /** Written without quotes: may be empty, `~` or `null`. */
  plain: boolean;
}

export interface MapNode extends AnyNode {
  kind: 'map';
  /** By the key as written. */
  entries: Map<string, Entry>;
  /** Written in braces, so that no indentation counts. */
  flow?: true;
}

export interface Entry {
  keyPlace: Place;
  value: ConfigNode;
  /** Made from a dotted key (`a.b: 1`), so that a second one may add to it. */
  dotted?: boolean;
}

export interface ListNode extends AnyNode {
  kind: 'list';
  items: ConfigNode[];
}

/** A value that cannot be used, such as a repeated key. It becomes a problem only if its key is read. */
export interface InvalidNode extends AnyNode {
  kind: 'invalid';
  code: ErrorCode;
  found: string;
  expected: string;
}

/** Returns what a node is, to complete "found …". */
export function nameOf({ kind }: ConfigNode): string {
  return { scalar: 'a single value', map: 'a map', list: 'a list', invalid: 'what cannot be used' }[kind];
}

/** Returns what is wrong with a node that should be a map of keys. */
export function notAMap(node: ConfigNode): Fault {
  if (node.kind === 'invalid') return node;
  const code = codes['configuration.value.invalid'];
  const expected = 'a map of keys';
  if (node.kind === 'list') return { code, found: nameOf(node), expected: `${expected}, without "- " before each` };
  const spaceMissing = node.kind === 'scalar' && node.plain && /^[A-Za-z][\w.-]*:\S/.test(node.text);
  return spaceMissing
    ? { code, found: 'a text with a colon and no space after it', expected: `${expected}, such as "key: value"` }
    : { code, found: nameOf(node), expected };
}

/** Returns whether `node` sets nothing: an empty value, or a map or list of empty values. */
export function isEmpty(node: ConfigNode): boolean {
  switch (node.kind) {
    case 'scalar':
      return node.text === '' || (node.plain && /^(~|null|Null|NULL)$/.test(node.text));
    case 'map':
      return [...node.entries.values()].every(({ value }) => isEmpty(value));
    case 'list':
      return node.items.every(isEmpty);
    case 'invalid':
      return false;
  }
}

/**
 * Merges `later` over `earlier`: maps merge deeply, other values are replaced. A key without a value (`default:`) replaces
 * nothing; `~`, `""` and `[]` do, so that a later file can unset a key.
 */
export function mergeNodes(earlier: ConfigNode, later: ConfigNode): ConfigNode {
  if (later.kind === 'scalar' && later.plain && later.text === '') return earlier;
  if (earlier.kind === 'invalid' && later.kind === 'map') return earlier;
  if (earlier.kind !== 'map' || later.kind !== 'map') return later;
  const entries = new Map(earlier.entries);
  for (const [key, entry] of later.entries) {
    const known = entries.get(key);
    entries.set(key, known ? { ...entry, value: mergeNodes(known.value, entry.value) } : entry);
  }
  return { ...later, entries };
}

/** A node with its dotted key. */
export interface Found<Node extends ConfigNode = ConfigNode> {
  node: Node;
  key: string;
  /** The place of its key. */
  keyPlace: Place;
}

/** Returns the node at `path` (dotted, relaxed; empty for the scope itself) below `scope`. */
export function find(scope: Found<MapNode>, path: string): Found | undefined {
  let found: Found = scope;
  for (const name of path === '' ? [] : path.split('.')) {
    if (found.node.kind === 'invalid') return found;
    if (found.node.kind !== 'map') return undefined;
    const next = child(found as Found<MapNode>, name);
    if (!next) return undefined;
    found = next;
  }
  return found;
}

/** Returns the longest part of `path` that exists below `scope`, for problems that report missing keys. */
export function findDeepest(scope: Found<MapNode>, path: string): { found: Found; depth: number } {
  const names = path.split('.');
  for (let depth = names.length; depth > 0; depth--) {
    const found = find(scope, names.slice(0, depth).join('.'));
    if (found) return { found, depth };
  }
  return { found: scope, depth: 0 };
}

/** Returns an entry of a map by its relaxed name. Several spellings are merged; a later file overrides an earlier one. */
function child(scope: Found<MapNode>, name: string): Found | undefined {
  const wanted = relax(name);
  let result: Found | undefined;
  for (const [key, { value, keyPlace }] of scope.node.entries) {
    if (relax(key) !== wanted) continue;
    const next: Found = { node: value, key: joinKey(scope.key, key), keyPlace };
    result = result ? mergeSpellings(result, next) : next;
  }
  return result;
}

function mergeSpellings(a: Found, b: Found): Found {
  const [earlier, later] = a.node.order <= b.node.order ? [a, b] : [b, a];
  if (earlier.node.kind === 'map' && later.node.kind === 'map') {
    const entries = new Map(earlier.node.entries);
    for (const [key, entry] of later.node.entries) {
      const known = entries.get(key);
      const value = known
        ? mergeSpellings({ ...earlier, node: known.value }, { ...later, node: entry.value }).node
        : entry.value;
      entries.set(key, { ...entry, value });
    }
    return { ...later, node: { ...later.node, entries } };
  }
  if (isEmpty(later.node)) return earlier;
  if (isEmpty(earlier.node)) return later;
  if (earlier.node.order === later.node.order) return { ...later, node: repeatedKey(earlier.node.place, later.node) };
  return later;
}

/** Returns the node of a key that one file sets twice. */
export function repeatedKey(first: Place, second: ConfigNode): InvalidNode {
  return {
    kind: 'invalid',
    place: second.place,
    order: second.order,
    code: codes['configuration.key.repeated'],
    found: `a second value (the first is in line ${first.line})`,
    expected: 'the key once',
  };
}

export function joinKey(parent: string, name: string): string {
  return parent === '' ? name : `${parent}.${name}`;
}
