import { codes } from './errors/error-codes.js';
import { type KnownPlugin } from './settings/known-plugin.js';
import { entriesOf, entryOf, withEntry, withoutEntry } from './document/edit.js';
import { type ConfigNode, type Entry, find, type Found, isEmpty } from './document/node.js';
import { relax } from './document/relaxed-name.js';
import { type ConfiguredConnector, reportEmpty } from './find-connectors.js';
import {
  type Block,
  explainUnknownKeys,
  isUnknownKey,
  type Move,
  moveProblems,
  type ReadConnector,
} from './misplaced-messages.js';
import { type Place } from './document/problems.js';
import { type ReaderContext, report } from './reader/context.js';
import { Layout } from './reader/layout.js';
import { settingsOf } from './reader/setting.js';
import { ConnectorSettings } from './settings/connector-settings.js';
import { ConnectorKeys, GlobalConfiguration } from './settings/global-configuration.js';
import { RetrievalKeys, retrievalPaths } from './settings/retrieval.js';

/** A connector whose misplaced blocks are being searched. */
interface Draft<Read extends ReadConnector> {
  read: Read;
  moves: Move[];
}

/** The maximum number of moves that are tried. */
const MAXIMUM_TRIALS = 200;

/**
 * Reads connectors, and finds their blocks that have the wrong indentation. Such a block is read as if it were in place. One
 * error says where the block is and where it belongs, instead of an error for each setting that seems to be missing.
 *
 * A block is misplaced if it has become a connector without a type, or if its connector lacks settings that the block has.
 */
export class MisplacedBlocks<Read extends ReadConnector> {
  private readonly layout: Layout;
  private readonly outside: Block[];
  private drafts: Draft<Read>[] = [];
  private trials = 0;

  constructor(
    private readonly plugins: readonly KnownPlugin[],
    private readonly context: ReaderContext,
    private readonly read: (connector: ConfiguredConnector) => Read,
  ) {
    this.layout = connectorLayout(plugins);
    this.outside = this.blocksOutside();
  }

  /** Whether a key outside of connectors has the name of a connector's block. */
  get anyOutside(): boolean {
    return this.outside.length > 0;
  }

  /** Reads the connectors, with an error for each misplaced block. */
  readAll(configured: readonly ConfiguredConnector[]): Read[] {
    const blockEntries = configured.filter((entry) => this.isBlockEntry(entry));
    const connectors = configured.filter((entry) => !blockEntries.includes(entry));
    if (connectors.length === 0 && blockEntries.length > 0) {
      this.reportMissingId(blockEntries);
      return [];
    }
    this.drafts = this.assignBlockEntries(connectors, blockEntries);
    for (const draft of this.drafts) if (this.drafts.includes(draft)) this.completeDraft(draft);
    for (const { read, moves } of this.drafts) {
      const twice = moves.filter(({ block }) => block.node.kind === 'invalid').map(({ block }) => block.name);
      const isExplained = (key: string) => twice.some((name) => key.startsWith(`${read.found.key}.${name}.`));
      read.problems.splice(0, Infinity, ...read.problems.filter(({ key }) => !isExplained(key)));
      explainUnknownKeys(read, this.layout, this.plugins);
      read.problems.push(...moveProblems(read, moves));
    }
    return this.drafts.map(({ read }) => read);
  }

  /** Returns whether an entry of `connector.config` is a block of a connector, not a connector. */
  private isBlockEntry({ id, node }: ConfiguredConnector): boolean {
    if (!this.layout.names.has(relax(id))) return false;
    const names = node.kind === 'map' ? [...node.entries.keys()].map(relax) : [];
    return !names.some((name) => name === 'type' || (name.endsWith('connector') && this.layout.blocks.has(name)));
  }

  private reportMissingId(blockEntries: readonly ConfiguredConnector[]): void {
    const names = blockEntries.map(({ id }) => id).join(', ');
    const expected = `the id of a connector between them: connector.config.ID.${blockEntries[0]!.id}`;
    const place = { key: 'connector.config', place: blockEntries[0]!.keyPlace };
    const code = codes['configuration.block.misplaced'];
    report(this.context, 'error', place, { code, found: `${names} directly below config`, expected });
  }

