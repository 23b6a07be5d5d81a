import { type DicomDateTime, isUid, type PatientIdentifier } from '@pacs-connectors/connector-core';
import { type ServerErrorCode } from '../errors/error-codes.js';

/**
 * Reads one value of a parameter. It has no surrounding blanks and is not empty.
 *
 * @throws Unreadable that says what is wrong and what is expected, without the value, which may be a patient's.
 */
export type ReadValue<Value> = (text: string) => Value;

/** Thrown for a value that cannot be used. The message continues a sentence that begins with the parameter's name. */
export class Unreadable extends Error {
  constructor(
    message: string,
    readonly code: ServerErrorCode = 'server.parameter.invalid',
  ) {
    super(message);
  }
}

/** The longest LO (PS3.5 6.2), for Patient ID, its issuer and descriptions, in characters. */
const LO_LENGTH = 64;

/** Reads a text of at most `limit` characters without control characters. */
export function text(limit: number): ReadValue<string> {
  return (value) => {
    if (value.length > limit) throw new Unreadable(`has ${value.length} characters; at most ${limit} are allowed`);
    // eslint-disable-next-line no-control-regex -- these are what is looked for
    const control = /[\u0000-\u001f\u007f-\u009f]/.exec(value);
    if (control) {
      const code = control[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
      throw new Unreadable(`contains the control character U+${code} at position ${control.index + 1}`);
    }
    // Only JSON can contain half a character; an address cannot.
    if (/\p{Surrogate}/u.test(value)) throw new Unreadable('contains half of a surrogate pair');
    return value;
  };
}

/** Reads a UID (UI of PS3.5 6.2). It accepts components that are empty or start with zeros, since archives have such UIDs. */
export const uid: ReadValue<string> = (value) => {
  text(64)(value);
  if (!isUid(value))
    throw new Unreadable('is not a UID; expected 1 to 64 digits and dots', 'server.parameter.not-a-uid');
  return value;
};

/** Reads an Accession Number. SH allows 16 characters, but archives have longer ones, so 64 are accepted. */
export const accessionNumber: ReadValue<string> = text(64);

/** Reads a part of a study description. */
export const descriptionText: ReadValue<string> = text(LO_LENGTH);

/** Reads a modality (CS of PS3.5 6.2) in any letter case. */
export const modality: ReadValue<string> = (value) => {
  const upper = value.toUpperCase();
  if (!/^[A-Z0-9_ ]{1,16}$/.test(upper))
    throw new Unreadable('is not a modality; expected 1 to 16 letters, digits, blanks and _, such as CT');
  return upper;
};

/**
 * Reads a Patient ID: alone, or as HL7 CX (HL7 v2.5 2.A.14) with the authority that issued it in the fourth component,
 * `id^^^namespace&universalId&universalIdType`. The components after that (identifier type code, …) don't identify a patient and are
 * ignored. A check digit is rejected, since only some systems make it a part of the identifier.
 */
export const patientIdentifier: ReadValue<PatientIdentifier> = (value) => {
  text(512)(value);
  const [id = '', checkDigit = '', checkScheme = '', authority = ''] = value.split('^').map((part) => part.trim());
  const [issuer = '', universalEntityId = '', universalEntityIdType = ''] = authority
    .split('&')
    .map((part) => part.trim());
  if (id === '') throw new Unreadable('contains no identifier before its issuer; expected id or id^^^issuer');
  if (checkDigit !== '' || checkScheme !== '')
    throw new Unreadable('has text in its second or third component; expected id or id^^^issuer');
  text(LO_LENGTH)(id);
  text(LO_LENGTH)(issuer);
  text(255)(universalEntityId);
  text(16)(universalEntityIdType);
  return {
    id,
    ...(issuer && { issuer }),
    ...(universalEntityId && { universalEntityId }),
    ...(universalEntityIdType && { universalEntityIdType }),
  };
};

/**
 * Reads a property for Weasis, `key value`. It removes quotes around it, as the documentation of an older server has them. The text in
 * quotes may be empty.
 */
export const property: ReadValue<string> = (value) => text(2048)(/^(["'])(.*)\1$/s.exec(value)?.[2] ?? value);

/** Reads a whole number from 1. */
export const count: ReadValue<number> = (value) => {
  if (!/^\d{1,9}$/.test(value) || Number(value) < 1)
    throw new Unreadable('is not a number of studies; expected a whole number from 1 to 999999999');
  return Number(value);
};

/** Whether the value of a flag is `false`, `0`, `no` or `off`. An empty or any other value means true. */
export function isFalse(value: string): boolean {
  return /^(?:false|0|no|off)$/i.test(value.trim());
}

/** Reads the name of an installed viewer in any letter case. */
export function viewerName<Name extends string>(names: readonly Name[]): ReadValue<Name> {
  return (value) => {
    const name = names.find((candidate) => candidate.toUpperCase() === value.toUpperCase());
    if (!name) throw new Unreadable(`is not one of ${names.join(', ')}`, 'server.viewer.unknown');
    return name;
  };
}

const DATE = /^(\d{4})-?(\d{2})-?(\d{2})$/;
const TIME = /^(\d{2}):?(\d{2})(?::?(\d{2})(?:[.,](\d{1,9}))?)?$/;
const ZONE = /(Z|[+\- ]\d{2}(?::?\d{2})?)$/i;

/**
 * Reads an ISO 8601 date, or date and time, in extended or basic form. A time with a zone is converted to the server's local time (its
 * `TZ`). A time without a zone is local, since DICOM's study dates have no zone and are local to the archive.
 *
 * A blank before the zone is a `+` that the caller did not escape.
 */
export const dateTime: ReadValue<DicomDateTime> = (value) => {
  const fail = () =>
    new Unreadable(
      'is not a date; expected ISO 8601, such as 2024-01-31, 2024-01-31T13:45:00 or 2024-01-31T13:45:00+01:00',
      'server.parameter.not-a-date',
    );
  const [datePart = '', rest] = splitOnce(value, /[Tt]/);
  const date = DATE.exec(datePart);
  if (!date) throw fail();
  const [, year = '', month = '', day = ''] = date;
  if (!isDate(Number(year), Number(month), Number(day))) throw fail();
  if (rest === undefined) return { date: year + month + day };

  const zone = ZONE.exec(rest)?.[1];
  const time = TIME.exec(zone ? rest.slice(0, -zone.length) : rest);
  if (!time) throw fail();
  const [, hours = '', minutes = '', seconds, fraction] = time;
  if (Number(hours) > 23 || Number(minutes) > 59 || Number(seconds ?? 0) > 59) throw fail();
  if (!zone) return { date: year + month + day, time: joinTime(hours, minutes, seconds, fraction) };

  const offset = zoneMinutes(zone);
  if (offset === undefined) throw fail();
  const moment = utc(Number(year), Number(month), Number(day));
  moment.setUTCHours(Number(hours), Number(minutes) - offset, Number(seconds ?? 0));
  return {
    date: pad(moment.getFullYear(), 4) + pad(moment.getMonth() + 1) + pad(moment.getDate()),
    time: joinTime(pad(moment.getHours()), pad(moment.getMinutes()), seconds && pad(moment.getSeconds()), fraction),
  };
};

function splitOnce(value: string, separator: RegExp): [string, string | undefined] {
  const at = value.search(separator);
  return at === -1 ? [value, undefined] : [value.slice(0, at), value.slice(at + 1)];
}

function isDate(year: number, month: number, day: number): boolean {
  const moment = utc(year, month, day);
  return year > 0 && moment.getUTCMonth() === month - 1 && moment.getUTCDate() === day;
}

/** Returns midnight UTC. `Date.UTC` reads the years 0 to 99 as 1900 to 1999, and some callers send the year 1 for "no limit". */
function utc(year: number, month: number, day: number): Date {
  const moment = new Date(0);
  moment.setUTCFullYear(year, month - 1, day);
  return moment;
}

function pad(number: number, digits = 2): string {
  return String(number).padStart(digits, '0');
}

function joinTime(hours: string, minutes: string, seconds = '', fraction?: string): string {
  return hours + minutes + seconds + (fraction ? `.${fraction.slice(0, 6)}` : '');
}

/** Returns the offset of a zone from UTC, minutes to the east. */
function zoneMinutes(zone: string): number | undefined {
  if (/^z$/i.test(zone)) return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(3).replace(':', '') || 0);
  if (hours > 14 || minutes > 59) return undefined;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
}
