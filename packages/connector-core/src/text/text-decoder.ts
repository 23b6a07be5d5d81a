import {
  type Decode,
  decodeMislabelled,
  decodeWithoutDeclaration,
  normalizeTerm,
  plainDecoder,
} from './character-sets.js';
import { decodeIso2022 } from './iso-2022.js';

const ESCAPE = 0x1b;
/** The default character set, which other terms extend. */
const DEFAULT = 'ISO_IR 6';

/** Decodes a value. Names (PN) have more delimiters, at which a code extension ends. */
export type DecodeValue = (bytes: Uint8Array, isName: boolean) => string;

export interface TextDecoderOptions {
  /** The real character sets by the declared ones, all in the form of {@link normalizeTerm}. */
  corrections?: ReadonlyMap<string, string>;
  /** Called if the character set of a value had to be guessed. */
  onGuess?(): void;
}

/**
 * Returns the decoder of a declared Specific Character Set (0008,0005), with all its values. Text that breaks the declaration is
 * read as what archives write in its place.
 */
export function textDecoder(declared: string, { corrections, onGuess }: TextDecoderOptions = {}): DecodeValue {
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

function decoderOfTerms(terms: readonly string[]): DecodeValue | Decode | undefined {
  const first = terms[0] as string;
  // UTF-8 and GB18030 have no code extensions, whatever is declared beside them (PS3.3 C.12.1.1.2).
  if (!/^ISO[_ ]/.test(first) || first === 'ISO_IR 192' || (terms.length === 1 && !first.startsWith('ISO 2022'))) {
    return plainDecoder(first);
  }
  return (bytes, isName) => decodeIso2022(bytes, first, isName);
}

function guessing(onGuess: TextDecoderOptions['onGuess']): DecodeValue {
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