  /** Moves blocks that are entries of `connector.config` into the connector above them, otherwise into the one below. */
  private assignBlockEntries(
    connectors: readonly ConfiguredConnector[],
    blockEntries: readonly ConfiguredConnector[],
  ): Draft<Read>[] {
    const parts = connectors.map((found) => ({ found, moves: [] as Move[] }));
    for (const blockEntry of blockEntries) {
      const { id, node, keyPlace } = blockEntry;
      const lacking = parts.filter(({ found }) => isMissingIn(found.node, id));
      const owner = nearest(lacking.length > 0 ? lacking : parts, keyPlace, ({ found }) => found.keyPlace);
      if (isEmpty(node) && (lacking.length === 0 || countMissing(this.read(owner.found)) === 0)) {
        reportEmpty(blockEntry, this.context);
        continue;
      }
      const move: Move = { block: { ...blockEntry, name: id, level: 'connectors' }, path: [id] };
      // A repeated key may belong to any of the connectors that lack it.
      for (const part of node.kind === 'invalid' && lacking.length > 0 ? lacking : [owner]) part.moves.push(move);
      if (lacking.length > 0 && node.kind !== 'invalid') owner.found = moved(owner.found, move);
    }
    return parts.map(({ found, moves }) => ({ read: this.read(found), moves }));
  }

  /** Moves blocks into a connector that lacks settings, as long as a move adds some. */
  private completeDraft(draft: Draft<Read>): void {
    while (countMissing(draft.read) > 0) {
      const before = draft.moves.length;
      for (const move of this.possibleMoves(draft)) {
        if (this.trials++ >= MAXIMUM_TRIALS) return;
        const read = this.read(moved(draft.read.found, move));
        if (countMissing(read) >= countMissing(draft.read)) continue;
        this.accept(draft, move, read);
        break;
      }
      if (draft.moves.length === before) break;
    }
    this.moveNeighbors(draft);
  }

  /** Moves optional blocks and keys that are beside those that were moved. */
  private moveNeighbors(draft: Draft<Read>): void {
    for (const level of new Set(draft.moves.map(({ block }) => block.level))) {
      for (const block of this.outside.filter(
        (other) => other.level === level && isMissingIn(draft.read.found.node, other.name),
      )) {
        const move = { block, path: [block.name] };
        if (block.node.kind === 'map') this.accept(draft, move, this.read(moved(draft.read.found, move)));
      }
    }
    for (const { block, path } of draft.moves.filter((move) => move.block.inside)) {
      const { found, problems } = draft.read;
      const neighbors = [...blocksInside(found)].filter(
        ({ key, name, inside }) =>
          inside!.slice(0, -1).join('.') === block.inside!.slice(0, -1).join('.') &&
          problems.some((problem) => isUnknownKey(problem) && problem.key === key) &&
          this.layout.parentsOf(name).some((parent) => parent.join('.') === path.slice(0, -1).join('.')),
      );
      for (const neighbor of neighbors) {
        const move = { block: neighbor, path: [...path.slice(0, -1), neighbor.name] };
        this.accept(draft, move, this.read(moved(draft.read.found, move)));
      }
    }
  }

  private accept(draft: Draft<Read>, move: Move, read: Read): void {
    draft.read = read;
    draft.moves.push(move);
    const { block } = move;
    if (block.level === 'connectors')
      this.drafts = this.drafts.filter(({ read: { found } }) => found.key !== block.key);
    else if (block.level !== 'inside') this.outside.splice(this.outside.indexOf(block), 1);
  }

