import { codes } from '../errors/error-codes.js';
import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseAllDocuments } from 'yaml';
import { type Place, type Problem } from './problems.js';
import { type ConfigNode, type Entry, find, type MapNode, mergeNodes, nameOf, noMap, twice } from './node.js';
import { findMovedBlock } from './moved-block.js';
import { isProperties, propertiesProblem } from './properties.js';
import { describeFault, unquoted } from './yaml-faults.js';

/** Nodes that aliases may stand for in one file: more is an alias bomb, not a configuration. */
const MAXIMUM_ALIASED_NODES = 10_000;
const MAXIMUM_DEPTH = 100;

/** What one YAML text holds, its documents merged in order. `order` is that of its nodes; each document adds 1 below 1000. */
export interface ParsedYaml {
  root: MapNode | undefined;
  problems: Problem[];
}

/** Reads one YAML text. Broken YAML is an error in `problems`, one for each fault; then nothing of it may be used. */
export function parseYaml(file: string, text: string, order: number): ParsedYaml {
  if (isProperties(file, text)) return { root: undefined, problems: [propertiesProblem(file)] };
  const lines = new LineCounter();
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { file, line, column: col };
  };
  // Scalars are kept as text: what is a number, a boolean or null is decided by the setting that reads them.
  const parsed = parseAllDocuments(text, {
    schema: 'failsafe',
    lineCounter: lines,
    uniqueKeys: false,
    prettyErrors: false,
  });
  const documents = 'empty' in parsed ? [] : parsed;
  const problems: Problem[] = [];
  let root: MapNode | undefined;
  const broken = documents.flatMap(({ errors }) => errors)[0];
  const moved = broken && findMovedBlock(text, placeAt(broken.pos[0]).line);
  // Moved back, it leaves no fault in the file.
  if (moved)
    return {
      root,
      problems: [{ severity: 'error', file, key: '', code: codes['configuration.block.misplaced'], ...moved }],
    };
  documents.forEach((document, index) => {
    let lastLine = 0;
    for (const { pos, message, code } of document.errors) {
      const place = placeAt(pos[0]);
      // One fault makes the parser stumble several times over the rest of its line.
      if (place.line === lastLine) continue;
      lastLine = place.line;
      problems.push({
        severity: 'error',
        ...place,
        key: '',
        code: codes['configuration.yaml.broken'],
        ...describeFault(code, message, text, pos[0]),
      });
    }
    if (document.errors.length > 0 || document.contents === null) return;
    try {
      const node = new Converter(document as Document, placeAt, order + index / 1000).convert(
        document.contents as Node,
      );
      const profile = node.kind === 'map' ? profileOf(node) : undefined;
      if (profile) problems.push(profile);
      else if (node.kind === 'map') root = root ? (mergeNodes(root, node) as MapNode) : node;
      else if (node.kind !== 'scalar' || node.text !== '')
        problems.push({
          severity: 'error',
          ...node.place,
          key: '',
          ...(text.trimStart().startsWith('<')
            ? { code: codes['configuration.file.not-yaml'], found: 'XML', expected: 'YAML' }
            : noMap(node)),
        });
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      const { place, found, expected } = error;
      problems.push({
        severity: 'error',
        ...place,
        key: '',
        code: codes['configuration.yaml.broken'],
        found,
        expected,
      });
    }
  });
  return { root, problems };
}

/** Spring reads a document with a profile only where that profile is active; here none ever is. */
function profileOf(node: MapNode): Problem | undefined {
  for (const path of ['spring.config.activate.on-profile', 'spring.profiles']) {
    const found = find({ node, key: '', keyPlace: node.place }, path);
    if (found?.node.kind !== 'scalar' && found?.node.kind !== 'list') continue;
    const expected = 'keys for every profile; this section of the file is ignored';
    const code = codes['configuration.yaml.profile'];
    return { severity: 'warning', ...node.place, key: found.key, code, found: 'a section for one profile', expected };
  }
  return undefined;
}

class Refused extends Error {
  constructor(
    readonly place: Place,
    readonly found: string,
    readonly expected: string,
  ) {
    super(found);
  }
}

/** Turns the nodes of one YAML document into ours: aliases followed, merge keys merged, dotted keys opened. */
class Converter {
  private aliasDepth = 0;
  private aliased = 0;
  private depth = 0;

  constructor(
    private readonly document: Document,
    private readonly placeAt: (offset: number) => Place,
    private readonly order: number,
  ) {}

