import { type SettingFormat } from './setting-format.js';
import { uriCharacters } from './uri-characters.js';

const PATTERN = `^[&?]${uriCharacters('#')}$`;

/** Parameters that are appended to an address as they are: `&name=value`; with `?` to one that has no query. */
export const urlParameters: SettingFormat = {
  parse: (text) => (new RegExp(PATTERN, 'u').test(text) ? text : undefined),
  expected: '&name=value, which Weasis appends to the address of each image as it is: percent-encoded, without #',
  pattern: PATTERN,
};