  private *possibleMoves(draft: Draft<Read>): Generator<Move> {
    const { found, problems } = draft.read;
    const unknown = new Set(problems.filter(isUnknownKey).map(({ key }) => key));
    for (const block of blocksInside(found)) {
      const path = block.inside!;
      if (path.length > 1 && block.node.kind === 'map' && this.layout.blocks.has(relax(block.name))) {
        yield { block, path: [block.name] };
      }
      if (!unknown.has(block.key)) continue;
      for (const parent of this.layout.parentsOf(block.name)) yield { block, path: [...parent, block.name] };
    }
    const incomplete = this.drafts.filter(({ read }) => countMissing(read) > 0);
    const belongsHere = (block: Block, candidates: Draft<Read>[]) =>
      candidates.length > 0 && nearest(candidates, block.keyPlace, ({ read }) => read.found.keyPlace) === draft;
    for (const block of this.outside) {
      if (block.node.kind !== 'map' && block.level === 'left edge' && !isEmpty(found.node)) continue;
      const candidates = incomplete.filter(({ read }) => isMissingIn(read.found.node, block.name));
      if (belongsHere(block, candidates)) yield { block, path: [block.name] };
    }
    for (const { read } of this.drafts) {
      const { id, node } = read.found;
      if (node.kind !== 'map' || entryOf(node, 'type') || read === draft.read) continue;
      const block: Block = { ...read.found, name: id, level: 'connectors' };
      const candidates = incomplete.filter((other) => other.read !== read);
      for (const parent of belongsHere(block, candidates) ? this.layout.parentsOf(id) : []) {
        yield { block, path: [...parent, id] };
      }
    }
  }

  /** Returns what has the name of a connector's block and is below `connector` or at the left edge. */
  private blocksOutside(): Block[] {
    const { root } = this.context;
    const connector = find(root, 'connector');
    const global = new Layout().add(GlobalConfiguration).names;
    const below = new Set(['config', ...[...settingsOf(ConnectorKeys).values()].flatMap(({ paths }) => paths)]);
    const ofConnector = new Set([...below].map((path) => relax(path.replace('connector.', ''))));
    const named = (scope: Found, level: Block['level'], others: ReadonlySet<string>) =>
      entriesOf(scope)
        .filter(({ name, node }) => this.layout.names.has(relax(name)) && !others.has(relax(name)) && !isEmpty(node))
        .map((entry) => ({ ...entry, level }));
    return [...(connector ? named(connector, 'config', ofConnector) : []), ...named(root, 'left edge', global)];
  }
}

function connectorLayout(plugins: readonly KnownPlugin[]): Layout {
  const layout = new Layout().add(ConnectorSettings);
  for (const { type, settings } of plugins) {
    layout.add(settings);
    const { own, fallback } = retrievalPaths(type);
    for (const path of [...own, ...fallback]) layout.add(RetrievalKeys, path.split('.'));
  }
  return layout;
}

/** Yields all blocks of a connector, the outer ones first. */
function* blocksInside(found: Found, inside: readonly string[] = []): Generator<Block> {
  for (const entry of entriesOf(found)) {
    const path = [...inside, entry.name];
    if (!isEmpty(entry.node)) yield { ...entry, level: 'inside', inside: path };
    yield* blocksInside(entry, path);
  }
}

function isMissingIn(node: ConfigNode, name: string): boolean {
  const entry = node.kind === 'map' ? entryOf(node, name)?.[1] : undefined;
  return entry === undefined || isEmpty(entry.value);
}

function moved(found: ConfiguredConnector, { block, path }: Move): ConfiguredConnector {
  const entry: Entry = { keyPlace: block.keyPlace, value: block.node };
  const rest = block.inside && found.node.kind === 'map' ? withoutEntry(found.node, block.inside) : found.node;
  return { ...found, node: withEntry(rest, path, entry) };
}

/** Returns how much of a connector is missing. Everything counts most, then its type, then single settings. */
function countMissing({ found, problems }: ReadConnector): number {
  if (isEmpty(found.node)) return 1_000_000;
  const missing = problems.filter(
    (problem) => problem.severity === 'error' && problem.code === codes['configuration.key.missing'],
  );
  return missing.length + (missing.some(({ key }) => key === `${found.key}.type`) ? 1_000 : 0);
}

/** Returns the last item before `place` in its file, otherwise the first item. */
function nearest<Item>(items: readonly Item[], place: Place, placeOf: (item: Item) => Place): Item {
  const isBefore = ({ file, line, column }: Place) =>
    file === place.file && (line < place.line || (line === place.line && column < place.column));
  return items.filter((item) => isBefore(placeOf(item))).at(-1) ?? items[0]!;
}
