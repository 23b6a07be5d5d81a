import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openLaunch, openManifest, type SeenPatient } from './index.js';
import {
  arcQueryOf,
  imageOf,
  manifestOf,
  type ScriptedArchive,
  scriptedArchive,
  seriesOf,
} from './testing/scripted-archive.js';

let archive: ScriptedArchive;
beforeEach(async () => {
  archive = await scriptedArchive();
});
afterEach(() => archive.stop());

const open = (...arcQueries: string[]) => openManifest(archive.manifest(manifestOf(...arcQueries)));
const ids = (patients: SeenPatient[]) => patients.map(({ attributes }) => attributes['PatientID']);
const [A, B] = ['baseUrl="URL/a"', 'baseUrl="URL/b"'];

describe('the same Series UID a second time', () => {
  it('with the same baseUrl the instances are merged', async () => {
    const [first, second] = [seriesOf('1.1', 2), seriesOf('1.1', 4)];
    expect(await open(arcQueryOf(A, first), arcQueryOf(A, second))).toMatchObject({ images: 4, dialogs: [] });
  });

  it('with another baseUrl the second is skipped, with a log line only', async () => {
    const view = await open(arcQueryOf(A, seriesOf('1.1', 2)), arcQueryOf(B, seriesOf('1.1', 4)));
    expect(view).toMatchObject({ images: 2, dialogs: [], missing: [], log: [expect.stringContaining('1.1')] });
  });

  it('under two patients the last list is downloaded', async () => {
    const other = arcQueryOf(B, seriesOf('1.1', 2)).replace('PatientID="7"', 'PatientID="07"');
    const view = await open(arcQueryOf(A, seriesOf('1.1', 4)), other);
    expect(view.listed.map(({ studies }) => studies[0]?.series[0]?.images)).toEqual([0, 2]);
  });

  it('in two manifests of one launch: the second is merged or skipped alike', async () => {
    const texts = [
      arcQueryOf(A, seriesOf('1.1', 2)),
      arcQueryOf(A, seriesOf('1.1', 4)),
      arcQueryOf(A, seriesOf('1.1', 4)),
      arcQueryOf(B, seriesOf('1.1', 9)),
    ];
    archive.answer = ({ url }, response) => {
      const text = texts[Number(/^\/part\/(\d)/.exec(url ?? '')?.[1] ?? NaN)];
      return text !== undefined && (response.end(manifestOf(text).replaceAll('URL', archive.url)), true);
    };
    const commands = texts.map((_, index) => `$dicom:get -w "${archive.url}/part/${index}"`).join('');
    expect(await openLaunch(`weasis://${commands}`)).toMatchObject({ images: 4, dialogs: [], missing: [] });
    expect(archive.paths.filter((path) => path.startsWith('/a'))).toHaveLength(4);
  });
});

describe('patients', () => {
  const spelt = (text: string, series: string, study = '1') =>
    arcQueryOf(A, seriesOf(series, 1))
      .replace('PatientName="DOE^JANE"', text)
      .replace('StudyInstanceUID="1"', `StudyInstanceUID="${study}"`);

  it('are one whatever the case of their name', async () => {
    expect(
      (await open(spelt('PatientName="Doe^Jane"', '1.1'), spelt('PatientName="DOE^JANE"', '1.2'))).listed,
    ).toHaveLength(1);
  });

  it.each(['PatientName="DOE^JANE^"', 'PatientName="DOE^JANE" IssuerOfPatientID="X"'])(
    'spelt in two ways are two, until their images say that they are one: %s',
    async (text) => {
      const view = await open(spelt('PatientName="DOE^JANE"', '1.1'), spelt(text, '2.1', '2'));
      expect([ids(view.listed), ids(view.patients)]).toEqual([['7', '7'], ['7']]);
      expect(view.patients[0]?.studies).toHaveLength(2);
    },
  );

  it('stay two where both list the same study', async () => {
    const view = await open(spelt('PatientName="DOE^JANE"', '1.1'), spelt('PatientName="DOE^JANE^"', '1.2'));
    expect([view.listed.length, view.patients.length]).toEqual([2, 2]);
  });

  it('stay two where their images say two', async () => {
    archive.answer = ({ url }, response) =>
      (url ?? '').includes('objectUID=2.1.1') && (response.end(imageOf('2.1.1', { patientId: '8' })), true);
    const view = await open(spelt('PatientName="DOE^JANE"', '1.1'), spelt('PatientName="DOE^JANE^"', '2.1', '2'));
    expect(view).toMatchObject({ images: 2, patients: [{}, {}] });
  });
});
