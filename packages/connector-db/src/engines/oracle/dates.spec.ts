import { createRequire } from 'node:module';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { dateText, keepWallClock } from './dates.js';

const { BaseBuffer } = createRequire(import.meta.url)('oracledb/lib/impl/datahandlers/buffer.js') as {
  BaseBuffer: { prototype: { parseOracleDate(bytes: Buffer, useLocalTime: boolean): Date } };
};

/** Bytes as Oracle sends them: century and year + 100, hours, minutes and seconds + 1. */
const day = (year: number, month: number, date: number, hour = 0, minute = 0, second = 0) =>
  Buffer.from([Math.floor(year / 100) + 100, (year % 100) + 100, month, date, hour + 1, minute + 1, second + 1]);
const withFraction = (bytes: Buffer, nanoseconds: number) => {
  const fraction = Buffer.alloc(4);
  fraction.writeUInt32BE(nanoseconds);
  return Buffer.concat([bytes, fraction]);
};
const read = (bytes: Buffer, useLocalTime = true) =>
  dateText(BaseBuffer.prototype.parseOracleDate.call(BaseBuffer.prototype, bytes, useLocalTime));

describe('dates of Oracle', () => {
  beforeAll(keepWallClock);

  it('are those of the column', () => {
    expect(read(day(2023, 12, 5))).toMatch(/^2023-12-05 00:00:00/);
    expect(read(day(1931, 1, 9, 23, 59, 58))).toMatch(/^1931-01-09 23:59:58/);
    expect(read(withFraction(day(2025, 6, 30, 8, 7, 6), 250_000_000))).toBe('2025-06-30 08:07:06.250');
    // Time zones skip this hour in some places of the world on that day.
    for (const hour of [0, 1, 2, 3]) expect(read(day(2024, 3, 31, hour, 30))).toMatch(`2024-03-31 0${hour}:30:00`);
    expect(read(day(2024, 3, 10, 2, 30))).toMatch('2024-03-10 02:30:00');
  });

  it('keep the local time of a time zone', () => {
    const inUtc = withFraction(day(2023, 12, 5, 22, 45), 0);
    const zone = (hours: number, minutes = 0) => Buffer.concat([inUtc, Buffer.from([hours + 20, minutes + 60])]);
    expect(read(zone(2), false)).toMatch('2023-12-06 00:45:00');
    expect(read(zone(-8, -30), false)).toMatch('2023-12-05 14:15:00');
    expect(read(zone(0), false)).toMatch('2023-12-05 22:45:00');
  });

  it('of the driver alone are read as local times', () => {
    expect(dateText(new Date(2023, 11, 5, 22, 45, 1))).toMatch('2023-12-05 22:45:01');
    expect(dateText(new Date(1899, 0, 2))).toMatch('1899-01-02 00:00:00');
  });
});