  convert(node: Node | null, fallback?: Place): ConfigNode {
    const place = node?.range ? this.placeAt(node.range[0]) : (fallback ?? this.placeAt(0));
    if (this.aliasDepth > 0 && ++this.aliased > MAXIMUM_ALIASED_NODES) {
      throw new Refused(place, 'aliases that stand for too many values', `at most ${MAXIMUM_ALIASED_NODES}`);
    }
    if (++this.depth > MAXIMUM_DEPTH) {
      throw new Refused(
        place,
        'keys nested too deeply, or an alias inside its own anchor',
        `at most ${MAXIMUM_DEPTH} levels`,
      );
    }
    try {
      if (isAlias(node)) return this.convertAlias(node, place);
      if (isMap(node)) return this.convertMap(node.items as YamlPair[], place, node.flow);
      if (isSeq(node)) {
        const items = node.items.map((item) => this.convert(item as Node, place));
        return { kind: 'list', place, order: this.order, items };
      }
      const plain = !isScalar(node) || node.type === undefined || node.type === 'PLAIN';
      const text = isScalar(node) ? String(node.value ?? '') : '';
      const swallowed = text === '' && plain ? swallowedBy(node) : undefined;
      if (swallowed)
        return {
          kind: 'invalid',
          place,
          order: this.order,
          code: codes['configuration.value.unquoted'],
          ...unquoted(swallowed),
        };
      return { kind: 'scalar', place, order: this.order, text, plain };
    } finally {
      this.depth--;
    }
  }

  private convertAlias(alias: { source: string; resolve(document: Document): unknown }, place: Place): ConfigNode {
    const target = alias.resolve(this.document) as Node | undefined;
    if (!target) {
      const { found, expected } = unquoted('*', 'a value that begins with *, as aliases do,');
      throw new Refused(place, found, expected);
    }
    this.aliasDepth++;
    try {
      return this.convert(target);
    } finally {
      this.aliasDepth--;
    }
  }

  private convertMap(pairs: readonly YamlPair[], place: Place, flow = false): MapNode {
    const map: MapNode = { kind: 'map', place, order: this.order, entries: new Map(), ...(flow && { flow }) };
    const merged: ConfigNode[] = [];
    for (const { key, value } of pairs) {
      const keyPlace = key?.range ? this.placeAt(key.range[0]) : place;
      if (isMap(key) && key.flow) throw new Refused(place, unquoted('{').found, unquoted('{').expected);
      if (!isScalar(key)) throw new Refused(keyPlace, 'a key that is not a text', 'a text as key');
      const name = String(key.value ?? '');
      if (key.type === 'PLAIN' && /^[\u00A0\u2000-\u200B\u202F\u3000\uFEFF]/.test(name)) {
        throw new Refused(keyPlace, 'a no-break space as indentation', 'spaces');
      }
      const node = this.convert(value, keyPlace);
      if (name === '<<' && key.type === 'PLAIN') merged.push(node);
      else this.insert(map, segments(name), node, keyPlace);
    }
    return merged.length === 0 ? map : this.mergeInto(map, merged);
  }

  /** Adds an entry; a dotted key becomes nested maps, which later ones of the same file may add to. */
  private insert(map: MapNode, [name, ...rest]: string[], value: ConfigNode, keyPlace: Place): void {
    const known = map.entries.get(name!);
    const dotted = rest.length > 0;
    if (dotted) {
      let inner = known?.value;
      if (inner?.kind !== 'map') {
        if (inner && !(inner.kind === 'scalar' && inner.text === '')) {
          map.entries.set(name!, { keyPlace, value: twice(inner.place, value) });
          return;
        }
        inner = { kind: 'map', place: keyPlace, order: this.order, entries: new Map() };
        map.entries.set(name!, { keyPlace, value: inner, dotted });
      }
      this.insert(inner, rest, value, keyPlace);
      return;
    }
    if (!known) map.entries.set(name!, { keyPlace, value });
    else if (known.dotted && known.value.kind === 'map' && value.kind === 'map') {
      for (const [key, entry] of value.entries) this.insert(known.value, [key], entry.value, entry.keyPlace);
      known.dotted = false;
    } else map.entries.set(name!, { keyPlace, value: twice(known.value.place, value) });
  }

  /** YAML 1.1's merge key: the map's own keys win, then those of the first map merged in, and so on. */
  private mergeInto(map: MapNode, merged: readonly ConfigNode[]): MapNode {
    const sources = merged.flatMap((node) => (node.kind === 'list' ? node.items : [node]));
    const entries = new Map<string, Entry>();
    for (const source of sources.reverse()) {
      if (source.kind !== 'map')
        throw new Refused(source.place, `${nameOf(source)} to be merged (<<)`, 'a map or a list of maps');
      for (const [key, entry] of source.entries) entries.set(key, entry);
    }
    for (const [key, entry] of map.entries) entries.set(key, entry);
    return { ...map, entries };
  }
}

/** The character that made YAML take a value for an anchor (`&text`) or a tag (`!text`) of nothing. */
function swallowedBy(node: Node | null): '&' | '!' | undefined {
  if (!isScalar(node)) return undefined;
  if (node.anchor !== undefined) return '&';
  return node.tag?.startsWith('!') ? '!' : undefined;
}

interface YamlPair {
  key: Node | null;
  value: Node | null;
}

/** The names in a dotted key; `[a.b]` is one name, as are names with an empty part. */
function segments(key: string): string[] {
  const bracketed = /^\[(.*)\]$/.exec(key);
  if (bracketed) return [bracketed[1]!];
  const names = key.split('.');
  return names.includes('') ? [key] : names;
}
