export { type Decode, encodeText, normalizeTerm, PLAIN_QUERY_TERMS } from './character-sets.js';
export { encodeIso2022, ISO_2022_QUERY_TERMS } from './iso-2022.js';
export { type DecodeValue, isCharacterSet, textDecoder } from './text-decoder.js';
