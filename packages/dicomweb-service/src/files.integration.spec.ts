import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  dicomFile,
  type FileImage,
  type FileInstance,
  framesOf,
  temporaryFolder,
  transcode,
  transferSyntaxes,
} from '@pacs-connectors/test-services';
import {
  bufferSource,
  decodeFrame,
  dicomJson,
  explicitLittleEndian,
  frameRanges,
  imageDescription,
  readFrame,
  readPart10,
  renderedJpeg,
} from './index.js';

const execute = promisify(execFile);
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  folder = await temporaryFolder('dicomweb-service');
});
afterAll(() => folder.remove());

function file(instance: FileInstance): Buffer {
  const series = { seriesInstanceUid: '1.2.3', seriesNumber: '3', modality: 'CT', instances: [instance] };
  const study = { studyInstanceUid: '1.2', studyDescription: 'Übersicht', accessionNumber: 'A1', series: [series] };
  const patient = { patientId: 'P1', patientName: 'Yamada^Tarou=山田^太郎=やまだ^たろう', studies: [study] };
  return dicomFile(patient, study, series, instance);
}

const grey: FileImage = { rows: 24, columns: 32, frames: 3, bitsStored: 12, window: ['40', '400'] };
const colour: FileImage = { rows: 16, columns: 24, bitsStored: 8, photometricInterpretation: 'RGB' };
const LOSSY = ['jpegBaseline', 'jpegLsNearLossless', 'jpeg2000'];
const lossless = Object.entries(transferSyntaxes).filter(([name]) => !LOSSY.includes(name));

async function dcmtkJson(bytes: Buffer, name: string): Promise<Record<string, unknown>> {
  const path = join(folder.path, `${name}.dcm`);
  await writeFile(path, bytes);
  const { stdout } = await execute('dcm2json', [path], { maxBuffer: 1 << 26 });
  return JSON.parse(stdout) as Record<string, unknown>;
}

describe.each(lossless)('%s', (name, transferSyntaxUid) => {
  const instance: FileInstance = { sopInstanceUid: '1.2.3.4', instanceNumber: '1', image: grey };

  it('has the attributes that DCMTK reads', async () => {
    const bytes = await transcode(file(instance), transferSyntaxUid);
    const part10 = await readPart10(bufferSource(bytes));
    const json = dicomJson(part10, { bulkDataUri: (path) => `bulk/${path}` });
    // dcm2json does not read compressed files.
    const isCompressed = part10.pixelData?.length === undefined;
    const expected = await dcmtkJson(isCompressed ? await explicitLittleEndian(part10) : bytes, name);
    expect(json['7FE00010']).toEqual({ vr: expect.stringMatching('O[BW]'), BulkDataURI: 'bulk/7FE00010' });
    for (const one of [json, expected]) delete one['7FE00010'];
    expect(json).toEqual(expected);
  });

  it('has the frames that were written', async () => {
    const part10 = await readPart10(bufferSource(await transcode(file(instance), transferSyntaxUid)));
    const image = imageDescription(part10)!;
    const frames: Buffer[] = [];
    for (const ranges of await frameRanges(part10, image)) {
      const { pixels } = await decodeFrame(await readFrame(part10.source, ranges), transferSyntaxUid, image);
      frames.push(part10.encoding.bigEndian ? Buffer.from(pixels).swap16() : pixels);
    }
    expect(frames).toEqual(framesOf({ sopInstanceUid: instance.sopInstanceUid, image: grey }));
  });

  it.each([
    ['grey', grey],
    ['colour', colour],
  ])('becomes Explicit VR Little Endian: %s', async (kind, image) => {
    const one = { ...instance, image };
    const bytes = await transcode(file(one), transferSyntaxUid);
    const explicit = await explicitLittleEndian(await readPart10(bufferSource(bytes)));
    const path = join(folder.path, `${name}-${kind}-explicit.dcm`);
    await writeFile(path, explicit);
    const { stdout } = await execute('dcmdump', ['+P', '0002,0010', '+P', '0008,0018', '-s', path]);
    expect(stdout).toContain('LittleEndianExplicit');
    expect(stdout).toContain('1.2.3.4');
    const part10 = await readPart10(bufferSource(explicit));
    const { offset, length = 0 } = part10.pixelData!;
    const pixels = explicit.subarray(offset, offset + length);
    expect(pixels.equals(Buffer.concat(framesOf({ sopInstanceUid: '1.2.3.4', image })))).toBe(true);
  });
});

it.each(Object.entries(transferSyntaxes))('renders %s as JPEG', async (_name, transferSyntaxUid) => {
  for (const image of [{ ...grey, bitsStored: 8 as const }, colour]) {
    const bytes = await transcode(file({ sopInstanceUid: '1.2.3.4', image }), transferSyntaxUid);
    const jpeg = await renderedJpeg(await readPart10(bufferSource(bytes)), { frame: 1 });
    const path = join(folder.path, 'rendered.jpg');
    await writeFile(path, jpeg!);
    const { stdout } = await execute('file', [path]).catch(() => ({ stdout: '' }));
    if (stdout) expect(stdout).toContain(`${image.columns}x${image.rows}, components ${image === colour ? 3 : 1}`);
    expect(jpeg?.subarray(0, 2)).toEqual(Buffer.from([0xff, 0xd8]));
  }
});

it('fits a rendered image into its viewport', async () => {
  const part10 = await readPart10(bufferSource(file({ sopInstanceUid: '1.2.3.4', image: grey })));
  const small = await renderedJpeg(part10, { frame: 2, viewport: { width: 16, height: 100 }, quality: 75 });
  // The height and width of SOF0.
  const at = small!.indexOf(Buffer.from([0xff, 0xc0]));
  expect([small!.readUInt16BE(at + 5), small!.readUInt16BE(at + 7)]).toEqual([12, 16]);
  expect(await renderedJpeg(part10, { frame: 4 })).toBeUndefined();
});
