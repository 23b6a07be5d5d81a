/**
 * Specific Character Set (0008,0005), PS3.3 C.12.1.1.2: decoders and encoders by its defined terms. TextDecoder has the tables.
 * JIS X 0201 is added here, the escape sequences of ISO 2022 in iso-2022.ts.
 */

/** Decodes bytes of one character set. */
export type Decode = (bytes: Uint8Array) => string;

/** Terms without code extensions: the defined ones (PS3.3 Tables C.12-2 and C.12-5), and two that some archives declare. */
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
  'ISO_IR 149': 'euc-kr',
  'ISO_IR 58': 'gbk',
};

const UNDEFINED_TERMS = ['ISO_IR 149', 'ISO_IR 58'];
/** Terms without code extensions that queries can use. */
export const PLAIN_QUERY_TERMS = [
  'ISO_IR 6',
  'ISO_IR 13',
  ...Object.keys(PLAIN_TERMS).filter((term) => !UNDEFINED_TERMS.includes(term)),
];

const decoders = new Map<string, Decode>();

/**
 * Returns the decoder of a term without code extensions, or of an encoding by its WHATWG name such as `windows-1252`. Spellings
 * of archives (`ISO_IR_100`, `ISO-IR 100`, `ISO IR 100`, `ISO8859-1`, `UTF-8`) are accepted too.
 *
 * @returns `undefined` for an unknown term.
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
  const decoder = decoderOf(PLAIN_TERMS[name] ?? name);
  return decoder && ((bytes) => decoder.decode(bytes));
}

function decoderOf(label: string): { decode(bytes: Uint8Array): string } | undefined {
  try {
    return new TextDecoder(label, { ignoreBOM: true });
  } catch {
    return undefined;
  }
}

/** Returns a term as PS3.3 writes it: `iso-ir_100` → `ISO_IR 100`, `ISO_2022_IR_87` → `ISO 2022 IR 87`. */
export function normalizeTerm(term: string): string {
  const text = term.trim().toUpperCase();
  if (text === '') return 'ISO_IR 6';
  if (/^UTF[-_ ]?8$/.test(text)) return 'ISO_IR 192';
  const latin = /^ISO[-_ ]?8859[-_ ](\d+)$/.exec(text)?.[1];
  if (latin) return Object.keys(PLAIN_TERMS).find((key) => PLAIN_TERMS[key] === `iso-8859-${latin}`) ?? text;
  const chinese = /^ISO[-_ ]2022[-_ ](GBK|GB18030)$/.exec(text)?.[1];
  if (chinese) return chinese;
  const extended = /^ISO[-_ ]2022[-_ ](?:IR[-_ ])?(\d+)$/.exec(text)?.[1];
  if (extended) return `ISO 2022 IR ${extended}`;
  const single = /^ISO[-_ ]IR[-_ ](\d+)$/.exec(text)?.[1];
  return single ? `ISO_IR ${single}` : text;
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Decodes text of a data set without a declared character set, which is ASCII by the standard. Archives that send more than
 * ASCII send UTF-8 or Latin-1. Other bytes are hardly ever valid UTF-8, so validity decides.
 */
export function decodeWithoutDeclaration(bytes: Uint8Array): string {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    return Buffer.from(bytes).toString('latin1');
  }
}

/**
 * Returns the text of bytes that break the declared character set, if they are valid in an encoding that archives use in its
 * place. Orthanc writes Shift_JIS and declares `ISO_IR 13`, for instance.
 */
export function decodeMislabelled(bytes: Uint8Array, terms: readonly string[]): string | undefined {
  for (const label of terms.flatMap((term) => REAL_ENCODINGS[term] ?? [])) {
    try {
      return new TextDecoder(label, { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      // the next one may fit
    }
  }
  return undefined;
}

const JAPANESE = ['shift_jis', 'euc-jp', 'utf-8'];
const REAL_ENCODINGS: Record<string, string[]> = {
  'ISO_IR 13': JAPANESE,
  'ISO 2022 IR 13': JAPANESE,
  'ISO 2022 IR 87': ['euc-jp', 'shift_jis', 'utf-8'],
  'ISO 2022 IR 159': ['euc-jp', 'shift_jis', 'utf-8'],
  'ISO_IR 149': ['euc-kr', 'utf-8'],
  'ISO 2022 IR 149': ['euc-kr', 'utf-8'],
  'ISO_IR 58': ['gb18030', 'utf-8'],
  'ISO 2022 IR 58': ['gb18030', 'utf-8'],
  GB18030: ['utf-8'],
  GBK: ['utf-8'],
  'ISO_IR 192': ['windows-1252'],
  'ISO_IR 6': ['utf-8', 'windows-1252'],
};

/** Decodes JIS X 0201: Roman letters in G0, half-width Katakana in G1. 0x5C stays a backslash, which is DICOM's delimiter. */
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
 * Encodes `text` in `term`, one of {@link PLAIN_QUERY_TERMS}.
 *
 * @returns `undefined` if that character set lacks a letter of it.
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

/** Returns the inverse of a decoder, by decoding every code of one byte and, for GBK and GB18030, of two. */
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
