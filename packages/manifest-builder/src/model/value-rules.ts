import { isUid } from '@pacs-connectors/connector-core';

/**
 * Rules for the values that archives send, one function for each value representation (PS3.5 6.2). A bad value is trimmed, mapped
 * or left out as in the table, and the rest of the manifest is written.
 *
 * | kind | attributes | rule |
 * | --- | --- | --- |
 * | any | all | Blanks, NULs and other control characters at both ends are padding and are removed. If nothing remains, the attribute is left out. A number is read as its text, any other kind of value (an object, a Date) as none. |
 * | text | LO, PN, SH, addresses, messages | Tabs and line breaks become a blank; in messages they stay, as character references. Other control characters are removed. Lone surrogates, U+FFFE and U+FFFF become U+FFFD. A backslash stays. |
 * | LO | PatientID, IssuerOfPatientID, StudyDescription, SeriesDescription | More than 64 characters (code points) are cut. An unknown PatientID is written as an empty value. Two patients whose ids differ only behind the cut stay two patients. |
 * | PN | PatientName, ReferringPhysicianName | If it has more than 64 characters, component groups are removed from the end, the alphabetic one last; the rest is cut. Delimiters alone are no name. An unknown PatientName is written as an empty value. |
 * | SH | AccessionNumber, StudyID | More than 16 characters: left out, since a cut identifier may be that of another study. |
 * | UI | Study, Series and SOP Instance UID | Anything but 1 to 64 of `0-9.`, with a digit: the node and what is below it cannot be fetched. It is left out, and the arcQuery's `Message` counts it. |
 * | UI | SOPClassUID, WadoTransferSyntaxUID | The same test; only the attribute is left out. WadoTransferSyntaxUID may also be `*`, which means "as stored" to archives. |
 * | CS | Modality | Upper case; the first of several values (`\`). With characters other than `A-Z0-9 _`, or more than 16, it is left out. |
 * | CS | PatientSex | M, F, O and, in any letter case, MALE → M, FEMALE → F, OTHER, A (HL7's "ambiguous") and X (passports) → O; anything else, `U` and digits included, is left out. |
 * | IS | InstanceNumber, SeriesNumber | A whole number of 32 bits: `" 007 "`, `+5` and a database's `1.0` are read; anything else is left out. |
 * | DA | PatientBirthDate, StudyDate, SeriesDate | `yyyymmdd`; `yyyy-mm-dd`, `yyyy/mm/dd`, `yyyy.mm.dd` (ACR-NEMA) and the date before a `T` or blank are read. A day that does not exist is left out. |
 * | TM | PatientBirthTime, StudyTime, SeriesTime | `hh[mm[ss[.f]]]`, also with colons. A fraction keeps 6 digits. A range, a zone and an hour of 24 are left out. |
 * | URI | baseUrl | Characters that a URI cannot contain are percent-encoded. So are a `%` that does not begin an escape, and `:`, `@`, `#` and brackets in places where they are not allowed. |
 * | number | WadoCompressionRate | A whole number from 1 to 100; otherwise left out. |
 * | boolean | requireOnlySOPInstanceUID, seriesRetrieve | Any other value than true and false is left out. |
 * | word | queryMode | Any other word than `DB`, `DICOM` and `DICOM_WEB` is left out. |
 * | tags | overrideDicomTagsList | `0x` and 8 upper-case hex digits. What is not a 32-bit number is left out. |
 */

/** A character that is rare in texts; surrogates, and so every astral character, too. */
const UNUSUAL = /[^\x20-\x7e\xa0-\ud7ff\ue000-\ufffd]/;
const LINE_BREAKS = /\r\n|[\t\n\v\f\r\x85]/g;
// eslint-disable-next-line no-control-regex -- these are what is looked for
const CONTROLS = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/g;
const NO_CHARACTERS = /[\p{Surrogate}\ufffe\uffff]/gu;

/** Values from image headers are cut at this length first, so that one of megabytes costs no time. */
const LONGEST = 4096;

/** The value as text without padding; `undefined` if there is none. */
function trimmed(value: unknown, longest = Infinity): string | undefined {
  let text: string;
  if (typeof value === 'string') text = value;
  else if (typeof value === 'number' || typeof value === 'bigint') text = String(value);
  else return undefined;
  let start = 0;
  let end = text.length;
  while (start < end && isPadding(text.charCodeAt(start))) start++;
  while (start < end && isPadding(text.charCodeAt(end - 1))) end--;
  if (start === end) return undefined;
  return text.slice(start, Math.min(end, start + longest));
}

