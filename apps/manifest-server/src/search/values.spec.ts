import { describe, expect, it } from '@jest/globals';
import {
  accessionNumber,
  count,
  dateTime,
  modality,
  viewerName,
  patientIdentifier,
  uid,
  Unreadable,
} from './values.js';

describe('a Patient ID', () => {
  it('is read alone and as HL7 CX', () => {
    expect(patientIdentifier('0042')).toEqual({ id: '0042' });
    expect(patientIdentifier('0042^^^HOSPITAL_B')).toEqual({ id: '0042', issuer: 'HOSPITAL_B' });
    expect(patientIdentifier('7^^^ADT&1.2.3&ISO')).toEqual({
      id: '7',
      issuer: 'ADT',
      universalEntityId: '1.2.3',
      universalEntityIdType: 'ISO',
    });
    expect(patientIdentifier('7^^^&1.2.3&ISO')).toEqual({
      id: '7',
      universalEntityId: '1.2.3',
      universalEntityIdType: 'ISO',
    });
    expect(patientIdentifier('7^^^ADT^MR')).toEqual({ id: '7', issuer: 'ADT' });
    expect(patientIdentifier('7^^^')).toEqual({ id: '7' });
  });

  it('is rejected if it could be read as that of someone else', () => {
    expect(() => patientIdentifier('^^^ADT')).toThrow(Unreadable);
    expect(() => patientIdentifier('Doe^Jane')).toThrow('second or third component');
    expect(() => patientIdentifier('7^5^M10^ADT')).toThrow('second or third component');
    expect(() => patientIdentifier('7'.repeat(65))).toThrow('has 65 characters; at most 64');
    expect(() => patientIdentifier('7\u0000')).toThrow('control character U+0000 at position 2');
    expect(() => patientIdentifier('7\u0085')).toThrow('control character U+0085');
  });

  it('keeps characters that a query language would interpret', () => {
    for (const id of ['*', '7?', "7' or 1=1", '%', '_', 'a\\b']) expect(patientIdentifier(id)).toEqual({ id });
  });
});

it('a UID has at most 64 digits and dots', () => {
  expect(uid('1.2.840.0')).toBe('1.2.840.0');
  expect(uid('1'.repeat(64))).toHaveLength(64);
  for (const bad of ['1'.repeat(65), '1.2a', '1,2', '1.2*', '１.2']) expect(() => uid(bad)).toThrow(Unreadable);
});

it('an Accession Number may be longer than in the standard', () => {
  expect(accessionNumber('A'.repeat(64))).toHaveLength(64);
  expect(() => accessionNumber('A'.repeat(65))).toThrow(Unreadable);
});

it('modalities, counts and names are read', () => {
  expect(modality('ct')).toBe('CT');
  expect(() => modality('C-T')).toThrow(Unreadable);
  expect(count('5')).toBe(5);
  for (const bad of ['0', '-1', '1.5', '1e3', 'x', '9999999999']) expect(() => count(bad)).toThrow(Unreadable);
  expect(viewerName(['WEASIS', 'OHIF'])('ohif')).toBe('OHIF');
  expect(viewerName(['WEASIS', 'radiant'])('Radiant')).toBe('radiant');
  expect(() => viewerName(['WEASIS', 'OHIF'])('RADIANT')).toThrow('is not one of WEASIS, OHIF');
});

describe('a date and time', () => {
  it.each([
    ['2024-01-31', { date: '20240131' }],
    ['20240131', { date: '20240131' }],
    ['2024-02-29T13:45', { date: '20240229', time: '1345' }],
    ['2024-01-31T13:45:07', { date: '20240131', time: '134507' }],
    ['2024-01-31t13:45:07.1234567', { date: '20240131', time: '134507.123456' }],
    ['20240131T134507,5', { date: '20240131', time: '134507.5' }],
    ['0001-01-01T00:00:00', { date: '00010101', time: '000000' }],
  ])('is read as it is: %s', (text, expected) => expect(dateTime(text)).toEqual(expected));

  it.each([
    ['2024-01-31T13:45:07Z', Date.UTC(2024, 0, 31, 13, 45, 7)],
    ['2024-01-01T00:30:00+02:00', Date.UTC(2023, 11, 31, 22, 30)],
    // A + that was not escaped arrives as a blank.
    ['2024-01-01T00:30:00 02:00', Date.UTC(2023, 11, 31, 22, 30)],
    ['20231231T233000-0545', Date.UTC(2024, 0, 1, 5, 15)],
    ['2024-07-01T12:00:00-03', Date.UTC(2024, 6, 1, 15)],
  ])('with a zone becomes local: %s', (text, utc) => {
    const local = new Date(utc);
    const { date, time = '' } = dateTime(text);
    const [year, month, day] = [date.slice(0, 4), date.slice(4, 6), date.slice(6)].map(Number);
    expect([year, month, day]).toEqual([local.getFullYear(), local.getMonth() + 1, local.getDate()]);
    expect(time.match(/../g)?.map(Number)).toEqual([local.getHours(), local.getMinutes(), local.getSeconds()]);
  });

  it.each([
    '2023-02-29',
    '2024-13-01',
    '2024-00-10',
    '2024-1-1',
    '31.01.2024',
    '2024-01',
    '2024-01-31T',
    '2024-01-31T24:00',
    '2024-01-31T12:60',
    '2024-01-31T12:00:00+25:00',
    '2024-01-31Z',
    'yesterday',
    '0000-01-01',
  ])('is refused: %s', (text) => expect(() => dateTime(text)).toThrow('is not a date; expected ISO 8601'));
});
