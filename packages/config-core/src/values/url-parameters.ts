import { type SettingFormat } from './setting-format.js';
import { uriCharacters } from './uri-characters.js';

/** Begins with a name. `&` must not be escaped as in HTML, because the server would ignore a parameter `amp;name`. */
const PATTERN = `^(?!.*&[aA][mM][pP];)(?=[&?]&*[^&=])[&?]${uriCharacters('#')}$`;

/** Parameters that are appended to an address without changes: `&name=value`, or `?name=value` if it has no query. */
export const urlParameters: SettingFormat = {
  parse: (text) => (new RegExp(PATTERN, 'u').test(text) ? text : undefined),
  expected:
    '&name=value with & alone (not &amp;), which Weasis appends to the address of each image as it is: percent-encoded, without #',
  pattern: PATTERN,
};
