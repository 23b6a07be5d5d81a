import { type SettingFormat } from './setting-format.js';

const UID = '(?:0|[1-9][0-9]*)(?:\\.(?:0|[1-9][0-9]*))+';

/** A transfer syntax to request: its UID (PS3.5 9.1), or `*` for the one in which an image is stored. */
export const transferSyntax: SettingFormat = {
  parse: (text) => (text === '*' || (text.length <= 64 && new RegExp(`^${UID}$`).test(text)) ? text : undefined),
  expected: 'the UID of a transfer syntax, such as 1.2.840.10008.1.2.4.70, or * (images as they are stored)',
  pattern: `^(?:\\*|${UID})$`,
};
