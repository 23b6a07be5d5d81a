import { describe, expect, it } from '@jest/globals';
import { readDateTime, readTime, statesDate } from './date-time.js';

describe('a date', () => {
  it.each([
    ['20210704', '20210704', undefined],
    [' 20210704\0', '20210704', undefined],
    ['2021-07-04', '20210704', undefined],
    ['2021.07.04', '20210704', undefined],
    ['2021/7/4', '20210704', undefined],
    ['2021-07-04T18:05:09.250+02:00', '20210704', '180509.25'],
    ['2021-07-04 18:05', '20210704', '1805'],
    ['20210704180509', '20210704', '180509'],
    ['20210704 1805', '20210704', '1805'],
    ['04.07.2021', '20210704', undefined],
    ['25/12/2021', '20211225', undefined],
    ['12/25/2021', '20211225', undefined],
    ['04-JUL-2021', '20210704', undefined],
    ['20240229', '20240229', undefined],
    ['7 September 2018', '20180907', undefined],
    ['7. Sept. 2018', '20180907', undefined],
    ['September 7, 2018', '20180907', undefined],
    ['Sep  7 2018 12:41:09PM', '20180907', '124109'],
    ['07 Sep 2018 7:41 p.m.', '20180907', '1941'],
    ['Fri Sep 07 2018 07:41:09 GMT+0545 (Nepal Time)', '20180907', '074109'],
    ['2018-SEP-07', '20180907', undefined],
  ])('%j is %s, time %s', (text, date, time) => {
    expect(readDateTime(text)).toEqual({ date, ...(time === undefined ? {} : { time }) });
  });

  it.each([
    'anonymized',
    '2021',
    '202107',
    '20210732',
    '7 Smarch 2018',
    '20230229',
    '07/04/2021',
    '20210704-20210708',
    '0',
    '',
    '9'.repeat(1000),
  ])('%j is none', (text) => expect(readDateTime(text)).toEqual({}));

  it('is kept if its time cannot be read', () => {
    expect(readDateTime('2021-07-04 about noon')).toEqual({ date: '20210704' });
    expect(readDateTime('20210704 99:00')).toEqual({ date: '20210704' });
  });
});

describe('whether a text states a date', () => {
  it.each(['7 Smarch 2018', '04/05/2021', '2021-02-30', 'yesterday'])('%j does', (text) =>
    expect(statesDate(text)).toBe(true),
  );
  it.each([undefined, '', ' ', '?', '0', '00000000', '0000-00-00 00:00:00', '--', 'n/a', 'NULL\0', 'unknown'])(
    '%j does not',
    (text) => expect(statesDate(text)).toBe(false),
  );
});

describe('a time', () => {
  it.each([
    ['180509', '180509'],
    ['180509.250000', '180509.25'],
    ['18:05:09', '180509'],
    ['18:05', '1805'],
    ['80509', '080509'],
    ['18', '18'],
    ['2021-07-04 18:05:09', '180509'],
    ['180509+0200', '180509'],
    ['6:05PM', '1805'],
    ['12:05 a.m.', '0005'],
  ])('%j is %s', (text, time) => expect(readTime(text)).toBe(time));

  it.each(['', 'noon', '25:00', '1805-1905 h', undefined])('%j is none', (text) =>
    expect(readTime(text)).toBeUndefined(),
  );
});
