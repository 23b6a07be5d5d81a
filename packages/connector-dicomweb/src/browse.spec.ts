import { afterEach, expect, it } from '@jest/globals';
import { type Patient, type StudyFilters } from '@pacs-connectors/connector-core';
import { type DicomWebConnector } from './dicomweb-connector.js';
import { connectorTo } from './testing/connector-to.js';
import { type FakeQidoBehaviour, startFakeQido } from './testing/fake-qido.js';

const opened: { close?(): Promise<void>; stop?(): Promise<void> }[] = [];
afterEach(async () => {
  for (const thing of opened.splice(0)) await (thing.close ?? thing.stop)?.call(thing);
});

/** Studies of one archive in no order: study N is N days after 1 January 2020, of MR if N can be divided by 10. */
const patients: Patient[] = Array.from({ length: 60 }, (_, place) => {
  const n = (place * 37) % 60;
  const studyDate = new Date(Date.UTC(2020, 0, 1 + n)).toISOString().slice(0, 10).replaceAll('-', '');
  const modality = n % 10 === 0 ? 'MR' : 'CT';
  const instances = [{ sopInstanceUid: `1.6.${n}.1.1` }];
  const series = [{ seriesInstanceUid: `1.6.${n}.1`, modality, seriesNumber: '1', instances }];
  return { patientId: `P${n}`, studies: [{ studyInstanceUid: `1.6.${n}`, studyDate, studyDescription: 'x', series }] };
});

async function open(behaviour: FakeQidoBehaviour = {}): Promise<{ connector: DicomWebConnector; requests: string[] }> {
  const server = await startFakeQido(patients, behaviour);
  const connector = connectorTo(server.url);
  opened.push(connector, server);
  return { connector, requests: server.requests };
}

async function browse(connector: DicomWebConnector, filters: StudyFilters, depth: 'study' | 'instance' = 'study') {
  const result = await connector.browse(filters, { signal: AbortSignal.timeout(20_000), depth });
  const studies = result.patients.flatMap((patient) => patient.studies);
  const numbers = studies.map(({ studyInstanceUid }) => Number(studyInstanceUid.split('.')[2]));
  return { studies, numbers: numbers.sort((a, b) => b - a), codes: result.notices.map(({ code }) => code) };
}

const day = (date: string) => ({ date });

it.each([
  [{ mostRecentResults: 4 }, [59, 58, 57, 56]],
  [{ mostRecentResults: 3, upperDateTime: day('20200115') }, [14, 13, 12]],
  [{ mostRecentResults: 2, lowerDateTime: day('20200110'), upperDateTime: day('20200120') }, [19, 18]],
  [{ mostRecentResults: 3, modalitiesInStudy: ['MR'] }, [50, 40, 30]],
  [{ lowerDateTime: day('20200227') }, [59, 58, 57]],
  [{ lowerDateTime: day('20200301') }, []],
] as [StudyFilters, number[]][])('finds the newest studies: %j', async (filters, expected) => {
  for (const behaviour of [{}, { cap: 7, warns: true }]) {
    const { connector } = await open(behaviour);
    const { numbers, codes } = await browse(connector, filters);
    expect([numbers, codes]).toEqual([expected, []]);
  }
});

it('returns all studies, and their images if these are wanted', async () => {
  const { connector, requests } = await open();
  expect((await browse(connector, {})).numbers).toHaveLength(60);
  expect(requests.every((path) => path.includes('/studies?'))).toBe(true);
  const { studies } = await browse(connector, { mostRecentResults: 2 }, 'instance');
  const instances = studies.flatMap(({ series }) => series.flatMap((one) => one.instances));
  expect(instances).toHaveLength(2);
});

it('says that a server returns only a part', async () => {
  const { connector } = await open({ cap: 9, warns: true, ignoresOffset: true });
  const { codes } = await browse(connector, { mostRecentResults: 20 });
  expect(codes).toEqual(['dicomweb.answer.limited']);
});

it('fails if the server rejects such searches', async () => {
  const { connector } = await open({
    before: (_, response) => {
      response.writeHead(400).end();
      return true;
    },
  });
  await expect(browse(connector, { mostRecentResults: 5 })).rejects.toMatchObject({ code: 'dicomweb.query.rejected' });
});
