import { createRequire } from 'node:module';

/** The part of node-oracledb's reader of the protocol that is used here. */
interface ProtocolBuffer {
  parseOracleDate: ParseDate & { exact?: true };
}
type ParseDate = (this: unknown, bytes: Buffer, ...rest: unknown[]) => Date;

const require = createRequire(import.meta.url);
const TEXTS = new WeakMap<Date, string>();

/**
 * Makes node-oracledb report the wall clock of DATE and TIMESTAMP columns. By default its thin mode returns JavaScript dates.
 * They shift hours that the process's time zone skips, and lack the offset from UTC of TIMESTAMP WITH TIME ZONE. This
 * function does nothing if the driver has another structure.
 */
export function keepWallClock(): void {
  const prototype = protocolBuffer();
  if (!prototype || prototype.parseOracleDate.exact) return;
  const { parseOracleDate } = prototype;
  const parseExact: ProtocolBuffer['parseOracleDate'] = function (this: unknown, bytes, ...rest) {
    const date = parseOracleDate.call(this, bytes, ...rest);
    const text = wallClockOf(bytes);
    if (text !== undefined) TEXTS.set(date, text);
    return date;
  };
  prototype.parseOracleDate = Object.assign(parseExact, { exact: true as const });
}

/** Returns a driver's date as the text that the database shows. If its time zone is unknown, that of the process counts. */
export function dateText(date: Date): string {
  const text = TEXTS.get(date);
  if (text !== undefined) return text;
  const local = new Date(date.getTime());
  local.setUTCFullYear(date.getFullYear(), date.getMonth(), date.getDate());
  local.setUTCHours(date.getHours(), date.getMinutes(), date.getSeconds(), date.getMilliseconds());
  return isoText(local);
}

/**
 * Returns the wall clock of an encoded DATE (7 bytes), TIMESTAMP (11) or TIMESTAMP WITH TIME ZONE (13, in UTC). Returns
 * `undefined` if the bytes contain the name of a time zone instead of its offset.
 */
function wallClockOf(bytes: Buffer): string | undefined {
  const [century = 0, year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = bytes;
  const clock = new Date(0);
  clock.setUTCFullYear((century - 100) * 100 + year - 100, month - 1, day);
  clock.setUTCHours(hour - 1, minute - 1, second - 1, bytes.length >= 11 ? Math.floor(bytes.readUInt32BE(7) / 1e6) : 0);
  if (bytes.length >= 13) {
    const [offsetHours = 0, offsetMinutes = 0] = bytes.subarray(11);
    if (offsetHours & 0x80) return undefined;
    clock.setTime(clock.getTime() + ((offsetHours - 20) * 60 + offsetMinutes - 60) * 60_000);
  }
  return isoText(clock);
}

function isoText(date: Date): string {
  return date.toISOString().replace('T', ' ').replace('Z', '');
}

function protocolBuffer(): ProtocolBuffer | undefined {
  try {
    const { BaseBuffer } = require('oracledb/lib/impl/datahandlers/buffer.js') as {
      BaseBuffer: { prototype: ProtocolBuffer };
    };
    return typeof BaseBuffer.prototype.parseOracleDate === 'function' ? BaseBuffer.prototype : undefined;
  } catch {
    return undefined;
  }
}
