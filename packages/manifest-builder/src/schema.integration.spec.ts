import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { MANIFEST_SCHEMA_FILE } from './schema.js';
import { anyManifest } from './testing/arbitrary.js';
import { arcQueryOf, patientOf, rendered } from './testing/render.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pacs-connectors-schema-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What xmllint finds wrong with each of `documents`, by its index; nothing where all are valid. */
function xmllint(documents: string[]): Map<number, string> {
  const files = documents.map((document, index) => {
    const file = join(folder, `${index}.xml`);
    writeFileSync(file, document);
    return file;
  });
  const { stderr, error } = spawnSync('xmllint', ['--noout', '--schema', MANIFEST_SCHEMA_FILE, ...files], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (error) throw error;
  const wrong = new Map<number, string>();
  const reported = new Set<string>();
  for (const line of stderr.split('\n')) {
    const file = files.find((name) => line.startsWith(`${name}:`) || line.startsWith(`${name} `));
    if (!file) continue;
    reported.add(file);
    const index = files.indexOf(file);
    if (!line.endsWith(' validates') && !wrong.has(index)) wrong.set(index, line.slice(file.length));
  }
  expect([...reported]).toHaveLength(files.length);
  return wrong;
}

describe('manifest.xsd', () => {
  it('holds for every manifest that is written', async () => {
    const documents = await Promise.all(fc.sample(anyManifest, 500).map((manifest) => rendered(manifest)));
    expect(xmllint(documents)).toEqual(new Map());
  });

  it('holds for a manifest with every attribute', async () => {
    expect(xmllint([await complete()])).toEqual(new Map());
  });

  it('holds for the transfer syntax * of a DICOMweb archive', async () => {
    const transferSyntaxUid = '*';
    const patients = [patientOf([{ sopInstanceUid: '1.2.3.4' }])];
    const document = await rendered({
      arcQueries: [arcQueryOf(patients, { transferSyntaxUid, queryMode: 'DICOM_WEB' })],
    });
    expect(document).toContain('WadoTransferSyntaxUID="*"');
    expect(document).toContain('DirectDownloadFile="/studies/1.2/series/1.2.3/instances/1.2.3.4"');
    expect(xmllint([document])).toEqual(new Map());
  });

  it('does not hold for what breaks a table', async () => {
    const good = await complete();
    const broken: [string, string | RegExp, string][] = [
      ['no arcId', ' arcId="main"', ''],
      ['no baseUrl', ' baseUrl="https://pacs.example.org/wado"', ''],
      ['no URI', 'https://pacs.example.org/wado', 'http://%zz'],
      ['a boolean in words', 'seriesRetrieve="true"', 'seriesRetrieve="yes"'],
      ['a query mode', 'queryMode="DB"', 'queryMode="SQL"'],
      ['tags in lower case', '0x0020000D', '0x0020000d'],
      ['tags with a blank', '0x00100010,', '0x00100010, '],
      ['a severity', 'severity="INFO"', 'severity="FATAL"'],
      ['a message without title', 'title="T" ', ''],
      ['a header without key', 'key="X-Site" ', ''],
      ['the message before the headers', /(<httpTag [^>]*>)(<Message [^>]*>)/, '$2$1'],
      ['two messages', /(<Message [^>]*>)/, '$1$1'],
      ['no PatientName', ' PatientName="DOE^JANE"', ''],
      ['no PatientID', ' PatientID="1"', ''],
      ['a long PatientID', 'PatientID="1"', `PatientID="${'1'.repeat(65)}"`],
      ['a sex', 'PatientSex="F"', 'PatientSex="X"'],
      ['a date with hyphens', 'PatientBirthDate="19611203"', 'PatientBirthDate="1961-12-03"'],
      ['a month', 'StudyDate="20200101"', 'StudyDate="20201301"'],
      ['a time with colons', 'StudyTime="101112"', 'StudyTime="10:11:12"'],
      ['an hour', 'StudyTime="101112"', 'StudyTime="241112"'],
      ['a fraction', 'StudyTime="101112"', 'StudyTime="101112.1234567"'],
      ['a long accession number', 'AccessionNumber="ACC"', `AccessionNumber="${'1'.repeat(17)}"`],
      ['a line break', 'StudyDescription="Thorax"', 'StudyDescription="Tho&#10;rax"'],
      ['a UID', 'StudyInstanceUID="1.2"', 'StudyInstanceUID="1.x"'],
      ['a long UID', 'StudyInstanceUID="1.2"', `StudyInstanceUID="${'1'.repeat(65)}"`],
      ['an empty UID', 'StudyInstanceUID="1.2"', 'StudyInstanceUID=""'],
      ['a number with blanks', 'SeriesNumber="3"', 'SeriesNumber=" 3 "'],
      ['a number in words', 'SeriesNumber="3"', 'SeriesNumber="three"'],
      ['a large number', 'InstanceNumber="1"', 'InstanceNumber="2147483648"'],
      ['a small number', 'InstanceNumber="1"', 'InstanceNumber="-2147483649"'],
      ['a modality', 'Modality="CT"', 'Modality="ct"'],
      ['a transfer syntax', 'WadoTransferSyntaxUID="1.2.840.10008.1.2.4.70"', 'WadoTransferSyntaxUID="JPEG"'],
      ['a compression rate', 'WadoCompressionRate="80"', 'WadoCompressionRate="101"'],
      ['no SOP Instance UID', ' SOPInstanceUID="1.2.3.4"', ''],
      ['an unknown attribute', ' SOPInstanceUID="1.2.3.4"', ' SOPInstanceUID="1.2.3.4" Frames="1"'],
      ['an unknown element', '</Series>', '<Frame/></Series>'],
      ['an instance in a study', '</Series>', '</Series><Instance SOPInstanceUID="1.9"/>'],
      ['an instance twice', /(<Instance [^>]*>)/, '$1$1'],
      ['a series twice', /(<Series .*<\/Series>)/, '$1$1'],
      ['a study twice', /(<Study .*<\/Study>)/, '$1$1'],
      ['another namespace', 'http://www.weasis.org/xsd/2.5', 'http://www.weasis.org/xsd/2.4'],
      ['no well-formed XML', '</manifest>', ''],
    ];
    const documents = broken.map(([, found, replaced]) => good.replace(found, replaced));
    for (const [index, document] of documents.entries())
      expect([broken[index]?.[0], document]).not.toEqual([broken[index]?.[0], good]);
    const wrong = xmllint(documents);
    expect(broken.filter((_, index) => !wrong.has(index)).map(([name]) => name)).toEqual([]);
  });
});

/** A manifest with every attribute of the tables. */
function complete(): Promise<string> {
  const [patient] = [patientOf([{ sopInstanceUid: '1.2.3.4', instanceNumber: '1' }])];
  const study = patient.studies[0]!;
  const series = study.series[0]!;
  Object.assign(patient, {
    issuerOfPatientId: 'A',
    patientBirthDate: '19611203',
    patientBirthTime: '1011',
    patientSex: 'F',
  });
  Object.assign(study, {
    studyDescription: 'Thorax',
    studyDate: '20200101',
    studyTime: '101112',
    accessionNumber: 'ACC',
    studyId: 'ID',
    referringPhysicianName: 'Curie^Marie',
  });
  Object.assign(series, {
    seriesDescription: 'Axial',
    seriesNumber: '3',
    modality: 'CT',
    seriesDate: '20200102',
    seriesTime: '1213.5',
    directDownloadThumbnail: 't.jpg',
  });
  Object.assign(series.instances[0]!, { sopClassUid: '1.2.840.10008.5.1.4.1.1.2', directDownloadFile: 'f.dcm' });
  return rendered({
    uid: 'u1',
    arcQueries: [
      arcQueryOf([patient], {
        webLogin: 'dTpw',
        requireOnlySopInstanceUid: true,
        additionalParameters: '&a=1',
        overrideDicomTags: [0x00100010, 0x0020000d],
        queryMode: 'DB',
        seriesRetrieve: true,
        httpTags: [{ key: 'X-Site', value: 'one' }],
        notices: [{ severity: 'INFO', title: 'T', description: 'D' }],
        transferSyntaxUid: '1.2.840.10008.1.2.4.70',
        compressionRate: 80,
      }),
    ],
  });
}
