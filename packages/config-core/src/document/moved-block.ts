import { isMap, isScalar, LineCounter, type Node, parseAllDocuments } from 'yaml';
import { type YamlFault } from './yaml-faults.js';

/** A single key line that has the wrong indentation, and what to do. Line and column count from 1. */
export interface MovedBlock extends YamlFault {
  line: number;
  column: number;
}

const ID = 'connector/config/([^/]+)';
/** The blocks of a connector, each with the path of its parent key. */
const PARENTS: Record<string, RegExp> = {
  'db-connector': new RegExp(`^${ID}$`),
  'dicom-connector': new RegExp(`^${ID}$`),
  'dicom-web-connector': new RegExp(`^${ID}$`),
  wado: new RegExp(`^${ID}(?:/(?:db|dicom)-connector)?$`),
  query: new RegExp(`^${ID}/db-connector$`),
};

const KEY_LINE = new RegExp(`^( *)(${Object.keys(PARENTS).join('|')}):[ \\t]*(?:#.*)?\\r?$`);
/** The maximum number of parses for one fault. */
const MAXIMUM_TRIALS = 60;
/** A longer text is not parsed several times. */
const MAXIMUM_LENGTH = 200_000;

/**
 * Finds the key line of a connector's block that has the wrong indentation. Moved to its right place, it makes broken YAML valid
 * and the block part of its connector.
 *
 * @param faultLine the line of the parser's error, counted from 1
 */
export function findMovedBlock(text: string, faultLine: number): MovedBlock | undefined {
  if (text.length > MAXIMUM_LENGTH) return undefined;
  const lines = text.split('\n');
  const levels = [...new Set(lines.filter((line) => /^ *[\w"'[]/.test(line)).map((line) => line.search(/\S/)))];
  let trials = 0;
  // The parser's error may be in the moved line, in its next sibling, or in the line before.
  for (let index = Math.min(faultLine + 1, lines.length) - 1; index >= 0; index--) {
    const [, { length: from } = '', name] = KEY_LINE.exec(lines[index]!) ?? [];
    if (name === undefined) continue;
    const nearest = levels.filter((level) => level !== from).sort((a, b) => Math.abs(a - from) - Math.abs(b - from));
    for (const to of nearest) {
      if (trials++ >= MAXIMUM_TRIALS) return undefined;
      const moved = lines.with(index, ' '.repeat(to) + lines[index]!.slice(from)).join('\n');
      const path = pathOfBlock(moved, index + 1);
      const [, id] =
        PARENTS[name]!.exec(path?.join('/').replace(/^connector\.config\b/, 'connector/config') ?? '') ?? [];
      if (id === undefined) continue;
      const by = Math.abs(to - from);
      const parent = path!.at(-1) === id ? id : `${path!.at(-1)!} of ${id}`;
      return {
        line: index + 1,
        column: from + 1,
        found: `${name} with too ${to > from ? 'few' : 'many'} spaces before it`,
        expected: `it below ${parent}: indent it by ${by} ${to > from ? 'more' : 'fewer'} space${by === 1 ? '' : 's'}`,
      };
    }
  }
  return undefined;
}

/** Returns the path of the key in this line; `undefined` if the text is broken YAML or nothing is below that key. */
function pathOfBlock(text: string, line: number): string[] | undefined {
  const lineCounter = new LineCounter();
  const documents = parseAllDocuments(text, {
    schema: 'failsafe',
    lineCounter,
    uniqueKeys: false,
    prettyErrors: false,
  });
  if ('empty' in documents || documents.some(({ errors }) => errors.length > 0)) return undefined;
  const search = (node: unknown, path: string[]): string[] | undefined => {
    for (const { key, value } of isMap<Node, Node>(node) ? node.items : []) {
      if (!isScalar(key) || !key.range) continue;
      if (lineCounter.linePos(key.range[0]).line === line) return isMap(value) ? path : undefined;
      const found = search(value, [...path, String(key.value)]);
      if (found) return found;
    }
    return undefined;
  };
  for (const { contents } of documents) {
    const found = search(contents, []);
    if (found) return found;
  }
  return undefined;
}
