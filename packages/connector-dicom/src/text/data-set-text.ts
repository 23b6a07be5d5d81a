import { type DataSet } from '../dimse/data-set.js';
import { Tag, VALUE_REPRESENTATIONS } from '../dimse/tags.js';
import { type Decode, decodeWithoutDeclaration, normalizeTerm, plainDecoder } from './character-sets.js';
import { decodeIso2022 } from './iso-2022.js';

/** Value representations whose text is in the Specific Character Set; the others are ASCII (PS3.5 6.1.2.3). */
const EXTENSIBLE = new Set(['LO', 'PN', 'SH']);
/** Those that may hold several values, `\` between: only the first is ours, and Modalities in Study is read apart. */
const PADDING = /^[ \0]+|[ \0]+$/g;

/**
 * The values of one data set as text, in the character set that this data set declares. Each response may declare its own;
 * nothing is remembered from one to the next.
 */
export class DataSetText {
  private readonly decode: (bytes: Uint8Array, isName: boolean) => string;

  /** @param undeclared the character set of data sets that declare none (`default-character-set`). */
  constructor(
    private readonly dataSet: DataSet,
    undeclared?: string,
  ) {
    this.decode = decoderOf(dataSet.get(Tag.specificCharacterSet), undeclared);
  }

  /** The element's value without padding; `undefined` where it is missing or empty. */
  get(tag: number): string | undefined {
    const bytes = this.dataSet.get(tag);
    if (!bytes || bytes.length === 0) return undefined;
    const vr = VALUE_REPRESENTATIONS[tag] ?? 'LO';
    const text = (EXTENSIBLE.has(vr) ? this.decode(bytes, vr === 'PN') : bytes.toString('latin1')).replace(PADDING, '');
    return text === '' ? undefined : text;
  }

  /** The values of a multi-valued element of ASCII text. */
  values(tag: number): string[] {
    const text = this.get(tag);
    return text === undefined ? [] : text.split('\\').map((value) => value.trim());
  }
}

function decoderOf(
  declaration: Buffer | undefined,
  undeclared?: string,
): (bytes: Uint8Array, isName: boolean) => string {
  const declared = declaration?.toString('latin1').replace(PADDING, '') || (undeclared ?? '');
  const terms = declared.split('\\').map(normalizeTerm);
  const first = terms[0] as string;
  // UTF-8 and GB18030 know no code extensions, whatever stands beside them (PS3.3 C.12.1.1.2).
  if (!first.startsWith('ISO') || first === 'ISO_IR 192' || (terms.length === 1 && !first.startsWith('ISO 2022'))) {
    const decode: Decode = plainDecoder(first) ?? decodeWithoutDeclaration;
    return (bytes) => decode(bytes);
  }
  return (bytes, isName) => decodeIso2022(bytes, first, isName);
}
