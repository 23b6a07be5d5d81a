import { describe, expect, it } from '@jest/globals';
import { type ChunkSource, CutOffError } from './chunk-source.js';
import { boundaryOf, MultipartFormatError, MultipartReader } from './multipart.js';

function sourceOf(chunks: readonly Buffer[]): ChunkSource {
  const waiting = chunks.filter(({ length }) => length > 0).values();
  return { next: () => Promise.resolve(waiting.next().value) };
}

async function partsOf(chunks: readonly Buffer[], boundary = 'b'): Promise<string[]> {
  const reader = new MultipartReader(sourceOf(chunks), boundary);
  const parts: string[] = [];
  while (await reader.nextPart()) {
    const content: Buffer[] = [];
    for (let chunk = await reader.next(); chunk; chunk = await reader.next()) content.push(chunk);
    parts.push(Buffer.concat(content).toString('latin1'));
  }
  return parts;
}

const BODIES: [string, string, string[]][] = [
  ['one part', '--b\r\nContent-Type: x\r\n\r\nabc\r\n--b--\r\n', ['abc']],
  [
    'a text before and after',
    'ignored\r\n--b\r\nA: 1\r\nB: 2\r\n\r\nx\r\n--b\r\nA: 1\r\n\r\ny\r\n--b--\r\nignored',
    ['x', 'y'],
  ],
  ['parts without a header', '--b\r\n\r\nx\r\n--b\r\n\r\ny\r\n--b--', ['x', 'y']],
  ['an empty part', '--b\r\nA: 1\r\n\r\n\r\n--b\r\nA: 1\r\n\r\ny\r\n--b--', ['', 'y']],
  ['blanks behind the boundary', '--b \t\r\nA: 1\r\n\r\nx\r\n--b \r\n\r\ny\r\n--b-- ', ['x', 'y']],
  [
    'data like a boundary',
    '--b\r\n\r\n\r\n--c\r\n--\r\n-\r\n--bb\r\n\r\r\n--b--',
    ['\r\n--c\r\n--\r\n-\r\n--bb\r\n\r'],
  ],
  ['line ends in data', '--b\r\n\r\n\r\n\r\n\r\n--b\r\n\r\n\n--b--\n\r\n--b--', ['\r\n\r\n', '\n--b--\n']],
  [
    'lengths',
    '--b\r\nA: 1\r\nCONTENT-LENGTH: 3\r\n\r\nxyz\r\n--b\r\ncontent-length : 0 \r\n\r\n\r\n--b--',
    ['xyz', ''],
  ],
  ['no part', '--b--', []],
];

describe('a multipart body with', () => {
  it.each(BODIES)('%s is read, wherever its chunks are divided', async (_, text, expected) => {
    const body = Buffer.from(text, 'latin1');
    expect(await partsOf([body])).toEqual(expected);
    expect(await partsOf([...body].map((byte) => Buffer.from([byte])))).toEqual(expected);
    for (let first = 0; first <= body.length; first++) {
      for (let second = first; second <= body.length; second++) {
        const chunks = [body.subarray(0, first), body.subarray(first, second), body.subarray(second)];
        expect(await partsOf(chunks)).toEqual(expected);
      }
    }
  });
});

it('is cut off wherever it ends before the closing boundary', async () => {
  const body = Buffer.from('--b\r\nA: 1\r\n\r\nabc\r\n--b\r\n\r\nd\r\n--b--');
  for (let length = 0; length < body.length; length++) {
    await expect(partsOf([body.subarray(0, length)])).rejects.toThrow(CutOffError);
  }
});

it.each([2, 4])('is cut off if a part of 3 bytes is announced with %d', async (length) => {
  await expect(partsOf([Buffer.from(`--b\r\nContent-Length: ${length}\r\n\r\nabc\r\n--b--`)])).rejects.toThrow(
    CutOffError,
  );
});

it('skips what is not read of a part', async () => {
  const reader = new MultipartReader(
    sourceOf([Buffer.from('--b\r\n\r\nab'), Buffer.from('cd\r\n--b\r\n\r\ne\r\n--b--')]),
    'b',
  );
  expect(await reader.nextPart()).toBe(true);
  expect((await reader.next())?.toString()).toBe('ab');
  expect(await reader.nextPart()).toBe(true);
  expect((await reader.next())?.toString()).toBe('e');
  expect(await reader.nextPart()).toBe(false);
  expect(await reader.nextPart()).toBe(false);
});

it('does not hold a header without an end', async () => {
  const chunks = [Buffer.from('--b\r\n'), ...Array.from({ length: 1000 }, () => Buffer.alloc(100, 'x'))];
  await expect(partsOf(chunks)).rejects.toThrow(MultipartFormatError);
});

it.each([
  ['multipart/related; boundary=abc', 'abc'],
  ['multipart/related; type="application/dicom"; boundary="a b\\"c"; start=1', 'a b"c'],
  ['Multipart/Related;BOUNDARY=a-b_c', 'a-b_c'],
  ['application/dicom', undefined],
])('reads the boundary of %s', (type, boundary) => {
  expect(boundaryOf(type)).toBe(boundary);
});

it('needs a boundary', () => {
  expect(() => boundaryOf('multipart/related; type="application/dicom"')).toThrow(MultipartFormatError);
});
