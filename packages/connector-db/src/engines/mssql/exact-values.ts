import { createRequire } from 'node:module';

/** The part of tedious's reader of column values that is used here. */
interface ValueParser {
  readValue: ReadValue & { exact?: true };
}
type ReadValue = (
  buffer: Buffer,
  offset: number,
  metadata: Metadata,
  options: object,
) => { value: unknown; offset: number };
interface Metadata {
  type: { name: string };
  scale?: number;
}

const require = createRequire(import.meta.url);
const UTC_OFFSETS = new WeakMap<Date, number>();

/**
 * Lets tedious report what it would drop: the digits of DECIMAL, which it reads as floating-point numbers, and the offset from UTC of
 * DATETIMEOFFSET. It does nothing if tedious has another structure.
 */
export function keepExactValues(): void {
  const parser = valueParser();
  if (!parser || parser.readValue.exact) return;
  const { readValue } = parser;
  const readExact: ValueParser['readValue'] = (buffer, offset, metadata, options) => {
    // The driver's reader comes first: it throws if the value has not arrived completely.
    const result = readValue(buffer, offset, metadata, options);
    if (result.value === null) return result;
    if (/^(Decimal|Numeric)N$/.test(metadata.type.name)) {
      return { ...result, value: decimalText(buffer.subarray(offset + 1, result.offset), metadata.scale ?? 0) };
    }
    // MS-TDS 2.2.5.5.1.9: date and time in UTC, then the offset in minutes.
    if (result.value instanceof Date && metadata.type.name === 'DateTimeOffset') {
      UTC_OFFSETS.set(result.value, buffer.readInt16LE(result.offset - 2));
    }
    return result;
  };
  parser.readValue = Object.assign(readExact, { exact: true as const });
}

/** Returns a DATETIMEOFFSET as a Date whose UTC parts are its local time; `undefined` if the offset is not known. */
export function localTime(date: Date): Date | undefined {
  const minutes = UTC_OFFSETS.get(date);
  return minutes === undefined ? undefined : new Date(date.getTime() + minutes * 60_000);
}

/**
 * Returns a DECIMAL as text. Its first byte is the sign, 1 if positive. A whole number without the decimal point follows,
 * lowest byte first (MS-TDS 2.2.5.5.1.6).
 */
function decimalText(bytes: Buffer, scale: number): string {
  const digits = BigInt(`0x${Buffer.from(bytes.subarray(1)).reverse().toString('hex')}`)
    .toString()
    .padStart(scale + 1, '0');
  const point = digits.length - scale;
  const text = scale === 0 ? digits : `${digits.slice(0, point)}.${digits.slice(point)}`;
  return bytes[0] === 0 ? `-${text}` : text;
}

function valueParser(): ValueParser | undefined {
  try {
    const parser = require('tedious/lib/value-parser.js') as ValueParser;
    return typeof parser.readValue === 'function' ? parser : undefined;
  } catch {
    return undefined;
  }
}
