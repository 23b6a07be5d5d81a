import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type FileInstance, writeDicomFiles } from './dicom-files.js';
import { framesOf } from './dicom-image.js';
import { readPart10 } from './dicom-part10.js';
import { run, temporaryFolder } from './process.js';
import { transferSyntaxes } from './transcode.js';

/** What an image has become after DCMTK decoded it: exactly the same, or nearly so. */
const decoders = [
  { name: 'implicitVrLittleEndian', command: ['dcmconv', '+te'], lossy: false },
  { name: 'deflatedExplicitVrLittleEndian', command: ['dcmconv', '+te'], lossy: false },
  { name: 'explicitVrBigEndian', command: ['dcmconv', '+te'], lossy: false },
  { name: 'jpegBaseline', command: ['dcmdjpeg', '+te'], lossy: true },
  { name: 'jpegLossless', command: ['dcmdjpeg', '+te'], lossy: false },
  { name: 'jpegLsLossless', command: ['dcmdjpls', '+te'], lossy: false },
  { name: 'jpegLsNearLossless', command: ['dcmdjpls', '+te'], lossy: true },
  { name: 'rleLossless', command: ['dcmdrle', '+te'], lossy: false },
] as const;

describe('Files in other transfer syntaxes', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  beforeAll(async () => {
    folder = await temporaryFolder('transcode');
  });
  afterAll(() => folder.remove());

  const write = async (instance: FileInstance) => {
    const study = { studyInstanceUid: '2.25.1', series: [{ seriesInstanceUid: '2.25.2', instances: [instance] }] };
    const [path] = await writeDicomFiles(folder.path, [
      { patientId: 'T', patientName: 'Müller^Jörg', studies: [study] },
    ]);
    return path!;
  };

  it.each(decoders)('$name: DCMTK decodes the same frames', async ({ name, command: [program, ...args], lossy }) => {
    const transferSyntaxUid = transferSyntaxes[name];
    const image = { rows: 24, columns: 33, frames: 2, bitsStored: name === 'jpegBaseline' ? 8 : 12 } as const;
    const instance = { sopInstanceUid: '2.25.3', image, transferSyntaxUid };
    const path = await write(instance);
    const { meta } = readPart10(await readFile(path));
    expect(meta).toMatchObject({ sopInstanceUid: '2.25.3', transferSyntaxUid });
    const decoded = join(folder.path, `${name}.dcm`);
    await run(program, [...args, path, decoded]);
    expect(await run('dcmdump', ['+U8', decoded])).toContain('[Müller^Jörg]');

    const expected = Buffer.concat(framesOf(instance));
    const bytes = await readFile(decoded);
    const pixels = bytes.subarray(bytes.length - expected.length);
    if (lossy) expect(largestDifference(pixels, expected, image.bitsStored)).toBeLessThan(16);
    else expect(pixels.equals(expected)).toBe(true);
  });

  it.each(['jpeg2000Lossless', 'jpeg2000', 'htJpeg2000Lossless'] as const)(
    '%s: the frames are encapsulated',
    async (name) => {
      const transferSyntaxUid = transferSyntaxes[name];
      const path = await write({
        sopInstanceUid: '2.25.4',
        image: { photometricInterpretation: 'RGB', frames: 3 },
        transferSyntaxUid,
      });
      const dump = await run('dcmdump', [path]);
      expect(dump).toMatch(/PixelSequence #=4/);
      expect(readPart10(await readFile(path)).meta.transferSyntaxUid).toBe(transferSyntaxUid);
    },
  );

  it('gives each instance and each frame its own pixels', () => {
    const frames = ['2.25.5', '2.25.6'].flatMap((sopInstanceUid) => framesOf({ sopInstanceUid, image: { frames: 2 } }));
    expect(new Set(frames.map((frame) => frame.toString('hex'))).size).toBe(4);
  });
});

function largestDifference(one: Buffer, other: Buffer, bits: number): number {
  const values = (bytes: Buffer) =>
    bits === 8 ? [...bytes] : Array.from({ length: bytes.length / 2 }, (_, i) => bytes.readUInt16LE(2 * i));
  const others = values(other);
  return Math.max(...values(one).map((value, index) => Math.abs(value - others[index]!)));
}
