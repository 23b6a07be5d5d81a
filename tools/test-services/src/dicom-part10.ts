export const EXPLICIT_VR_LITTLE_ENDIAN = '1.2.840.10008.1.2.1';

/** Value representations with a length of four bytes, after two reserved bytes (PS3.5 7.1.2). */
const LONG = new Set(['OB', 'OW', 'SQ', 'UN', 'UT']);
/** Value representations that are padded with a null byte; text is padded with a blank. */
const NULL_PADDED = new Set(['UI', 'OB', 'OW']);

/** What the File Meta Information (PS3.10 7.1) says about a file. */
export interface FileMeta {
  sopClassUid: string;
  sopInstanceUid: string;
  transferSyntaxUid: string;
}

/** Returns a Part 10 file that contains `dataset`, which is encoded in the transfer syntax of `meta`. */
export function part10(meta: FileMeta, dataset: Uint8Array): Buffer {
  const elements = Buffer.concat([
    element(0x0002, 0x0001, 'OB', Buffer.from([0, 1])),
    element(0x0002, 0x0002, 'UI', Buffer.from(meta.sopClassUid)),
    element(0x0002, 0x0003, 'UI', Buffer.from(meta.sopInstanceUid)),
    element(0x0002, 0x0010, 'UI', Buffer.from(meta.transferSyntaxUid)),
    element(0x0002, 0x0012, 'UI', Buffer.from('2.25.160814310137414953193148161313246184')),
  ]);
  const groupLength = Buffer.alloc(4);
  groupLength.writeUInt32LE(elements.length);
  return Buffer.concat([
    Buffer.alloc(128),
    Buffer.from('DICM'),
    element(0x0002, 0x0000, 'UL', groupLength),
    elements,
    dataset,
  ]);
}

/** Returns the parts of a file that {@link part10} has made. */
export function readPart10(file: Buffer): { meta: FileMeta; dataset: Buffer } {
  const end = 144 + file.readUInt32LE(140);
  const values = new Map<number, string>();
  for (let offset = 144; offset < end;) {
    const long = LONG.has(file.toString('latin1', offset + 4, offset + 6));
    const start = offset + (long ? 12 : 8);
    const length = long ? file.readUInt32LE(offset + 8) : file.readUInt16LE(offset + 6);
    values.set(file.readUInt16LE(offset + 2), file.toString('latin1', start, start + length).replace(/\0$/, ''));
    offset = start + length;
  }
  return {
    meta: {
      sopClassUid: values.get(0x0002)!,
      sopInstanceUid: values.get(0x0003)!,
      transferSyntaxUid: values.get(0x0010)!,
    },
    dataset: file.subarray(end),
  };
}

/** Returns one data element in Explicit VR Little Endian, padded to an even length. */
export function element(group: number, number: number, vr: string, value: Uint8Array): Buffer {
  const long = LONG.has(vr);
  const length = value.length + (value.length % 2);
  const start = long ? 12 : 8;
  const bytes = Buffer.alloc(start + length, NULL_PADDED.has(vr) ? 0 : 0x20);
  bytes.writeUInt16LE(group, 0);
  bytes.writeUInt16LE(number, 2);
  bytes.write(vr, 4, 'latin1');
  if (long) {
    bytes.writeUInt16LE(0, 6);
    bytes.writeUInt32LE(length, 8);
  } else bytes.writeUInt16LE(length, 6);
  bytes.set(value, start);
  return bytes;
}
