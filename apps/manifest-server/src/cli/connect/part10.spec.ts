import { expect, it } from '@jest/globals';
import { sampleArchive } from '@pacs-connectors/connector-testkit';
import { dicomFile } from '@pacs-connectors/test-services';
import { firstPart, isPart10, sopInstanceUidOf } from './part10.js';

const patient = sampleArchive[0]!;
const study = patient.studies[0]!;
const series = study.series[0]!;
const file = dicomFile(patient, study, series, { sopInstanceUid: '1.2.3.4' });

it('reads the SOP Instance UID of a DICOM file, padding taken off', () => {
  expect(isPart10(file)).toBe(true);
  expect(sopInstanceUidOf(file)).toBe('1.2.3.4');
});

it.each([0, 100, 131, 134, 140, 150, 160])('takes no harm from %i bytes of it', (length) => {
  expect(sopInstanceUidOf(file.subarray(0, length))).toBeUndefined();
});

it('knows what is no DICOM file', () => {
  expect(isPart10(Buffer.from('<html>'))).toBe(false);
  expect(isPart10(Buffer.alloc(0))).toBe(false);
});

it.each([
  ['multipart/related; type="application/dicom"; boundary=abc', 'abc'],
  ['multipart/related;boundary="a b";type="application/dicom"', 'a b'],
])('takes the first part of %s', (type, boundary) => {
  const body = Buffer.concat([
    Buffer.from(`--${boundary}\r\nContent-Type: application/dicom\r\n\r\n`),
    file,
    Buffer.from(`\r\n--${boundary}\r\nContent-Type: application/dicom\r\n\r\nother\r\n--${boundary}--`),
  ]);
  expect(firstPart(type, body)).toEqual(file);
  expect(firstPart('application/dicom', body)).toBeUndefined();
  expect(firstPart(type, Buffer.from('nothing'))).toBeUndefined();
});