/** Blanks, NUL and the other control characters. */
function isPadding(code: number): boolean {
  return code <= 0x20 || (code >= 0x7f && code <= 0xa0) || code === 0x3000 || code === 0xfeff;
}

/** A text of one line that XML can contain. */
export function textRule(value: unknown, longest?: number): string | undefined {
  const text = trimmed(value, longest);
  if (text === undefined || !UNUSUAL.test(text)) return text;
  return trimmed(xmlText(text.replace(LINE_BREAKS, ' ')));
}

/** A text that XML can contain, with its line breaks and tabs. */
export function linesRule(value: unknown): string | undefined {
  const text = trimmed(value);
  return text === undefined || !UNUSUAL.test(text) ? text : trimmed(xmlText(text.replace(/\r\n?/g, '\n')));
}

function xmlText(text: string): string {
  return text.replace(CONTROLS, '').replace(NO_CHARACTERS, '\ufffd');
}

/** The first `length` characters of `text`, without splitting a surrogate pair. */
export function firstCharacters(text: string, length: number): string {
  if (text.length <= length) return text;
  const characters = Array.from(text.slice(0, 2 * length));
  return characters.length <= length && text.length <= 2 * length ? text : characters.slice(0, length).join('');
}

/** Long String (LO): 64 characters. */
export function loRule(value: unknown): string | undefined {
  const text = textRule(value, LONGEST);
  return text === undefined || text.length <= 64 ? text : firstCharacters(text, 64).trimEnd();
}

/** Person Name (PN): 64 characters here, of up to three component groups. */
export function pnRule(value: unknown): string | undefined {
  let text = textRule(value, LONGEST);
  if (text === undefined || /^[\^=\s]*$/.test(text)) return undefined;
  while (firstCharacters(text, 64) !== text) {
    const lastGroup = text.lastIndexOf('=');
    if (lastGroup > 0 && !/^[\^=\s]*$/.test(text.slice(0, lastGroup))) text = text.slice(0, lastGroup);
    else text = firstCharacters(text, 64);
  }
  return text.trimEnd();
}

/** Short String (SH): 16 characters. */
export function shRule(value: unknown): string | undefined {
  const text = textRule(value, LONGEST);
  return text !== undefined && firstCharacters(text, 16) === text ? text : undefined;
}

/** Unique Identifier (UI). */
export function uiRule(value: unknown): string | undefined {
  if (isUid(value)) return value;
  const text = trimmed(value, LONGEST);
  return isUid(text) ? text : undefined;
}

/** A transfer syntax to request: its UID, or `*`. */
export function transferSyntaxRule(value: unknown): string | undefined {
  return trimmed(value, LONGEST) === '*' ? '*' : uiRule(value);
}

/** Code String (CS). */
export function csRule(value: unknown): string | undefined {
  const text = trimmed(value, LONGEST);
  if (text === undefined || /^[A-Z0-9_]{1,16}$/.test(text)) return text;
  const first = trimmed(text.split('\\', 1)[0]?.toUpperCase());
  return first !== undefined && /^[A-Z0-9 _]{1,16}$/.test(first) ? first : undefined;
}

const SEXES: Readonly<Record<string, Sex>> = {
  M: 'M',
  MALE: 'M',
  F: 'F',
  FEMALE: 'F',
  O: 'O',
  OTHER: 'O',
  A: 'O',
  X: 'O',
};
export type Sex = 'M' | 'F' | 'O';

/** Patient's Sex (0010,0040). */
export function sexRule(value: unknown): Sex | undefined {
  const text = trimmed(value, LONGEST)?.toUpperCase();
  return text !== undefined && Object.hasOwn(SEXES, text) ? SEXES[text] : undefined;
}

/** Integer String (IS) as a number of 32 bits. */
export function isRule(value: unknown): number | undefined {
  if (typeof value === 'string' && value.length <= 9) {
    const plain = plainDigits(value);
    if (plain >= 0) return plain;
  }
  const text = trimmed(value, LONGEST);
  if (text === undefined || !/^[+-]?\d+(?:\.0*)?$/.test(text)) return undefined;
  const number = Number(text);
  return number >= -0x8000_0000 && number <= 0x7fff_ffff ? number + 0 : undefined;
}

