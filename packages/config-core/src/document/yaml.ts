import { codes } from '../errors/error-codes.js';
import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseAllDocuments } from 'yaml';
import { type Place, type Problem } from './problems.js';
import { type ConfigNode, type Entry, find, type MapNode, mergeNodes, nameOf, notAMap, repeatedKey } from './node.js';
import { findMovedBlock } from './moved-block.js';
import { isProperties, propertiesProblem } from './properties.js';
import { describeFault, unquoted } from './yaml-faults.js';

/** The maximum number of nodes that aliases expand to in one file. More is an alias bomb. */
const MAXIMUM_ALIASED_NODES = 10_000;
const MAXIMUM_DEPTH = 100;

/** The merged documents of one YAML text. */
export interface ParsedYaml {
  root: MapNode | undefined;
  problems: Problem[];
}

/**
 * Parses one YAML text. If `problems` contains an error, the YAML is broken and must not be used.
 *
 * @param order the order of the nodes of its first document; each further document adds 0.001
 */
export function parseYaml(file: string, text: string, order: number): ParsedYaml {
  if (isProperties(file, text)) return { root: undefined, problems: [propertiesProblem(file)] };
  const lines = new LineCounter();
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { file, line, column: col };
  };
  // Scalars stay text: the setting that reads them decides what is a number, a boolean or null.
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
  // Moved back, it leaves no error in the file.
  if (moved)
    return {
      root,
      problems: [{ severity: 'error', file, key: '', code: codes['configuration.block.misplaced'], ...moved }],
    };
  documents.forEach((document, index) => {
    let lastLine = 0;
    for (const { pos, message, code } of document.errors) {
      const place = placeAt(pos[0]);
      // One fault may cause several errors in the rest of its line.
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
            : notAMap(node)),
        });
    } catch (error) {
      if (!(error instanceof UnsupportedYaml)) throw error;
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

/** Returns the warning about a document for a Spring profile. No profile is active here. */
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

/** YAML that this package does not support. */
class UnsupportedYaml extends Error {
  constructor(
    readonly place: Place,
    readonly found: string,
    readonly expected: string,
  ) {
    super(found);
  }
}

/** Converts the nodes of one YAML document: it follows aliases, merges merge keys, and nests dotted keys. */
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
      throw new UnsupportedYaml(place, 'aliases that stand for too many values', `at most ${MAXIMUM_ALIASED_NODES}`);
    }
    if (++this.depth > MAXIMUM_DEPTH) {
      throw new UnsupportedYaml(
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
      const character = text === '' && plain ? unquotedCharacter(node) : undefined;
      if (character)
        return {
          kind: 'invalid',
          place,
          order: this.order,
          code: codes['configuration.value.unquoted'],
          ...unquoted(character),
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
      throw new UnsupportedYaml(place, found, expected);
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
      if (isMap(key) && key.flow) throw new UnsupportedYaml(place, unquoted('{').found, unquoted('{').expected);
      if (!isScalar(key)) throw new UnsupportedYaml(keyPlace, 'a key that is not a text', 'a text as key');
      const name = String(key.value ?? '');
      if (key.type === 'PLAIN' && /^[\u00A0\u2000-\u200B\u202F\u3000\uFEFF]/.test(name)) {
        throw new UnsupportedYaml(keyPlace, 'a no-break space as indentation', 'spaces');
      }
      const node = this.convert(value, keyPlace);
      if (name === '<<' && key.type === 'PLAIN') merged.push(node);
      else this.insert(map, segments(name), node, keyPlace);
    }
    return merged.length === 0 ? map : this.mergeInto(map, merged);
  }

  /** Adds an entry. A dotted key becomes nested maps, to which later keys of the same file may add. */
  private insert(map: MapNode, [name, ...rest]: string[], value: ConfigNode, keyPlace: Place): void {
    const known = map.entries.get(name!);
    const dotted = rest.length > 0;
    if (dotted) {
      let inner = known?.value;
      if (inner?.kind !== 'map') {
        if (inner && !(inner.kind === 'scalar' && inner.text === '')) {
          map.entries.set(name!, { keyPlace, value: repeatedKey(inner.place, value) });
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
    } else map.entries.set(name!, { keyPlace, value: repeatedKey(known.value.place, value) });
  }

  /** Merges maps by the merge key of YAML 1.1: the map's own keys win, then those of the first merged map, and so on. */
  private mergeInto(map: MapNode, merged: readonly ConfigNode[]): MapNode {
    const sources = merged.flatMap((node) => (node.kind === 'list' ? node.items : [node]));
    const entries = new Map<string, Entry>();
    for (const source of sources.reverse()) {
      if (source.kind !== 'map')
        throw new UnsupportedYaml(source.place, `${nameOf(source)} to be merged (<<)`, 'a map or a list of maps');
      for (const [key, entry] of source.entries) entries.set(key, entry);
    }
    for (const [key, entry] of map.entries) entries.set(key, entry);
    return { ...map, entries };
  }
}

/** Returns the character by which YAML read a value as an anchor (`&text`) or a tag (`!text`) of nothing. */
function unquotedCharacter(node: Node | null): '&' | '!' | undefined {
  if (!isScalar(node)) return undefined;
  if (node.anchor !== undefined) return '&';
  return node.tag?.startsWith('!') ? '!' : undefined;
}

interface YamlPair {
  key: Node | null;
  value: Node | null;
}

/** Returns the names in a dotted key. `[a.b]` is one name, and so is a name with an empty part. */
function segments(key: string): string[] {
  const bracketed = /^\[(.*)\]$/.exec(key);
  if (bracketed) return [bracketed[1]!];
  const names = key.split('.');
  return names.includes('') ? [key] : names;
}
