/**
 * What happens to the values that archives send, one function for each value representation (PS3.5 6.2). One bad value
 * never costs the manifest: it is trimmed, mapped or left out, as the table says.
 *
 * | kind | attributes | rule |
 * | --- | --- | --- |
 * | any | all | Blanks, NULs and other control characters at both ends are padding and go. Nothing left: the attribute is left out. A number is read as its text, any other kind of value (an object, a Date) as none. |
 * | text | LO, PN, SH, addresses, messages | Tab and line breaks become a blank (in messages they stay, as character references); other control characters go; lone surrogates, U+FFFE and U+FFFF become U+FFFD. A backslash stays. |
 * | LO | PatientID, IssuerOfPatientID, StudyDescription, SeriesDescription | Over 64 characters (code points): cut. A PatientID that is not known stands as an empty value. Two patients whose ids differ only behind the cut stay two patients. |
 * | PN | PatientName, ReferringPhysicianName | Over 64 characters: component groups go from the end, the alphabetic one last; what is still too long is cut. Nothing but delimiters: no name. A PatientName that is not known stands as an empty value: no name is made up. |
 * | SH | AccessionNumber, StudyID | Over 16 characters: left out, since half an identifier is another study's. |
 * | UI | Study, Series and SOP Instance UID | Anything but 1 to 64 of `0-9.`: the node and what is below it cannot be fetched, so it is left out, counted and said in the arcQuery's `Message`. |
 * | UI | SOPClassUID, WadoTransferSyntaxUID | The same test; only the attribute is left out. WadoTransferSyntaxUID may be `*` as well: archives take it for "as stored". |
 * | CS | Modality | Upper case; the first of several values (`\`). Other characters than `A-Z0-9 _`, or over 16: left out. |
 * | CS | PatientSex | M, F, O and, in any letter case, MALE → M, FEMALE → F, OTHER, A (HL7's "ambiguous") and X (passports) → O; anything else, `U` and digits included, is left out. |
 * | IS | InstanceNumber, SeriesNumber | A whole number of 32 bits: `" 007 "`, `+5` and a database's `1.0` are read; anything else is left out. |
 * | DA | PatientBirthDate, StudyDate, SeriesDate | `yyyymmdd`; `yyyy-mm-dd`, `yyyy/mm/dd`, `yyyy.mm.dd` (ACR-NEMA) and the date before a `T` or blank are read. A day that no calendar has: left out. |
 * | TM | PatientBirthTime, StudyTime, SeriesTime | `hh[mm[ss[.f]]]`, with colons too. A fraction keeps 6 digits. A range, a zone, an hour of 24: left out. |
 * | URI | baseUrl | Characters that no URI holds are percent-encoded, as are a `%` that begins no escape, and `:`, `@`, `#`, brackets where they may not stand. |
 * | number | WadoCompressionRate | A whole number from 1 to 100; else left out. |
 * | boolean | requireOnlySOPInstanceUID, seriesRetrieve | Neither true nor false: left out. |
 * | word | queryMode | Another one than `DB`, `DICOM`, `DICOM_WEB`: left out. |
 * | tags | overrideDicomTagsList | `0x` and 8 upper-case hex digits; what is no 32-bit number is left out. |
 */

const UID = /^[0-9.]{1,64}$/;
/** Anything beyond what nearly every text is made of; surrogates, so every astral character too. */
const UNUSUAL = /[^\x20-\x7e\xa0-\ud7ff\ue000-\ufffd]/;
const LINE_BREAKS = /\r\n|[\t\n\v\f\r\x85]/g;
// eslint-disable-next-line no-control-regex -- these are what is looked for
const CONTROLS = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/g;
const NO_CHARACTERS = /[\p{Surrogate}\ufffe\uffff]/gu;

/** A value from an image's header is cut here before anything looks at it: one of megabytes costs no time. */
const LONGEST = 4096;

/** The value as text, without padding; `undefined` where it holds none. */
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

/** A text of one line that XML can hold. */
export function textRule(value: unknown, longest?: number): string | undefined {
  const text = trimmed(value, longest);
  if (text === undefined || !UNUSUAL.test(text)) return text;
  return trimmed(xmlText(text.replace(LINE_BREAKS, ' ')));
}

/** A text that XML can hold, its line breaks and tabs kept. */
export function linesRule(value: unknown): string | undefined {
  const text = trimmed(value);
  return text === undefined || !UNUSUAL.test(text) ? text : trimmed(xmlText(text.replace(/\r\n?/g, '\n')));
}

function xmlText(text: string): string {
  return text.replace(CONTROLS, '').replace(NO_CHARACTERS, '\ufffd');
}

/** The first `length` characters of `text`; no surrogate pair is split. */
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
  if (typeof value === 'string' && UID.test(value)) return value;
  const text = trimmed(value, LONGEST);
  return text !== undefined && UID.test(text) ? text : undefined;
}

/** A transfer syntax to ask for: its UID, or `*`. */
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

/** The number that at most nine digits make; -1 where `text` holds anything else. */
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

/** An address as RFC 3986 writes it; one that is an IRI keeps its own letters. */
export function uriRule(value: unknown): string {
  const text = encoded(/[ "<>\\^`{|}\xa0\ufffd]|%(?![0-9A-Fa-f]{2})/g, textRule(value) ?? '');
  // RFC 3986, appendix B.
  const [, scheme = '', authority = '', path = '', query = '', fragment = ''] =
    /^([a-z][a-z0-9+.-]*:)?(\/\/[^/?#]*)?([^?#]*)(\?[^#]*)?(#.*)?$/i.exec(text) ?? [];
  const relative = scheme === '' && authority === '';
  return (
    scheme +
    (AUTHORITY.test(authority) ? authority : '//' + encoded(/[@:[\]]/g, authority.slice(2))) +
    // Without a scheme, what stands before a colon would be taken for one.
    encoded(/[[\]]/g, relative ? path.replace(/^[^/]*/, (segment) => encoded(/:/g, segment)) : path) +
    encoded(/[[\]]/g, query) +
    (fragment === '' ? '' : '#' + encoded(/[[\]#]/g, fragment.slice(1)))
  );
}

/** `//user@host:port`, the host a name or an address; or none. */
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