/** The number that at most nine digits make; -1 if `text` contains anything else. */
function plainDigits(text: string): number {
  if (text.length === 0) return -1;
  let number = 0;
  for (let index = 0; index < text.length; index++) {
    const digit = text.charCodeAt(index) - 48;
    if (digit < 0 || digit > 9) return -1;
    number = number * 10 + digit;
  }
  return number;
}

/** Date (DA), `yyyymmdd`. */
export function daRule(value: unknown): string | undefined {
  const match = /^(\d{4})([-./]?)(\d\d)\2(\d\d)(?:[T ].*)?$/s.exec(trimmed(value, LONGEST) ?? '');
  if (!match) return undefined;
  const [, year = '', , month = '', day = ''] = match;
  const inMonth = daysOf(Number(year), Number(month));
  return Number(year) > 0 && Number(day) >= 1 && Number(day) <= inMonth ? year + month + day : undefined;
}

function daysOf(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  if (month < 1 || month > 12) return 0;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Time (TM), `hh[mm[ss[.ffffff]]]`. Second 60 is a leap second's. */
export function tmRule(value: unknown): string | undefined {
  const match = /^([01]\d|2[0-3])(?:(:?)([0-5]\d)(?:\2([0-5]\d|60)(?:\.(\d*))?)?)?$/.exec(
    trimmed(value, LONGEST) ?? '',
  );
  if (!match) return undefined;
  const [, hour = '', , minute = '', second = '', fraction = ''] = match;
  return hour + minute + second + (fraction === '' ? '' : `.${fraction.slice(0, 6)}`);
}

/** An address in the syntax of RFC 3986. The letters of an IRI stay. */
export function uriRule(value: unknown): string {
  const text = encoded(/[ "<>\\^`{|}\xa0\ufffd]|%(?![0-9A-Fa-f]{2})/g, textRule(value) ?? '');
  // RFC 3986, appendix B.
  const [, scheme = '', authority = '', path = '', query = '', fragment = ''] =
    /^([a-z][a-z0-9+.-]*:)?(\/\/[^/?#]*)?([^?#]*)(\?[^#]*)?(#.*)?$/i.exec(text) ?? [];
  const relative = scheme === '' && authority === '';
  return (
    scheme +
    (AUTHORITY.test(authority) ? authority : '//' + encoded(/[@:[\]]/g, authority.slice(2))) +
    // Without a scheme, the text before a colon would be read as one.
    encoded(/[[\]]/g, relative ? path.replace(/^[^/]*/, (segment) => encoded(/:/g, segment)) : path) +
    encoded(/[[\]]/g, query) +
    (fragment === '' ? '' : '#' + encoded(/[[\]#]/g, fragment.slice(1)))
  );
}

/** `//user@host:port` with a host name or address, or an empty text. */
const AUTHORITY = /^(?:\/\/(?:[^@[\]]*@)?(?:\[[0-9a-f:.]+\]|[^@:[\]]*)(?::\d{1,5})?)?$/i;

function encoded(characters: RegExp, text: string): string {
  return text.replace(characters, (character) => encodeURIComponent(character));
}

/** A number from 1 to 100. */
export function percentRule(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 100 ? value : undefined;
}

/** Tags as the viewer reads them: `0x00100010,0x00100020`. */
export function tagsRule(tags: readonly number[] | undefined): string | undefined {
  const texts = (tags ?? [])
    .filter((tag) => Number.isInteger(tag) && tag >= 0 && tag <= 0xffff_ffff)
    .map((tag) => `0x${tag.toString(16).toUpperCase().padStart(8, '0')}`);
  return texts.length === 0 ? undefined : texts.join(',');
}

/** True or false. */
export function booleanRule(value: unknown): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined;
}

const QUERY_MODES = ['DB', 'DICOM', 'DICOM_WEB'] as const;
export type QueryMode = (typeof QUERY_MODES)[number];

/** How the viewer completes the tree. */
export function queryModeRule(value: unknown): QueryMode | undefined {
  return QUERY_MODES.find((mode) => mode === value);
}
