/**
 * Specific Character Set (0008,0005), PS3.3 C.12.1.1.2: from its defined terms to decoders and back. The platform's
 * TextDecoder does the tables; what it lacks (JIS X 0201, the escape sequences of ISO 2022) is added here and in
 * iso-2022.ts.
 */

/** Bytes of one character set as text. */
export type Decode = (bytes: Uint8Array) => string;

/** Defined terms with one byte a character, and UTF-8, GB18030 and GBK: no code extensions (PS3.3 Table C.12-2, C.12-5). */
const PLAIN_TERMS: Record<string, string> = {
  'ISO_IR 100': 'iso-8859-1',
  'ISO_IR 101': 'iso-8859-2',
  'ISO_IR 109': 'iso-8859-3',
  'ISO_IR 110': 'iso-8859-4',
  'ISO_IR 144': 'iso-8859-5',
  'ISO_IR 127': 'iso-8859-6',
  'ISO_IR 126': 'iso-8859-7',
  'ISO_IR 138': 'iso-8859-8',
  'ISO_IR 148': 'iso-8859-9',
  'ISO_IR 166': 'windows-874',
  'ISO_IR 203': 'iso-8859-15',
  'ISO_IR 192': 'utf-8',
  GB18030: 'gb18030',
  GBK: 'gbk',
};

/** Terms without code extensions in which a peer can be asked. */
export const PLAIN_QUERY_TERMS = ['ISO_IR 6', 'ISO_IR 13', ...Object.keys(PLAIN_TERMS)];

const decoders = new Map<string, Decode>();

/**
 * The decoder of one defined term without code extensions. Spellings that archives use for it (`ISO_IR_100`, `ISO-IR 100`,
 * `ISO IR 100`, `ISO8859-1`, `UTF-8`) are taken too.
 *
 * @returns `undefined` for a term that nobody defined.
 */
export function plainDecoder(term: string): Decode | undefined {
  const name = normalizeTerm(term);
  let decode = decoders.get(name);
  if (!decode) {
    decode = makeDecoder(name);
    if (decode) decoders.set(name, decode);
  }
  return decode;
}

function makeDecoder(name: string): Decode | undefined {
  if (name === 'ISO_IR 6') return decodeWithoutDeclaration;
  if (name === 'ISO_IR 13') return decodeJisX0201;
  if (name === 'ISO_IR 100')
    return (bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
  const label = PLAIN_TERMS[name];
  if (!label) return undefined;
  const decoder = new TextDecoder(label, { ignoreBOM: true });
  return (bytes) => decoder.decode(bytes);
}

/** A term as PS3.3 writes it: `iso-ir_100` → `ISO_IR 100`, `ISO_2022_IR_87` → `ISO 2022 IR 87`. */
export function normalizeTerm(term: string): string {
  const text = term.trim().toUpperCase();
  if (text === '') return 'ISO_IR 6';
  if (/^UTF[-_ ]?8$/.test(text)) return 'ISO_IR 192';
  const latin = /^ISO[-_ ]?8859[-_ ](\d+)$/.exec(text)?.[1];
  if (latin) return Object.keys(PLAIN_TERMS).find((key) => PLAIN_TERMS[key] === `iso-8859-${latin}`) ?? text;
  const extended = /^ISO[-_ ]2022[-_ ]IR[-_ ](\d+)$/.exec(text)?.[1];
  if (extended) return `ISO 2022 IR ${extended}`;
  const single = /^ISO[-_ ]IR[-_ ](\d+)$/.exec(text)?.[1];
  return single ? `ISO_IR ${single}` : text;
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Text whose data set declares no character set: ASCII by the standard. Archives that leave the declaration out and send
 * more than ASCII send UTF-8 or Latin-1; UTF-8 is hardly ever valid by accident, so validity decides.
 */
export function decodeWithoutDeclaration(bytes: Uint8Array): string {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    return Buffer.from(bytes).toString('latin1');
  }
}

/** JIS X 0201: Roman letters in G0, half-width Katakana in G1. Its 0x5C stays a backslash: it is DICOM's delimiter. */
export function decodeJisX0201(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) {
    if (byte >= 0xa1 && byte <= 0xdf) text += String.fromCharCode(0xff61 + byte - 0xa1);
    else if (byte < 0x80) text += byte === 0x7e ? '\u203e' : String.fromCharCode(byte);
    else text += '\ufffd';
  }
  return text;
}

const encoders = new Map<string, Map<string, number[]>>();

/**
 * `text` as bytes of `term`, one of {@link PLAIN_QUERY_TERMS}.
 *
 * @returns `undefined` where that character set cannot write it.
 */
export function encodeText(text: string, term: string): Buffer | undefined {
  const name = normalizeTerm(term);
  if (name === 'ISO_IR 192') return Buffer.from(text, 'utf8');
  // eslint-disable-next-line no-control-regex -- that is the repertoire of ISO_IR 6
  if (/^[\x00-\x7f]*$/.test(text)) return Buffer.from(text, 'latin1');
  if (name === 'ISO_IR 6') return undefined;
  let table = encoders.get(name);
  if (!table) encoders.set(name, (table = encodingTable(name)));
  const bytes: number[] = [];
  for (const character of text) {
    const code = character < '\x80' ? [character.charCodeAt(0)] : table.get(character);
    if (!code) return undefined;
    bytes.push(...code);
  }
  return Buffer.from(bytes);
}

/** The inverse of a decoder, found by decoding every code of one byte and, for GBK and GB18030, of two. */
function encodingTable(name: string): Map<string, number[]> {
  const decode = plainDecoder(name) as Decode;
  const table = new Map<string, number[]>();
  const twoBytes = name.startsWith('GB');
  for (let first = 0x80; first <= 0xff; first += 1) {
    for (const code of twoBytes ? trailing(first) : [[first]]) {
      const text = decode(Uint8Array.from(code));
      if ([...text].length === 1 && text !== '\ufffd' && !table.has(text)) table.set(text, code);
    }
  }
  return table;
}

function trailing(first: number): number[][] {
  return Array.from({ length: 0xff - 0x40 }, (_, index) => [first, 0x40 + index]);
}
