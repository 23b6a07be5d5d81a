import { readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freePort, run, temporaryFolder } from '@pacs-connectors/test-services';
import { type Archive } from './archive.js';
import { type DemoSite, startDemoSite } from './demo-site.js';
import { type Attributes } from './dicom/attributes.js';
import { readPart10 } from './dicom/read.js';
import { importFolder } from './storage/import-folder.js';
import { sampleUid } from './studies/sample-instances.js';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let site: DemoSite;

beforeAll(async () => {
  folder = await temporaryFolder('demo-site');
  site = await startDemoSite(folder.path);
});

afterAll(async () => {
  await site?.close();
  await folder?.remove();
});

const filesOf = (path: string) => readdirSync(path).map((name) => join(path, name));
const imagesOf = (archive: Archive) => filesOf(join(archive.store.folder, 'images'));

async function emptyFolder(name: string): Promise<string> {
  const path = join(folder.path, name);
  await mkdir(path);
  return path;
}

describe('every sample file', () => {
  it('is valid for DCMTK and dicom3tools, and all take at most 200 MB', async () => {
    const files = Object.values(site.archives).flatMap(imagesOf);
    expect(files.length).toBeGreaterThan(450);
    expect(files.reduce((sum, file) => sum + statSync(file).size, 0)).toBeLessThan(200e6);
    expect(await run('dcmftest', files)).not.toMatch(/^no:/m);
    expect(await run('dcmdump', ['-q', '+E', '+P', '0008,0018', ...files])).not.toMatch(/error|warning/i);
    const findings: string[] = [];
    for (const file of files) {
      // Its exit code is that of its errors, which this says better.
      const output = await run('sh', ['-c', 'dciodvfy "$0" 2>&1 || true', file]);
      findings.push(...(output.match(/^Error.*$/gm) ?? []).map((error) => `${file}: ${error}`));
    }
    expect(findings).toEqual([]);
  });

  it('is read the same in each transfer syntax without compression', async () => {
    const [source = ''] = imagesOf(site.archives.west).filter((file) => file.includes(sampleUid(5, 1, 1, 1)));
    const expected = readPart10(readFileSync(source));
    for (const option of ['+ti', '+tb', '+td']) {
      const converted = join(folder.path, `converted${option}.dcm`);
      await run('dcmconv', [option, source, converted]);
      const { attributes, pixelData } = readPart10(readFileSync(converted));
      expect(attributes).toEqual(expected.attributes);
      expect(pixelData).toHaveLength(expected.pixelData?.length ?? 0);
    }
  });

  it('is decompressed by DCMTK to what the archive itself sends', async () => {
    const { wadoUrl } = site.archives.south;
    const uid = sampleUid(8, 1, 1, 5);
    const decompressed = join(folder.path, 'decompressed.dcm');
    await run('dcmdjpls', [join(site.archives.south.store.folder, 'images', `${uid}.dcm`), decompressed]);
    const query = `?requestType=WADO&objectUID=${uid}&contentType=application/dicom`;
    const sent = readPart10(Buffer.from(await (await fetch(wadoUrl + query)).arrayBuffer()));
    expect(readPart10(readFileSync(decompressed)).pixelData).toEqual(sent.pixelData);
  });
});

/** Arguments of a DCMTK program that asks an archive. */
function peer(archive: Archive): string[] {
  return ['-aec', archive.aeTitle, '127.0.0.1', String(archive.dicomPort)];
}

const keys = (level: string, ...pairs: string[]) =>
  [`QueryRetrieveLevel=${level}`, ...pairs].flatMap((pair) => ['-k', pair]);

/** Returns the identifiers that findscu receives. */
async function find(archive: Archive, model: '-S' | '-P', ...query: string[]): Promise<Attributes[]> {
  const path = await emptyFolder(`found-${Math.random()}`);
  await run('findscu', [model, '-X', '-od', path, ...query, ...peer(archive)]);
  return filesOf(path).map((file) => readPart10(readFileSync(file)).attributes);
}

