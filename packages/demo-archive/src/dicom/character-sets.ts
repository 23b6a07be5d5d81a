/** Labels of the Encoding Standard for the defined terms of Specific Character Set (PS3.3 C.12.1.1.2). */
const LABELS: Record<string, string> = {
  '': 'windows-1252',
  'ISO_IR 6': 'windows-1252',
  'ISO_IR 13': 'shift_jis',
  'ISO_IR 100': 'windows-1252',
  'ISO_IR 101': 'iso-8859-2',
  'ISO_IR 109': 'iso-8859-3',
  'ISO_IR 110': 'iso-8859-4',
  'ISO_IR 126': 'iso-8859-7',
  'ISO_IR 127': 'iso-8859-6',
  'ISO_IR 138': 'iso-8859-8',
  'ISO_IR 144': 'iso-8859-5',
  'ISO_IR 148': 'iso-8859-9',
  'ISO_IR 166': 'windows-874',
  'ISO_IR 192': 'utf-8',
  'ISO 2022 IR 87': 'iso-2022-jp',
  'ISO 2022 IR 149': 'euc-kr',
  'ISO 2022 IR 58': 'gb18030',
  GB18030: 'gb18030',
  GBK: 'gbk',
};

/** Returns a decoder for the values of Specific Character Set. Of several, the one that is not ASCII decides. */
export function decoderOf(terms: readonly string[]): (bytes: Uint8Array) => string {
  const named = terms.map((term) => term.trim()).filter((term) => term !== '');
  const term = named.find((one) => one.startsWith('ISO 2022') && one !== 'ISO 2022 IR 6') ?? named[0] ?? '';
  const label = LABELS[term] ?? LABELS[term.replace('ISO 2022 IR', 'ISO_IR')] ?? 'utf-8';
  const decoder = new TextDecoder(label);
  // The escape sequence that designates KS X 1001 to G1; the decoder has it without.
  return (bytes) => decoder.decode(bytes).replaceAll('\u001b$)C', '');
}

type Encoder = (text: string) => Buffer;

const encoders = new Map<string, Encoder>();

/** Returns an encoder for the terms that the sample studies use. */
export function encoderOf(terms: readonly string[]): Encoder {
  const term = terms.at(-1) ?? '';
  const encoder = encoders.get(term) ?? newEncoder(term);
  encoders.set(term, encoder);
  return encoder;
}

function newEncoder(term: string): Encoder {
  if (term === 'ISO_IR 192') return (text) => Buffer.from(text, 'utf8');
  if (term === 'ISO 2022 IR 87') return japaneseEncoder(japaneseCodes());
  const byCharacter = reverseOf(LABELS[term] ?? 'windows-1252');
  return (text) => Buffer.from([...text].map((character) => byCharacter.get(character) ?? 0x3f));
}

function reverseOf(label: string): Map<string, number> {
  const characters = new TextDecoder(label).decode(Uint8Array.from({ length: 256 }, (_, byte) => byte));
  return new Map([...characters].map((character, byte) => [character, byte]));
}

/** The double bytes of JIS X 0208, which are those of EUC-JP without their high bits. */
function japaneseCodes(): Map<string, number> {
  const cells = Array.from({ length: 94 * 94 }, (_, n) => (Math.floor(n / 94) + 0x21) * 256 + (n % 94) + 0x21);
  const bytes = Uint8Array.from(cells.flatMap((code) => [(code >> 8) | 0x80, (code & 0xff) | 0x80, 0x0a]));
  const characters = new TextDecoder('euc-jp').decode(bytes).split('\n');
  return new Map(cells.map((code, index) => [characters[index] ?? '', code]));
}

/** Encodes with code extensions; ASCII is restored at the end of each piece, as PS3.5 6.1.2.5.3 requires. */
function japaneseEncoder(codes: Map<string, number>): Encoder {
  return (text) => {
    const bytes: number[] = [];
    let double = false;
    for (const character of text) {
      const code = character < '\u0080' ? undefined : codes.get(character);
      if ((code !== undefined) !== double) {
        double = !double;
        bytes.push(...(double ? [0x1b, 0x24, 0x42] : [0x1b, 0x28, 0x42]));
      }
      if (code === undefined) bytes.push(character.charCodeAt(0) & 0x7f);
      else bytes.push(code >> 8, code & 0xff);
    }
    if (double) bytes.push(0x1b, 0x28, 0x42);
    return Buffer.from(bytes);
  };
}
