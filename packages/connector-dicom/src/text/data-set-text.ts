import { type DataSet, MalformedDataSet, readItems } from '../dimse/data-set.js';
import { Tag, VALUE_REPRESENTATIONS } from '../dimse/tags.js';
import { decodeMislabelled, decodeWithoutDeclaration, normalizeTerm, plainDecoder } from './character-sets.js';
import { decodeIso2022 } from './iso-2022.js';

/** Value representations whose text is in the Specific Character Set; the others are ASCII (PS3.5 6.1.2.3). */
const EXTENSIBLE = new Set(['LO', 'PN', 'SH']);
const IDENTIFYING = [
  Tag.patientId,
  Tag.accessionNumber,
  Tag.studyInstanceUid,
  Tag.seriesInstanceUid,
  Tag.seriesNumber,
  Tag.sopInstanceUid,
  Tag.instanceNumber,
];
const PADDING = /^[ \0]+|[ \0]+$/g;

/** How text is decoded whose declared character set is missing or wrong. */
export interface TextOptions {
  /** The character set of data sets that declare none (`default-character-set`). */
  undeclared?: string;
  /** The real character sets by the declared ones (`character-sets`), all in the form of {@link normalizeTerm}. */
  corrections?: ReadonlyMap<string, string>;
  /** Called if the text of a data set had to be guessed. */
  onGuess?(): void;
}

/**
 * Decodes the values of one data set to text, in the character set that this data set declares. Each response may declare another one.
 */
export class DataSetText {
  private readonly decode: (bytes: Uint8Array, isName: boolean) => string;

  constructor(
    private readonly dataSet: DataSet,
    private readonly options: TextOptions = {},
  ) {
    this.decode = decoderOf(dataSet.get(Tag.specificCharacterSet), options);
  }

  /** Returns the element's value without padding; `undefined` if it is missing or empty. */
  get(tag: number): string | undefined {
    const bytes = this.dataSet.get(tag);
    if (!bytes || bytes.length === 0) return undefined;
    const vr = VALUE_REPRESENTATIONS[tag] ?? 'LO';
    const text = (EXTENSIBLE.has(vr) ? this.decode(bytes, vr === 'PN') : bytes.toString('latin1')).replace(PADDING, '');
    return text === '' ? undefined : text;
  }

  /** Returns a text that is the same for the same match: its UIDs, numbers and identifiers. */
  get identity(): string {
    return IDENTIFYING.map((tag) => this.dataSet.get(tag)?.toString('latin1') ?? '').join('|');
  }

  /** Returns the values of a multi-valued element. */
  values(tag: number): string[] {
    const text = this.get(tag);
    return text === undefined ? [] : text.split('\\').map((value) => value.trim());
  }

  /** Returns the items of a sequence; none if it cannot be read. An item has the character set of its data set by default. */
  items(tag: number): DataSetText[] {
    const characterSet = this.dataSet.get(Tag.specificCharacterSet);
    const inherited: DataSet = new Map(characterSet ? [[Tag.specificCharacterSet, characterSet]] : []);
    try {
      const items = readItems(this.dataSet.get(tag) ?? Buffer.alloc(0));
      return items.map((item) => new DataSetText(new Map([...inherited, ...item]), this.options));
    } catch (error) {
      if (error instanceof MalformedDataSet) return [];
      throw error;
    }
  }
}

const ESCAPE = 0x1b;
/** The default character set, which other terms extend. */
const DEFAULT = 'ISO_IR 6';

type DecodeValue = (bytes: Uint8Array, isName: boolean) => string;

function decoderOf(declaration: Buffer | undefined, { undeclared, corrections, onGuess }: TextOptions): DecodeValue {
  const declared = declaration?.toString('latin1').replace(PADDING, '') || (undeclared ?? '');
  if (declared === '') return guessing(onGuess);
  const terms = declared.split('\\').map((term) => {
    const name = normalizeTerm(term);
    return corrections?.get(name) ?? name;
  });
  const byLikelihood = [...terms.filter((term) => term !== DEFAULT), DEFAULT].filter((term) => terms.includes(term));
  const decode = decoderOfTerms(terms);
  if (!decode) return guessing(onGuess);
  return (bytes, isName) => {
    const text = decode(bytes, isName);
    const isWrong = text.includes('\ufffd') && !bytes.includes(ESCAPE);
    return isWrong ? (decodeMislabelled(bytes, byLikelihood) ?? text) : text;
  };
}

function decoderOfTerms(terms: readonly string[]): DecodeValue | undefined {
  const first = terms[0] as string;
  // UTF-8 and GB18030 have no code extensions, whatever is declared beside them (PS3.3 C.12.1.1.2).
  if (!/^ISO[_ ]/.test(first) || first === 'ISO_IR 192' || (terms.length === 1 && !first.startsWith('ISO 2022'))) {
    return plainDecoder(first);
  }
  return (bytes, isName) => decodeIso2022(bytes, first, isName);
}

function guessing(onGuess: TextOptions['onGuess']): DecodeValue {
  return (bytes) => {
    if (bytes.some((byte) => byte >= 0x80)) onGuess?.();
    return decodeWithoutDeclaration(bytes);
  };
}

/** Returns whether a Specific Character Set, with all its values, has a decoder. */
export function isCharacterSet(value: string): boolean {
  const terms = value.split('\\').map(normalizeTerm);
  const known = (term: string) =>
    plainDecoder(term) !== undefined ||
    /^ISO 2022 IR (6|13|58|87|100|101|109|110|126|127|138|144|148|149|159|166|203)$/.test(term);
  return terms.every(known);
}
