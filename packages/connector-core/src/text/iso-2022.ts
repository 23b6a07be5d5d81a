import { type Decode, decodeJisX0201, plainDecoder } from './character-sets.js';

/**
 * The first byte of ISO 2022 escape sequences (PS3.5 6.1.2.5). Within a value, they switch the character sets in G0 (bytes
 * below 0x80) and G1 (above). PS3.3 Tables C.12-3 and C.12-4 list the sequences.
 */
const ESCAPE = 0x1b;

type CodeElement = 'G0' | 'G1';
interface CharacterSet {
  element: CodeElement;
  /** Two bytes a character. */
  wide?: boolean;
  decode: Decode;
}

const legacyDecoders = new Map<string, { decode(bytes: Uint8Array): string }>();
function legacy(label: string, bytes: Uint8Array): string {
  let decoder = legacyDecoders.get(label);
  if (!decoder) legacyDecoders.set(label, (decoder = new TextDecoder(label)));
  return decoder.decode(bytes);
}

const setHighBits = (bytes: Uint8Array) => bytes.map((byte) => byte | 0x80);
/** JIS X 0212 in EUC-JP: each character led by 0x8F. */
const setHighBitsAfter8f = (bytes: Uint8Array) =>
  Uint8Array.from({ length: Math.floor(bytes.length / 2) * 3 }, (_, index) =>
    index % 3 === 0 ? 0x8f : (bytes[Math.floor(index / 3) * 2 + (index % 3) - 1] as number) | 0x80,
  );
const ascii: Decode = (bytes) => Buffer.from(bytes).toString('latin1');
const upperHalf = (term: string): CharacterSet => ({ element: 'G1', decode: plainDecoder(term) as Decode });

/** Character sets by the bytes after ESC. */
const SETS: Record<string, CharacterSet> = {
  '(B': { element: 'G0', decode: ascii },
  '(J': { element: 'G0', decode: decodeJisX0201 },
  ')I': { element: 'G1', decode: decodeJisX0201 },
  '-A': upperHalf('ISO_IR 100'),
  '-B': upperHalf('ISO_IR 101'),
  '-C': upperHalf('ISO_IR 109'),
  '-D': upperHalf('ISO_IR 110'),
  '-F': upperHalf('ISO_IR 126'),
  '-G': upperHalf('ISO_IR 127'),
  '-H': upperHalf('ISO_IR 138'),
  '-L': upperHalf('ISO_IR 144'),
  '-M': upperHalf('ISO_IR 148'),
  '-T': upperHalf('ISO_IR 166'),
  '-b': upperHalf('ISO_IR 203'),
  $B: { element: 'G0', wide: true, decode: (bytes) => legacy('euc-jp', setHighBits(bytes)) },
  '$(D': { element: 'G0', wide: true, decode: (bytes) => legacy('euc-jp', setHighBitsAfter8f(bytes)) },
  '$)C': { element: 'G1', wide: true, decode: (bytes) => legacy('euc-kr', bytes) },
  '$)A': { element: 'G1', wide: true, decode: (bytes) => legacy('gbk', bytes) },
};

/**
 * The set in G1 at the beginning of a value, by the first defined term. G0 begins as ASCII (JIS X 0201 for ISO 2022 IR 13). The
 * two-byte sets must not come first, but archives declare them so, and send no escape sequences.
 */
const INITIAL_G1: Record<string, string> = {
  'ISO 2022 IR 13': ')I',
  'ISO 2022 IR 100': '-A',
  'ISO 2022 IR 101': '-B',
  'ISO 2022 IR 109': '-C',
  'ISO 2022 IR 110': '-D',
  'ISO 2022 IR 126': '-F',
  'ISO 2022 IR 127': '-G',
  'ISO 2022 IR 138': '-H',
  'ISO 2022 IR 144': '-L',
  'ISO 2022 IR 148': '-M',
  'ISO 2022 IR 166': '-T',
  'ISO 2022 IR 203': '-b',
  'ISO 2022 IR 149': '$)C',
  'ISO 2022 IR 58': '$)A',
};

/** Characters after which the sets of the value's beginning are active again (PS3.5 6.1.2.5.3). */
const RESETS = new Set([0x09, 0x0a, 0x0c, 0x0d, 0x5c]);
const RESETS_IN_NAMES = new Set([...RESETS, 0x5e, 0x3d]);

