import { describe, expect, it } from '@jest/globals';
import { MalformedDataSet, readDataSet, writeDataSet } from './data-set.js';
import { agreesToRelationalQueries, offerRelationalQueries } from './pdu.js';

const FIND = '1.2.840.10008.5.1.4.1.2.2.1';

/** The fixed part of an A-ASSOCIATE-RQ or -AC, and one User Information item with a maximum length in it. */
function associate(type: number): Buffer {
  const user = Buffer.from([0x50, 0, 0, 8, 0x51, 0, 0, 4, 0, 0, 0x40, 0]);
  const pdu = Buffer.concat([Buffer.alloc(74), user]);
  pdu.writeUInt8(type, 0);
  pdu.writeUInt32BE(pdu.length - 6, 2);
  return pdu;
}

describe('SOP Class Extended Negotiation', () => {
  it('is added with both lengths set right, and read from an answer of the same form', () => {
    const changed = offerRelationalQueries(associate(1), [FIND]);
    expect(changed.readUInt32BE(2)).toBe(changed.length - 6);
    expect(changed.readUInt16BE(76)).toBe(changed.length - 78);
    expect(changed.subarray(86, 92)).toEqual(Buffer.from([0x56, 0, 0, FIND.length + 3, 0, FIND.length]));
    expect(changed.at(-1)).toBe(1);
    expect(agreesToRelationalQueries(changed, FIND)).toBe(true);
    expect(agreesToRelationalQueries(changed, '1.2.3')).toBeUndefined();
    changed[changed.length - 1] = 0;
    expect(agreesToRelationalQueries(changed, FIND)).toBe(false);
  });

  it('leaves alone what it does not understand', () => {
    const short = Buffer.from([1, 0, 0, 0, 0, 0]);
    expect(offerRelationalQueries(short, [FIND])).toBe(short);
    expect(agreesToRelationalQueries(short, FIND)).toBeUndefined();
  });
});

describe('a data set', () => {
  it.each([true, false])('is read as it was written, explicit VR: %s', (explicitVr) => {
    const bytes = writeDataSet(
      [
        { tag: 0x00200010, vr: 'SH', value: Buffer.from('7') },
        { tag: 0x0020000d, vr: 'UI', value: Buffer.from('1.2.3') },
      ],
      explicitVr,
    );
    expect([...readDataSet(bytes, explicitVr)]).toEqual([
      [0x0020000d, Buffer.from('1.2.3\0')],
      [0x00200010, Buffer.from('7 ')],
    ]);
  });

  it('finds the end of sequences of undefined length, nested ones, and sequences of known length', () => {
    const hex = [
      // (0008,1110) SQ undefined: an item undefined with (0008,1111) SQ undefined holding an item of 4 bytes … all ended
      '08001011ffffffff feff00e0ffffffff 08001111ffffffff feff00e004000000 01020304 feffdde000000000',
      'feff0de000000000 feffdde000000000',
      '0800121108000000 feff00e000000000',
      '1000200002000000 4131',
    ];
    const bytes = Buffer.from(hex.join('').replaceAll(' ', ''), 'hex');
    const dataSet = readDataSet(bytes, false);
    expect(dataSet.get(0x00100020)).toEqual(Buffer.from('A1'));
    expect(dataSet.get(0x00081110)?.toString('hex')).toBe(
      `${hex[0]?.replaceAll(' ', '').slice(16)}${hex[1]?.replaceAll(' ', '')}`,
    );
  });

  it.each(['1000', '1000200008000000 41', '08001011ffffffff feff00e0'])(
    'that ends too early is malformed: %s',
    (hex) => {
      expect(() => readDataSet(Buffer.from(hex.replaceAll(' ', ''), 'hex'), false)).toThrow(MalformedDataSet);
    },
  );
});
