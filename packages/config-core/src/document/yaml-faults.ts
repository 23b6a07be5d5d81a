/** What is wrong with broken YAML, to complete "found …" and "expected …". The texts contain no value of the file. */
export interface YamlFault {
  found: string;
  expected: string;
}

/** Returns the fault of a value that begins with a character that YAML uses itself. */
export function unquoted(character: string, found = `a value that begins with ${character}`): YamlFault {
  return { found: `${found} and is not quoted`, expected: `quotes: '${character}…'` };
}

/** The lines of the text around a fault. */
interface Lines {
  /** The line of the parser's error. */
  line: string;
  /** The text of the line from the error on. */
  rest: string;
  /** The lines before it. */
  before: string[];
}

/** Frequent faults, each with the test for it. The first that fits is reported. */
const FAULTS: ((code: string, message: string, lines: Lines) => YamlFault | undefined)[] = [
  (_code, _message, { line }) =>
    /:\s*\{cipher\}/.test(line) ? { ...unquoted('{'), expected: `quotes: '{cipher}…'` } : undefined,
  (code) => (code === 'TAB_AS_INDENT' ? { found: 'a tab as indentation', expected: 'spaces' } : undefined),
  (_code, _message, { line }) =>
    line.startsWith('```') ? { found: 'a code fence (```) of a Markdown page', expected: 'YAML alone' } : undefined,
  (code, message) => (code === 'BAD_SCALAR_START' ? unquoted(message.at(-1)!) : undefined),
  (_code, message) => {
    const [, character] = /^Block scalar header[^:]*: ([|>])/.exec(message) ?? [];
    return character === undefined ? undefined : unquoted(character);
  },
  (_code, message, { line }) => {
    if (!message.startsWith('Unexpected scalar at node end')) return undefined;
    const [, opening] = /:\s+([[{])/.exec(line) ?? [];
    if (opening !== undefined) return unquoted(opening);
    return { found: 'text after a closing quote', expected: 'quotes around the whole value, or none' };
  },
  (code, message) =>
    code === 'MISSING_CHAR' && message.includes('quote')
      ? { found: 'no closing quote', expected: 'one: a quote before this line is never closed' }
      : undefined,
  (_code, message) =>
    /^Flow (?:map|sequence) in block collection|^Expected flow/.test(message)
      ? { found: 'no closing bracket', expected: 'one: a [ or { before this line is never closed' }
      : undefined,
  (_code, message, lines) => (message.startsWith('All mapping items') ? describeIndentation(lines) : undefined),
  (code, _message, { rest }) => {
    if (code !== 'BLOCK_AS_IMPLICIT_KEY') return undefined;
    if (/:\s+\S/.test(rest)) {
      const found = 'a value that contains a colon and a space and is not quoted';
      return { found, expected: 'quotes around the value' };
    }
    const found = 'a value and, indented below it, keys';
    return { found, expected: 'one of the two: keys of one level have the same indentation' };
  },
  (code, message, { rest }) => {
    if (code !== 'MULTILINE_IMPLICIT_KEY' && !message.startsWith('Implicit map keys')) return undefined;
    const [, key, separator] = /^([\w.-]+)[ \t]*([:=])/.exec(rest) ?? [];
    if (key === undefined) {
      const found = 'a line without a colon';
      return { found, expected: '"key: value", or quotes around a text of several lines' };
    }
    if (separator === '=') return { found: `a line such as ${key}=…`, expected: `"${key}: …"` };
    return { found: `the key ${key} without a space after its colon`, expected: `"${key}: …"` };
  },
];

/**
 * Returns the most probable fault behind an error of the YAML parser.
 *
 * @param offset the place of the error in `text`
 */
export function describeFault(code: string, message: string, text: string, offset: number): YamlFault {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  const end = text.indexOf('\n', offset);
  const line = text.slice(start, end < 0 ? undefined : end);
  const lines = { line, rest: line.slice(offset - start), before: text.slice(0, start).split('\n') };
  for (const fault of FAULTS) {
    const described = fault(code, message, lines);
    if (described) return described;
  }
  // The parser's message without its quotation, which may be part of a secret.
  const sentence = message.replace(/\s+at line \d+.*$/s, '').replace(/(["'`]).*\1/s, '…');
  const expected = line.includes('${') ? 'valid YAML, with quotes around ${…} inside { } or [ ]' : 'valid YAML';
  return { found: `broken YAML (${sentence})`, expected };
}

const KEY = /^( *)([\w.-]+)[ \t]*:/;

/** Describes a key between two levels: the levels that it may belong to, each with the last key there. */
function describeIndentation({ line, before }: Lines): YamlFault {
  const spaces = /^ */.exec(line)![0].length;
  const levels = new Map<number, string>();
  let innermost = Infinity;
  for (const above of before.reverse()) {
    const [, indentation, key] = KEY.exec(above) ?? [];
    if (key === undefined || indentation!.length >= innermost) continue;
    innermost = indentation!.length;
    levels.set(innermost, key);
  }
  const deeper = [...levels.keys()].filter((level) => level > spaces).at(-1);
  const outer = [...levels.keys()].find((level) => level < spaces);
  const [first, ...second] = [deeper, outer].filter((level) => level !== undefined);
  const found = `${KEY.exec(line)?.[2] ?? 'a line'} with an indentation that no key above has`;
  if (first === undefined) return { found, expected: 'the same number of spaces for all keys of a map' };
  const named = (level: number) => `(as ${levels.get(level)!})`;
  const rest = second.map((level) => ` or ${level} ${named(level)}`).join('');
  return { found, expected: `${first} spaces ${named(first)}${rest}` };
}