/**
 * Decodes text with code extensions. Bytes without an active character set become U+FFFD.
 *
 * @param initialTerm the first value of Specific Character Set, `ISO_IR n` or `ISO 2022 IR n`.
 * @param isName a PN: its delimiters `^` and `=` reset the sets too.
 */
export function decodeIso2022(bytes: Uint8Array, initialTerm: string, isName: boolean): string {
  const resets = isName ? RESETS_IN_NAMES : RESETS;
  const term = initialTerm.replace('ISO_IR', 'ISO 2022 IR');
  const initialG0 = SETS[term === 'ISO 2022 IR 13' ? '(J' : '(B'] as CharacterSet;
  const initialG1 = SETS[INITIAL_G1[term] ?? ''];
  let g0 = initialG0;
  let g1 = initialG1;
  let text = '';
  let run: number[] = [];
  let runSet: CharacterSet | undefined = g0;
  const flush = () => {
    if (run.length > 0) text += runSet ? runSet.decode(Uint8Array.from(run)) : '\ufffd'.repeat(run.length);
    run = [];
  };
  for (let position = 0; position < bytes.length; position += 1) {
    const byte = bytes[position] as number;
    if (byte === ESCAPE) {
      const sequence = escapeSequence(bytes, position + 1);
      if (sequence) {
        flush();
        const set = SETS[sequence] as CharacterSet;
        if (set.element === 'G0') g0 = set;
        else g1 = set;
        position += sequence.length;
      }
      continue;
    }
    const set = byte < 0x80 ? g0 : g1;
    if (set !== runSet) {
      flush();
      runSet = set;
    }
    run.push(byte);
    if (set?.wide) {
      // The second byte belongs to the character, whatever it looks like.
      if (position + 1 < bytes.length) run.push(bytes[(position += 1)] as number);
    } else if (resets.has(byte)) {
      flush();
      g0 = initialG0;
      g1 = initialG1;
    }
  }
  flush();
  return text;
}

/** Terms with code extensions that queries can use: the escape sequence of their two-byte set (PS3.3 Table C.12-4). */
const WIDE_TERMS: Record<string, string> = {
  'ISO 2022 IR 87': '$B',
  'ISO 2022 IR 149': '$)C',
  'ISO 2022 IR 58': '$)A',
};
export const ISO_2022_QUERY_TERMS = Object.keys(WIDE_TERMS);

const wideTables = new Map<string, Map<string, [number, number]>>();

/**
 * Encodes an LO or SH value in ASCII and the two-byte set of `term`, one of {@link ISO_2022_QUERY_TERMS}. ASCII is active at its
 * end (PS3.5 6.1.2.5.3).
 *
 * @returns `undefined` if the set lacks a letter of it.
 */
export function encodeIso2022(text: string, term: string): Buffer | undefined {
  const sequence = WIDE_TERMS[term] as string;
  const { element } = SETS[sequence] as CharacterSet;
  let table = wideTables.get(sequence);
  if (!table) wideTables.set(sequence, (table = wideTable(sequence)));
  const escape = (name: string) => [ESCAPE, ...Buffer.from(name, 'latin1')];
  const bytes: number[] = [];
  let active = false;
  for (const character of text) {
    const isAscii = character < '\x80';
    const code = isAscii ? [character.charCodeAt(0)] : table.get(character);
    if (!code) return undefined;
    if (!isAscii && !active) bytes.push(...escape(sequence));
    // A set in G1 does not replace ASCII.
    if (isAscii && active && element === 'G0') bytes.push(...escape('(B'));
    active = !isAscii || (active && element === 'G1');
    bytes.push(...code);
  }
  if (active && element === 'G0') bytes.push(...escape('(B'));
  return Buffer.from(bytes);
}

/** Returns the inverse of a two-byte set, which has 94 rows of 94 characters. */
function wideTable(sequence: string): Map<string, [number, number]> {
  const { decode, element } = SETS[sequence] as CharacterSet;
  const first = element === 'G0' ? 0x21 : 0xa1;
  const table = new Map<string, [number, number]>();
  for (let row = first; row < first + 94; row += 1) {
    for (let cell = first; cell < first + 94; cell += 1) {
      const text = decode(Uint8Array.of(row, cell));
      if ([...text].length === 1 && text !== '\ufffd' && !table.has(text)) table.set(text, [row, cell]);
    }
  }
  return table;
}

function escapeSequence(bytes: Uint8Array, start: number): string | undefined {
  const next = String.fromCharCode(...bytes.subarray(start, start + 3));
  return [next.slice(0, 2), next].find((sequence) => sequence in SETS);
}
