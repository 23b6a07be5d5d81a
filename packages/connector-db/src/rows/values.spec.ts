import { describe, expect, it } from '@jest/globals';
import { dateAndTimeOf, integerText, isDateText, modalitiesOfText, textOf, timeOf } from './values.js';

describe('textOf', () => {
  it.each([
    ['padded   ', 'padded'],
    ['\u00001.2.3\u0000', '1.2.3'],
    ['Doe^Jane', 'Doe^Jane'],
    ['星野^楓', '星野^楓'],
    ['a b', 'a b'],
    ['', undefined],
    ['   ', undefined],
    [null, undefined],
    [undefined, undefined],
    [42, '42'],
    [1e21, '1000000000000000000000'],
    [1.5, '1.5'],
    [12345678901234567890n, '12345678901234567890'],
    [Buffer.from('1.2.840 '), '1.2.840'],
    [new Uint8Array([49, 50]), '12'],
    [true, 'true'],
  ])('%p is %p', (value, text) => {
    expect(textOf(value)).toBe(text);
  });
});

describe('integerText', () => {
  it.each([
    ['1.0', '1'],
    ['-12.000', '-12'],
    ['7.', '7'],
    ['1.5', '1.5'],
    ['10', '10'],
    [3, '3'],
    [null, undefined],
  ])('%p is %p', (value, text) => {
    expect(integerText(value)).toBe(text);
  });
});

describe('dateAndTimeOf', () => {
  it.each([
    ['20240131', '20240131', undefined],
    [20240131, '20240131', undefined],
    ['2024-01-31', '20240131', undefined],
    ['2024.01.31', '20240131', undefined],
    ['2024/1/5', '20240105', undefined],
    ['31.01.2024', '20240131', undefined],
    ['03.04.2024', '20240403', undefined],
    ['31/01/2024', '20240131', undefined],
    ['01/31/2024', '20240131', undefined],
    ['05/05/2024', '20240505', undefined],
    ['31-JAN-2024', '20240131', undefined],
    ['5 March 2019', '20190305', undefined],
    ['05 Mar 2019 09:08', '20190305', '0908'],
    ['7. Sept. 2019', '20190907', undefined],
    ['March 5, 2019', '20190305', undefined],
    ['Mar  5 2019  9:08PM', '20190305', '2108'],
    ['Mar 05 2019 12:01:02 am', '20190305', '000102'],
    ['Tue Mar 05 2019 09:08:07 GMT+0100 (Central European Standard Time)', '20190305', '090807'],
    ['2019-MAR-05', '20190305', undefined],
    ['2024-01-31 13:14:15', '20240131', '131415'],
    ['2024-01-31T13:14:15.250Z', '20240131', '131415.25'],
    ['2024-01-31 13:14:15.123456789', '20240131', '131415.123456'],
    ['2024-01-31 23:14:15.5+01', '20240131', '231415.5'],
    ['2024-01-31 23:14:15 -05:30', '20240131', '231415'],
    ['20240131131415', '20240131', '131415'],
    ['20240131 1314', '20240131', '1314'],
    ['2024-02-29', '20240229', undefined],
    // Databases add midnight to a bare date. It is not a time.
    ['2024-01-31 00:00:00', '20240131', undefined],
    ['2024-01-31 00:00:00.000', '20240131', undefined],
    [new Date(Date.UTC(2024, 0, 31, 13, 14, 15, 250)), '20240131', '131415.25'],
  ])('%p is %p, %p', (value, date, time) => {
    expect(dateAndTimeOf(value)).toEqual({ date, ...(time === undefined ? {} : { time }) });
  });

  it.each([
    '03/04/2024',
    '0000-00-00',
    '2023-02-29',
    '2024-13-01',
    '2024-04-31',
    'yesterday',
    '240131',
    '',
    null,
    '1.2.3',
  ])('%p is not a date', (value) => {
    expect(dateAndTimeOf(value)).toEqual({});
  });
});

describe('isDateText', () => {
  it.each(['5 Smarch 2019', '03/04/2024', '2024-02-30', 'last week', '190305'])('%p states a date', (value) => {
    expect(isDateText(value)).toBe(true);
  });
  it.each(['', ' ', null, '*', '0', '00000000', '0000-00-00 00:00:00', '----', 'N/A', 'null'])(
    '%p states none',
    (value) => {
      expect(isDateText(value)).toBe(false);
    },
  );
});

describe('timeOf', () => {
  it.each([
    ['13:14:15', '131415'],
    ['13:14', '1314'],
    ['9:05:01', '090501'],
    ['131415.250000', '131415.25'],
    ['131415', '131415'],
    [91500, '091500'],
    ['93015', '093015'],
    ['1314', '1314'],
    ['13', '13'],
    ['13:14:15+01', '131415'],
    ['1970-01-01 13:14:15', '131415'],
    ['1970-01-01T00:00:00', '000000'],
    ['00:00:00', '000000'],
  ])('%p is %p', (value, time) => {
    expect(timeOf(value)).toBe(time);
  });

  it.each(['24:00:00', '-01:00:00', '838:59:59', '13:60', 'noon', '', null, '2024-01-31'])(
    '%p is not a time',
    (value) => {
      expect(timeOf(value)).toBeUndefined();
    },
  );
});

describe('modalitiesOfText', () => {
  it('splits what archives put into one column', () => {
    expect(modalitiesOfText('CT\\SR')).toEqual(['CT', 'SR']);
    expect(modalitiesOfText(' CT, PT ')).toEqual(['CT', 'PT']);
    expect(modalitiesOfText('MR')).toEqual(['MR']);
    expect(modalitiesOfText(' ')).toBeUndefined();
  });
});
