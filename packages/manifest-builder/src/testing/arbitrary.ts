import { type Instance, type Patient, type Series, type Study } from '@pacs-connectors/connector-core';
import fc from 'fast-check';
import { type ArcQuery, type Manifest } from '../model/manifest.js';

/** Any text: any code unit, lone surrogates and control characters too, and what is special to XML. */
export const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 90 }),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 40 }).map((units) => String.fromCharCode(...units)),
  fc
    .array(
      fc.constantFrom(
        '&',
        '<',
        '>',
        '"',
        "'",
        '\n',
        '\t',
        '\r',
        ' ',
        '&amp;',
        '&nbsp;',
        '&#10;',
        ']]>',
        '<!--patients-->',
        '\0',
        '=',
        '^',
        '\\',
        '%',
        '😀',
        '\ud800',
        '\uffff',
        'é',
        'A',
        '0',
      ),
      { maxLength: 80 },
    )
    .map((parts) => parts.join('')),
);

/** What no type allows and a plug-in written in JavaScript may give all the same. */
const anyValue = fc.oneof(
  { weight: 8, arbitrary: anyText },
  {
    weight: 1,
    arbitrary: fc.constantFrom(null, 7, 1.5, NaN, true, {}, [], 12n) as fc.Arbitrary<unknown> as fc.Arbitrary<string>,
  },
);

function attribute(...good: string[]): fc.Arbitrary<string | undefined> {
  return fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...good) },
    { weight: 1, arbitrary: anyValue },
    { weight: 1, arbitrary: fc.constant(undefined) },
  );
}

/** Few different ones, so that they come again; some that are not valid. */
const uid = fc.oneof(
  { weight: 12, arbitrary: fc.nat({ max: 40 }).map((number) => `1.2.840.${number}`) },
  { weight: 1, arbitrary: fc.constantFrom('1.2.3 ', '1.2.3\0', '', '1.2.x', `1.${'9'.repeat(63)}`) },
  { weight: 1, arbitrary: anyValue },
);
const date = attribute('20200229', '2020-02-29', '19991231', '20210229', '2020.01.02');
const time = attribute('10', '1011', '101112', '101112.123456', '10:11:12.1234567', '2530');
const number = attribute('1', '2', ' 007 ', '+5', '-3', '1.0', '4294967296', 'x');

const instance: fc.Arbitrary<Instance> = fc.record({
  sopInstanceUid: uid,
  sopClassUid: attribute('1.2.840.10008.5.1.4.1.1.2'),
  instanceNumber: number,
  directDownloadFile: attribute('a/b.dcm?x=1&y=2'),
});
const series: fc.Arbitrary<Series> = fc.record({
  seriesInstanceUid: uid,
  seriesDescription: attribute('Axial', 'Coronal <1 mm>'),
  seriesNumber: number,
  modality: attribute('CT', 'mr', 'CT\\SR'),
  seriesDate: date,
  seriesTime: time,
  directDownloadThumbnail: attribute('a.jpg'),
  instances: fc.array(instance, { maxLength: 6 }),
});
const study: fc.Arbitrary<Study> = fc.record({
  studyInstanceUid: uid,
  studyDescription: attribute('Thorax'),
  studyDate: date,
  studyTime: time,
  accessionNumber: attribute('A1', 'A'.repeat(17)),
  studyId: attribute('S1'),
  referringPhysicianName: attribute('Curie^Marie', 'Yamada^Tarou=山田^太郎=やまだ^たろう'),
  series: fc.array(series, { maxLength: 3 }),
});
export const patients: fc.Arbitrary<Patient[]> = fc.array(
  fc.record({
    patientId: fc.oneof(fc.constantFrom('1', '2', '', '2 '), anyValue),
    issuerOfPatientId: attribute('A', 'B'),
    patientName: attribute('DOE^JANE', 'DOE^J'),
    patientBirthDate: date,
    patientBirthTime: time,
    patientSex: attribute('M', 'f', 'X', 'female'),
    studies: fc.array(study, { maxLength: 3 }),
  }),
  { maxLength: 4 },
);

/** What URIs are made of, in any order. */
const uriParts = fc
  .array(
    fc.constantFrom(
      'http://',
      '//',
      '/',
      ':',
      ':8080',
      '?',
      '#',
      '[',
      ']',
      '[::1]',
      '@',
      '%20',
      '%',
      'pacs',
      'é',
      '&',
      '.',
    ),
    {
      maxLength: 10,
    },
  )
  .map((parts) => parts.join(''));

const arcQuery: fc.Arbitrary<ArcQuery> = fc.record(
  {
    arcId: anyText,
    baseUrl: fc.oneof(fc.webUrl(), anyText, uriParts),
    webLogin: fc.base64String(),
    requireOnlySopInstanceUid: fc.boolean(),
    additionalParameters: anyText,
    overrideDicomTags: fc.array(fc.oneof(fc.nat({ max: 0xffff_ffff }), fc.double())),
    queryMode: fc.constantFrom('DB', 'DICOM', 'DICOM_WEB'),
    seriesRetrieve: fc.boolean(),
    httpTags: fc.array(fc.record({ key: anyText, value: anyText }), { maxLength: 3 }),
    notices: fc.array(
      fc.record({ severity: fc.constantFrom('INFO', 'WARN', 'ERROR'), title: anyText, description: anyText }),
      { maxLength: 4 },
    ),
    transferSyntaxUid: anyText,
    compressionRate: fc.oneof(fc.integer({ min: -1, max: 101 }), fc.double()),
    patients,
  },
  { requiredKeys: ['arcId', 'baseUrl', 'patients'] },
);

/** Any manifest that a caller can ask for, good values and bad. */
export const anyManifest: fc.Arbitrary<Manifest> = fc.record(
  { uid: anyText, arcQueries: fc.array(arcQuery, { maxLength: 3 }) },
  { requiredKeys: ['arcQueries'] },
);
