import { type DicomDateTime, type PatientIdentifier } from '@pacs-connectors/connector-core';

/**
 * Reads one value of a parameter. Surrounding blanks are gone already and the value is not empty.
 *
 * @throws Unreadable saying what is wrong and what is expected, without the value: it may be a patient's.
 */
export type ReadValue<Value> = (text: string) => Value;

/** A value that cannot be used. The message continues a sentence that begins with the parameter's name. */
export class Unreadable extends Error {}

/** LO (PS3.5 6.2): what Patient ID, its issuer and descriptions may hold. */
const LO_LENGTH = 64;

/** Text of at most `limit` characters, none of them a control character. */
export function text(limit: number): ReadValue<string> {
  return (value) => {
    if (value.length > limit) throw new Unreadable(`is ${value.length} characters long; at most ${limit} are allowed`);
    // eslint-disable-next-line no-control-regex -- these are what is looked for
    const control = /[\u0000-\u001f\u007f-\u009f]/.exec(value);
    if (control) {
      const code = control[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
      throw new Unreadable(`holds the control character U+${code} at position ${control.index + 1}`);
    }
    // From JSON, which can write half a character; no address can.
    if (/\p{Surrogate}/u.test(value)) throw new Unreadable('holds half of a surrogate pair, which is no character');
    return value;
  };
}

/** A UID: UI of PS3.5 6.2, with zeros in front of a component let pass, since archives hold such. */
export const uid: ReadValue<string> = (value) => {
  text(64)(value);
  if (!/^[0-9.]+$/.test(value)) throw new Unreadable('is no UID; expected 1 to 64 of the characters 0-9 and .');
  return value;
};

/** An Accession Number. SH allows 16 characters; archives in the field hold longer ones, so 64 pass here. */
export const accessionNumber: ReadValue<string> = text(64);

/** A study description's part. */
export const descriptionText: ReadValue<string> = text(LO_LENGTH);

/** A modality: CS of PS3.5 6.2, written in either letter case. */
export const modality: ReadValue<string> = (value) => {
  const upper = value.toUpperCase();
  if (!/^[A-Z0-9_ ]{1,16}$/.test(upper))
    throw new Unreadable('is no modality; expected 1 to 16 letters, digits, blanks and _, such as CT');
  return upper;
};

/**
 * A Patient ID: alone, or as HL7 CX (HL7 v2.5 2.A.14) with the authority that issued it in its fourth component,
 * `id^^^namespace&universalId&universalIdType`. The components after that (identifier type code, …) say nothing about which
 * patient it is and are passed over. A check digit would be part of the identifier for some and not for others: refused.
 */
export const patientIdentifier: ReadValue<PatientIdentifier> = (value) => {
  text(512)(value);
  const [id = '', checkDigit = '', checkScheme = '', authority = ''] = value.split('^').map((part) => part.trim());
  const [issuer = '', universalEntityId = '', universalEntityIdType = ''] = authority
    .split('&')
    .map((part) => part.trim());
  if (id === '') throw new Unreadable('holds no identifier before its issuer; expected id or id^^^issuer');
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
 * A property for Weasis, `key value`. The quotes around it, as an older server's documentation writes it, are taken off; it
 * may be empty in them.
 */
export const property: ReadValue<string> = (value) => text(2048)(/^(["'])(.*)\1$/s.exec(value)?.[2] ?? value);

/** A whole number from 1. */
export const count: ReadValue<number> = (value) => {
  if (!/^\d{1,9}$/.test(value) || Number(value) < 1)
    throw new Unreadable('is no number of studies; expected a whole number from 1 to 999999999');
  return Number(value);
};

/** Whether the value of a flag says no; its name alone, or any other value, says yes. */
export function saysNo(value: string): boolean {
  return /^(?:false|0|no|off)$/i.test(value.trim());
}

/** One of `names`, in either letter case. */
export function oneOf<Name extends string>(names: readonly Name[]): ReadValue<Name> {
  return (value) => {
    const name = names.find((candidate) => candidate === value.toUpperCase());
    if (!name) throw new Unreadable(`is none of ${names.join(', ')}`);
    return name;
  };
}

const DATE = /^(\d{4})-?(\d{2})-?(\d{2})$/;
const TIME = /^(\d{2}):?(\d{2})(?::?(\d{2})(?:[.,](\d{1,9}))?)?$/;
const ZONE = /(Z|[+\- ]\d{2}(?::?\d{2})?)$/i;

/**
 * An ISO 8601 date or date and time, in its extended or basic form. With a zone the moment is turned into local time of the
 * server (its `TZ`), without one it is taken as local already: DICOM's study dates carry no zone and are local to the
 * archive.
 *
 * A blank in front of the zone is a `+` that its sender did not escape.
 */
export const dateTime: ReadValue<DicomDateTime> = (value) => {
  const fail = () =>
    new Unreadable(
      'is no date; expected ISO 8601, such as 2024-01-31, 2024-01-31T13:45:00 or 2024-01-31T13:45:00+01:00',
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

/** Midnight UTC. `Date.UTC` reads the years 0 to 99 as 1900 to 1999, and some callers send the year 1 for "no limit". */
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

/** Minutes east of UTC. */
function zoneMinutes(zone: string): number | undefined {
  if (/^z$/i.test(zone)) return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(3).replace(':', '') || 0);
  if (hours > 14 || minutes > 59) return undefined;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
}
