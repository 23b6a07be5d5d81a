import { type ChunkSource } from './chunk-source.js';

/** Reports bytes that are not a Part 10 file. */
export class NotPart10Error extends Error {
  override readonly name = 'NotPart10Error';
}

/** What the File Meta Information says about an instance (PS3.10 7.1). */
export interface FileMeta {
  sopInstanceUid: string;
  sopClassUid: string;
  transferSyntaxUid: string;
}

const PREAMBLE = 128;
const START = PREAMBLE + 4;
/** The longest File Meta Information that is read, bytes. It usually has 300. */
const LONGEST_META = 1024 * 1024;
/** Value representations whose length has four bytes (PS3.5 7.1.2). */
const LONG = ['OB', 'OD', 'OF', 'OL', 'OV', 'OW', 'SQ', 'SV', 'UC', 'UN', 'UR', 'UT', 'UV'];
const UIDS: Readonly<Record<number, keyof FileMeta>> = {
  0x0002: 'sopClassUid',
  0x0003: 'sopInstanceUid',
  0x0010: 'transferSyntaxUid',
};

/**
 * Reads the beginning of a Part 10 file up to the end of its File Meta Information.
 *
 * @returns the meta information, and all bytes that were read.
 * @throws NotPart10Error, or what the source throws.
 */
export async function readFileMeta(source: ChunkSource): Promise<{ meta: FileMeta; read: Buffer }> {
  let read: Buffer = Buffer.alloc(0);
  const has = async (length: number): Promise<boolean> => {
    while (read.length < length) {
      if (length > LONGEST_META) throw new NotPart10Error('the File Meta Information does not end');
      const chunk = await source.next();
      if (!chunk) return false;
      read = read.length === 0 ? chunk : Buffer.concat([read, chunk]);
    }
    return true;
  };
  if (!(await has(START)) || read.toString('latin1', PREAMBLE, START) !== 'DICM') {
    throw new NotPart10Error('it is not a DICOM file (PS3.10)');
  }
  const meta: Partial<FileMeta> = {};
  let at = START;
  while ((await has(at + 8)) && read.readUInt16LE(at) === 0x0002) {
    const element = read.readUInt16LE(at + 2);
    const isLong = LONG.includes(read.toString('latin1', at + 4, at + 6));
    const start = at + (isLong ? 12 : 8);
    if (!(await has(start))) break;
    const length = isLong ? read.readUInt32LE(at + 8) : read.readUInt16LE(at + 6);
    if (!(await has(start + length))) throw new NotPart10Error('the File Meta Information is cut off');
    const name = UIDS[element];
    if (name) meta[name] = read.toString('latin1', start, start + length).replace(/[\0\s]+$/, '');
    at = start + length;
  }
  const { sopInstanceUid, sopClassUid, transferSyntaxUid } = meta;
  if (!sopInstanceUid || !sopClassUid || !transferSyntaxUid) {
    throw new NotPart10Error('the File Meta Information lacks a UID');
  }
  return { meta: { sopInstanceUid, sopClassUid, transferSyntaxUid }, read };
}
