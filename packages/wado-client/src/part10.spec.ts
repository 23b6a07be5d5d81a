import { expect, it } from '@jest/globals';
import { NotPart10Error, readFileMeta } from './part10.js';
import { fileOf, SOP_CLASS, uidOf } from './testing/files.js';

const FILE = fileOf(3);
const META = { sopInstanceUid: uidOf(3), sopClassUid: SOP_CLASS, transferSyntaxUid: '1.2.840.10008.1.2.1' };

function read(chunks: readonly Buffer[]) {
  const waiting = chunks.filter(({ length }) => length > 0).values();
  const source = { next: () => Promise.resolve(waiting.next().value) };
  return readFileMeta(source).then(async ({ meta, read: begun }) => {
    const rest: Buffer[] = [begun];
    for (let chunk = await source.next(); chunk; chunk = await source.next()) rest.push(chunk);
    return { meta, isWhole: Buffer.concat(rest).equals(Buffer.concat(chunks)) };
  });
}

it('reads the File Meta Information wherever the chunks are divided, and loses no byte', async () => {
  for (let at = 0; at <= FILE.length; at++) {
    expect(await read([FILE.subarray(0, at), FILE.subarray(at)])).toEqual({ meta: META, isWhole: true });
  }
  expect(await read([...FILE].map((byte) => Buffer.from([byte])))).toEqual({ meta: META, isWhole: true });
});

it('reads long elements, and needs no group length', async () => {
  const start = FILE.subarray(0, 132);
  // Behind (0002,0000) UL, which has 12 bytes.
  const rest = FILE.subarray(144);
  const long = Buffer.concat([Buffer.from([2, 0, 2, 1, 0x4f, 0x42, 0, 0, 0xa0, 0x86, 1, 0]), Buffer.alloc(100_000)]);
  const file = Buffer.concat([start, long, rest]);
  expect((await read([file])).meta).toEqual(META);
});

it.each([
  ['a text', Buffer.from('<html>'.repeat(100))],
  ['nothing', Buffer.alloc(0)],
  ['a file without its preamble', FILE.subarray(132)],
  ['a file that is cut off in the meta information', FILE.subarray(0, 200)],
  ['a file without UIDs', FILE.subarray(0, 158)],
  [
    'an element that does not end',
    Buffer.concat([FILE.subarray(0, 132), Buffer.from([2, 0, 2, 1, 0x55, 0x4e, 0, 0, 0, 0, 0, 255])]),
  ],
])('rejects %s', async (_, file) => {
  await expect(read([file])).rejects.toThrow(NotPart10Error);
});