describe('DIMSE', () => {
  it('answers C-ECHO', async () => {
    await run('echoscu', peer(site.archives.north));
  });

  it('answers C-FIND at each level, in both models', async () => {
    const { north, west } = site.archives;
    const [patient] = await find(west, '-P', ...keys('PATIENT', 'PatientID=DEMO-5', 'PatientName', 'PatientBirthDate'));
    expect(patient?.['00100010']?.Value).toEqual([
      { Alphabetic: 'Hoshino^Kaede', Ideographic: '星野^楓', Phonetic: 'ほしの^かえで' },
    ]);
    const studies = await find(north, '-S', ...keys('STUDY', 'PatientID=DEMO-1', 'NumberOfStudyRelatedInstances'));
    expect(studies.map((study) => study['00201208']?.Value)).toEqual([[154]]);
    const study = `StudyInstanceUID=${sampleUid(1, 1)}`;
    expect(await find(north, '-S', ...keys('SERIES', study, 'SeriesInstanceUID'))).toHaveLength(3);
    const series = `SeriesInstanceUID=${sampleUid(1, 1, 2)}`;
    expect(await find(north, '-S', ...keys('IMAGE', study, series, 'SOPInstanceUID'))).toHaveLength(72);
    expect(await find(north, '-S', ...keys('STUDY', 'PatientName=nobody*'))).toEqual([]);
  });

  it('sends by C-GET what a study contains, without compression where the receiver wants none', async () => {
    const path = await emptyFolder('got');
    const query = keys('STUDY', `StudyInstanceUID=${sampleUid(8, 1)}`);
    await run('getscu', ['-S', '-od', path, ...query, ...peer(site.archives.south)]);
    const got = filesOf(path).map((file) => readPart10(readFileSync(file)));
    expect(got).toHaveLength(16);
    expect(new Set(got.map(({ transferSyntaxUid }) => transferSyntaxUid))).toEqual(new Set(['1.2.840.10008.1.2.1']));
  });

  it('sends every character set to receivers of another transfer syntax', async () => {
    const path = await emptyFolder('implicit');
    const query = keys('IMAGE', `StudyInstanceUID=${sampleUid(5, 1)}`, `SeriesInstanceUID=${sampleUid(5, 1, 1)}`);
    const image = ['-k', `SOPInstanceUID=${sampleUid(5, 1, 1, 1)}`];
    const port = await freePort();
    const receiver = ['-aem', `IMPLICIT_${port}`, '--port', String(port), '+xi', '-od', path];
    await run('movescu', ['-S', ...receiver, ...query, ...image, ...peer(site.archives.west)]);
    const [got] = filesOf(path).map((file) => readPart10(readFileSync(file)));
    expect(got?.transferSyntaxUid).toBe('1.2.840.10008.1.2');
    expect(got?.attributes['00081030']?.Value).toEqual(['頭部MRI']);
  });

  it('sends by C-MOVE to another archive, and to a receiver that its AE title names', async () => {
    const { north, south, west } = site.archives;
    const study = sampleUid(11, 1);
    const query = keys('STUDY', `StudyInstanceUID=${study}`);
    await run('movescu', ['-S', '-aem', west.aeTitle, ...query, ...peer(south)]);
    expect(west.store.instances({ study })).toHaveLength(28);
    const path = await emptyFolder('moved');
    const port = await freePort();
    await run('movescu', [
      '-S',
      '-aem',
      `MOVER_${port}`,
      '--port',
      String(port),
      '-od',
      path,
      ...query,
      ...peer(south),
    ]);
    expect(filesOf(path)).toHaveLength(28);
    await expect(run('movescu', ['-S', '-aem', 'UNKNOWN', ...query, ...peer(north)])).rejects.toThrow();
    const nobody = `NOBODY_${await freePort()}`;
    await expect(run('movescu', ['-S', '-aem', nobody, ...query, ...peer(south)])).rejects.toThrow();
  });

  it('stores by C-STORE, compressed files too, which are found at once', async () => {
    const { south, west } = site.archives;
    const study = sampleUid(8, 1);
    const files = south.store.instances({ study }).map(({ file }) => file);
    await run('storescu', ['-xt', ...peer(west), ...files]);
    const stored = west.store.instances({ study });
    expect(stored.map(({ transferSyntaxUid }) => transferSyntaxUid)).toEqual(files.map(() => '1.2.840.10008.1.2.4.80'));
    const [before, after] = [files[0] ?? '', stored[0]?.file ?? ''].map((file) => readPart10(readFileSync(file)));
    expect(after?.pixelData).toEqual(before?.pixelData);
  });
});

it('imports the DICOM files of a folder while the archive runs', async () => {
  const { north, south } = site.archives;
  const study = sampleUid(11, 1);
  const { stored, studies, refused } = await importFolder(north.store.folder, south.store.folder);
  expect(stored).toBe(imagesOf(south).length);
  expect(studies).toContain(study);
  expect(refused).toEqual([]);
  expect(north.store.instances({ study })).toHaveLength(28);
});
