import { codes } from './errors/error-codes.js';
import { type KnownPlugin } from './settings/known-plugin.js';
import { entriesOf, entryOf } from './document/edit.js';
import { type Entry, find, type Found, isEmpty, type MapNode } from './document/node.js';
import { relax } from './document/relaxed-name.js';
import { type ConfiguredConnector, looksLikeConnector } from './find-connectors.js';
import { type Problem } from './document/problems.js';
import { type Layout } from './reader/layout.js';

/** A connector with its problems. */
export interface ReadConnector {
  found: ConfiguredConnector;
  problems: Problem[];
}

/** A block of a connector that is in another place. */
export interface Block extends Found {
  name: string;
  level: 'connectors' | 'config' | 'left edge' | 'inside';
  /** Its path inside its connector, as written. */
  inside?: string[];
}

/** A block and its right place. */
export interface Move {
  block: Block;
  /** Where the block belongs in its connector. */
  path: string[];
}

/** Returns the errors of moved blocks: one error for all blocks that are side by side. */
export function moveProblems({ found }: ReadConnector, moves: readonly Move[]): Problem[] {
  const { id } = found;
  const groups = new Map<string, Move[]>();
  for (const move of moves) {
    const { level, inside = [] } = move.block;
    const group = [level, ...inside.slice(0, -1), '→', ...move.path.slice(0, -1)].join('.');
    groups.set(group, [...(groups.get(group) ?? []), move]);
  }
  return [...groups.values()].map((group): Problem => {
    const ofKeyLine = keyLineProblem(found, group);
    if (ofKeyLine) return ofKeyLine;
    const sorted = group.map(({ block }) => block).sort((a, b) => a.keyPlace.line - b.keyPlace.line);
    const [first] = sorted as [Block];
    const names = sorted.map(({ name }) => name).join(', ');
    const [it, each] = sorted.length === 1 ? ['it', 'it'] : ['them', 'each'];
    const where = {
      connectors: `at the level of ${id}, so that ${each} became a connector of its own`,
      config: 'at the level of config',
      'left edge': 'at the left edge',
      inside: `below ${first.inside?.at(-2) ?? id}`,
    }[first.level];
    const parent = group[0]!.path.at(-2) ?? id;
    const expected = `${it} below ${parent}${indentation(it!, group, found)}`;
    const { keyPlace, key } = first;
    return {
      severity: 'error',
      ...keyPlace,
      key,
      code: codes['configuration.block.misplaced'],
      found: `${names} ${where}`,
      expected,
      connectorId: id,
    };
  });
}

/** Returns the error of a single key line that was moved to the right, so that its block is beside it and it is empty. */
function keyLineProblem(found: ConfiguredConnector, moves: readonly Move[]): Problem | undefined {
  const { id, node } = found;
  const line = Math.min(...moves.map(({ block }) => block.keyPlace.line));
  const [name, parent = id] = moves[0]!.path.slice(0, -1).reverse();
  const before = [...keysInside(found)].filter(({ keyPlace }) => keyPlace.line < line);
  const entry = before.sort((a, b) => a.keyPlace.line - b.keyPlace.line).at(-1);
  if (moves[0]!.block.level !== 'inside' || name === undefined || !entry || !isEmpty(entry.node)) return undefined;
  if (relax(entry.name) !== relax(name)) return undefined;
  const outer = find(found as Found<MapNode>, moves[0]!.path.slice(0, -2).join('.'))?.node;
  const siblings = outer?.kind === 'map' && node.kind === 'map' && !node.flow ? [...outer.entries] : [];
  const sibling = siblings.find(([other]) => relax(other) !== relax(name))?.[1];
  const by = (sibling?.keyPlace.column ?? Infinity) - entry.keyPlace.column;
  if (!sibling || by >= 0) return undefined;
  const expected = `it below ${parent}${spaces('it', by)}`;
  const { keyPlace, key } = entry;
  return {
    severity: 'error',
    ...keyPlace,
    key,
    code: codes['configuration.block.misplaced'],
    found: `${entry.name} with too many spaces before it`,
    expected,
    connectorId: id,
  };
}

/** Returns whether a problem is an unknown key. */
export function isUnknownKey({ code }: Problem): boolean {
  return code === codes['configuration.key.unknown'];
}

function* keysInside(found: Found): Generator<Found & { name: string }> {
  for (const entry of entriesOf(found)) {
    yield entry;
    yield* keysInside(entry);
  }
}

/** Says by how many spaces a block has to be moved, if its new neighbors show it. */
function indentation(it: string, moves: readonly Move[], { keyPlace, node }: ConfiguredConnector): string {
  const [{ path, block }] = moves as [Move];
  let parent: Entry | undefined = { keyPlace, value: node };
  for (const name of path.slice(0, -1)) {
    parent = parent?.value.kind === 'map' ? entryOf(parent.value, name)?.[1] : undefined;
  }
  if (parent?.value.kind !== 'map' || (node.kind === 'map' && node.flow)) return '';
  const places = moves.map((move) => move.block.keyPlace);
  const neighbor = [...parent.value.entries.values()].find((entry) => !places.includes(entry.keyPlace));
  const column = neighbor?.keyPlace.column ?? parent.keyPlace.column + 2;
  return spaces(it, column - block.keyPlace.column);
}

function spaces(it: string, number: number): string {
  if (number === 0) return '';
  return `: indent ${it} by ${Math.abs(number)} ${number > 0 ? 'more' : 'fewer'} space${Math.abs(number) === 1 ? '' : 's'}`;
}

/** Adds to unknown keys where they belong. A whole connector among them becomes an error. */
export function explainUnknownKeys(
  { found, problems }: ReadConnector,
  layout: Layout,
  plugins: readonly KnownPlugin[],
): void {
  for (const problem of problems) {
    if (!isUnknownKey(problem)) continue;
    const path = problem.key.slice(found.key.length + 1);
    const node = find(found as Found<MapNode>, path)?.node;
    if (node && looksLikeConnector(node, plugins)) {
      problem.severity = 'error';
      problem.code = codes['configuration.block.misplaced'];
      problem.found = 'a connector below another, without effect';
      problem.expected = `it beside ${found.id}${spaces('it', found.keyPlace.column - (problem.column ?? 0))}`;
      delete problem.connectorId;
      continue;
    }
    const name = path.split('.').at(-1)!;
    const parents = [...new Set(layout.parentsOf(name).map((parent) => parent.at(-1)!))];
    if (path.includes('.') && layout.names.has(relax(name))) problem.expected = `it directly below ${found.id}`;
    else if (parents.length === 1) problem.expected = `it below ${parents[0]!}`;
  }
}
