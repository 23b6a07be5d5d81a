import { IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION } from '../dimse/associate.js';
import { type Element, writeDataSet } from '../dimse/data-set.js';

/** What File Meta Information says about an instance. */
export interface FileMeta {
  sopClassUid: string;
  sopInstanceUid: string;
  transferSyntaxUid: string;
}

/** Returns the start of a Part 10 file: preamble, prefix and File Meta Information (PS3.10 7.1). The data set follows. */
export function part10Header({ sopClassUid, sopInstanceUid, transferSyntaxUid }: FileMeta): Buffer {
  const text = (tag: number, vr: string, value: string): Element => ({ tag, vr, value: Buffer.from(value, 'latin1') });
  const meta = writeDataSet(
    [
      { tag: 0x00020001, vr: 'OB', value: Buffer.from([0, 1]) },
      text(0x00020002, 'UI', sopClassUid),
      text(0x00020003, 'UI', sopInstanceUid),
      text(0x00020010, 'UI', transferSyntaxUid),
      text(0x00020012, 'UI', IMPLEMENTATION_CLASS_UID),
      text(0x00020013, 'SH', IMPLEMENTATION_VERSION),
    ],
    true,
  );
  const length = Buffer.alloc(4);
  length.writeUInt32LE(meta.length);
  const groupLength = writeDataSet([{ tag: 0x00020000, vr: 'UL', value: length }], true);
  return Buffer.concat([Buffer.alloc(128), Buffer.from('DICM'), groupLength, meta]);
}
