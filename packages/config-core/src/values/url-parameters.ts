import { type SettingFormat } from './setting-format.js';
import { uriCharacters } from './uri-characters.js';

/** A name begins it, and no `&` in it is escaped as in HTML: the server would ignore a parameter named `amp;name`. */
const PATTERN = `^(?!.*&[aA][mM][pP];)(?=[&?]&*[^&=])[&?]${uriCharacters('#')}$`;

/** Parameters that are appended to an address as they are: `&name=value`; with `?` to one that has no query. */
export const urlParameters: SettingFormat = {
  parse: (text) => (new RegExp(PATTERN, 'u').test(text) ? text : undefined),
  expected:
    '&name=value with & alone (not &amp;), which Weasis appends to the address of each image as it is: percent-encoded, without #',
  pattern: PATTERN,
};
