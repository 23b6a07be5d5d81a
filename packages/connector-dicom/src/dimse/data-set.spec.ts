import { expect, it } from '@jest/globals';
import { readDataSet } from './data-set.js';

const hex = (...parts: string[]) => Buffer.from(parts.join('').replaceAll(' ', ''), 'hex');

it('passes over a UN of undefined length, whose items are in implicit VR in any data set (PS3.5 6.2.2)', () => {
  const privateSequence = [
    '0900 1010 554e 0000 ffffffff', // (0009,1010) UN
    'feff 00e0 ffffffff', // item
    '0900 1110 08000000 4141414141414141', // implicit: its first letters would be a VR
    'feff 0de0 00000000',
    'feff dde0 00000000',
  ];
  const patientId = '1000 2000 4c4f 0200 5031';
  expect(
    readDataSet(hex(...privateSequence, patientId), true)
      .get(0x00100020)
      ?.toString(),
  ).toBe('P1');
});

it('passes over sequences within sequences', () => {
  const nested = [
    '0800 1011 5351 0000 ffffffff',
    'feff 00e0 ffffffff',
    '0800 1011 5351 0000 ffffffff',
    'feff dde0 00000000',
    'feff 0de0 00000000',
    'feff dde0 00000000',
  ];
  const patientId = '1000 2000 4c4f 0200 5031';
  expect(
    readDataSet(hex(...nested, patientId), true)
      .get(0x00100020)
      ?.toString(),
  ).toBe('P1');
});
