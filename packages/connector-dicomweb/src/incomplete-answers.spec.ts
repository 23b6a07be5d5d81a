import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { emptyCriteria, type Notice, type Patient, type SearchCriteria } from '@pacs-connectors/connector-core';
import { type DicomWebConnector } from './dicomweb-connector.js';
import { connectorTo } from './testing/connector-to.js';
import { type FakeQido, type FakeQidoBehaviour, startFakeQido } from './testing/fake-qido.js';

const opened: { close?(): Promise<void>; stop?(): Promise<void> }[] = [];
afterEach(async () => {
  jest.restoreAllMocks();
  for (const thing of opened.splice(0)) await (thing.close ?? thing.stop)?.call(thing);
});

/** A patient of so many studies, each with one series of `instances`. */
function patientOf(studies: number, instances = 1): Patient {
  return {
    patientId: 'P',
    patientName: 'Demo^Patient',
    studies: Array.from({ length: studies }, (_, study) => ({
      studyInstanceUid: `1.2.${study + 1}`,
      studyDescription: `Study ${study + 1}`,
      studyDate: '20240102',
      series: [
        {
          seriesInstanceUid: `1.2.${study + 1}.1`,
          modality: 'CT',
          seriesNumber: '1',
          instances: Array.from({ length: instances }, (_, n) => ({
            sopInstanceUid: `1.2.${study + 1}.1.${n + 1}`,
            instanceNumber: String(n + 1),
          })),
        },
      ],
    })),
  };
}

async function open(
  patient: Patient,
  behaviour: FakeQidoBehaviour,
): Promise<{ connector: DicomWebConnector; server: FakeQido }> {
  const server = await startFakeQido([patient], behaviour);
  const connector = connectorTo(server.url);
  opened.push(connector, server);
  return { connector, server };
}

interface Found {
  studies: number;
  instances: number;
  notices: Notice['code'][];
}

async function ask(
  connector: DicomWebConnector,
  criteria: Partial<SearchCriteria> = { patientIds: [{ id: 'P' }] },
): Promise<Found> {
  const { patients, notices } = await connector.search(
    { ...emptyCriteria(), ...criteria },
    { signal: AbortSignal.timeout(20_000), depth: 'instance' },
  );
  const studies = patients.flatMap((patient) => patient.studies);
  return {
    studies: studies.length,
    instances: studies.flatMap(({ series }) => series).reduce((sum, series) => sum + series.instances.length, 0),
    notices: notices.map(({ code }) => code),
  };
}

describe('a server that limits its answers', () => {
  it('less than it did before is noticed', async () => {
    const behaviour: FakeQidoBehaviour = {};
    const { connector } = await open(patientOf(30), behaviour);
    expect(await ask(connector)).toEqual({ studies: 30, instances: 30, notices: [] });
    behaviour.cap = 12;
    expect(await ask(connector)).toEqual({ studies: 30, instances: 30, notices: [] });
  });

  it('and orders each page differently gets a notice', async () => {
    const { connector } = await open(patientOf(20), { cap: 12, reorders: true });
    const { studies, notices } = await ask(connector);
    expect(studies).toBeLessThan(20);
    expect(notices).toEqual(['dicomweb.answer.limited']);
  });

  it('and rejects offset gets a notice', async () => {
    const { connector } = await open(patientOf(20), { cap: 12, refusesOffset: true });
    expect(await ask(connector)).toEqual({ studies: 12, instances: 12, notices: ['dicomweb.answer.limited'] });
  });

  it('and has smaller pages later is asked to the end', async () => {
    const behaviour: FakeQidoBehaviour = { cap: 12 };
    behaviour.before = (request) => {
      behaviour.cap = request.url?.includes('offset=') ? 5 : 12;
      return false;
    };
    const { connector } = await open(patientOf(30), behaviour);
    expect(await ask(connector)).toEqual({ studies: 30, instances: 30, notices: [] });
  });

  it('and warns beside another warning is understood', async () => {
    const patient = patientOf(8);
    const { connector } = await open(patient, {
      cap: 3,
      before: (_, response) => {
        const end = response.end.bind(response) as (...content: unknown[]) => typeof response;
        response.end = ((...content: unknown[]) => {
          response.setHeader('warning', '199 proxy "odd", 299 fake "There are additional results"');
          return end(...content);
        }) as typeof response.end;
        return false;
      },
    });
    expect((await ask(connector)).studies).toBe(8);
  });
});

describe('counts that are wrong', () => {
  it.each([
    ['too low', (count: number) => count - 2],
    ['nought', () => 0],
  ])('lose nothing: %s', async (_, countReturned) => {
    for (const studies of [1, 5]) {
      const { connector } = await open(patientOf(studies, 6), { countReturned });
      expect(await ask(connector)).toMatchObject({ studies, instances: studies * 6 });
    }
  });

  it('lose nothing where the answers are limited too', async () => {
    const { connector } = await open(patientOf(1, 30), { countReturned: () => 12, cap: 12, warns: true });
    expect(await ask(connector)).toMatchObject({ instances: 30 });
  });
});

describe('a search outside of a study', () => {
  it.each(['nothing', 'key ignored'] as const)('that is not done is said, by %s', async (relational) => {
    const { connector } = await open(patientOf(3), { relational });
    const criteria =
      relational === 'nothing' ? { seriesInstanceUids: ['1.2.1.1'] } : { seriesInstanceUids: ['1.2.3.1'] };
    expect(await ask(connector, criteria)).toMatchObject({ studies: 0, notices: ['dicomweb.identifier.unsearchable'] });
    const instance = relational === 'nothing' ? '1.2.1.1.1' : '1.2.3.1.1';
    expect(await ask(connector, { sopInstanceUids: [instance] })).toMatchObject({
      notices: ['dicomweb.identifier.unsearchable'],
    });
  });

  it('that is done and finds nothing needs no notice', async () => {
    const { connector } = await open(patientOf(3), {});
    expect(await ask(connector, { seriesInstanceUids: ['1.2.99'] })).toMatchObject({ studies: 0, notices: [] });
  });

  it('that is forbidden costs nothing but questions', async () => {
    const { connector } = await open(patientOf(5, 3), { relational: 'forbidden' });
    expect(await ask(connector)).toEqual({ studies: 5, instances: 15, notices: [] });
  });
});

describe('a filter by what the server gives for no study', () => {
  const bare = patientOf(3);
  for (const study of bare.studies) {
    study.studyDescription = undefined;
    study.studyDate = undefined;
    for (const series of study.series) series.modality = undefined;
  }
  const patientIds = [{ id: 'P' }];
  const date = { date: '20240101' };

  it.each([
    [{ containsInDescription: ['study'] }, 0, 'containsInDescription'],
    [{ modalitiesInStudy: ['MR'] }, 3, 'modalitiesInStudy'],
    [{ lowerDateTime: date }, 3, 'lowerDateTime'],
    [{ lowerDateTime: date, upperDateTime: date }, 3, 'lowerDateTime and upperDateTime'],
    [{ mostRecentResults: 2 }, 2, 'mostRecentResults'],
  ])('is said: %j', async (filters, studies, names) => {
    const { connector } = await open(bare, {});
    const criteria = { ...emptyCriteria(), patientIds, filters };
    const options = { signal: AbortSignal.timeout(20_000), depth: 'instance' } as const;
    const { patients, notices } = await connector.search(criteria, options);
    expect(patients.flatMap((patient) => patient.studies)).toHaveLength(studies);
    const description = expect.stringContaining(`for any study found (3): ${names} cannot be applied`);
    expect(notices).toEqual([
      { severity: 'WARN', code: 'dicomweb.filter.not-applied', title: 'Filter not applied', description },
    ]);
  });

  it('needs no notice where one study has it, or none is found', async () => {
    const patient = patientOf(3);
    for (const study of patient.studies.slice(1)) study.studyDescription = study.studyDate = undefined;
    const { connector } = await open(patient, {});
    const asked = (filters: SearchCriteria['filters']) => ask(connector, { patientIds, filters });
    expect(await asked({ containsInDescription: ['study'] })).toMatchObject({ studies: 1, notices: [] });
    expect(await asked({ lowerDateTime: date, mostRecentResults: 2 })).toMatchObject({ studies: 2, notices: [] });
    expect(await asked({ modalitiesInStudy: ['CT'] })).toMatchObject({ studies: 3, notices: [] });
    expect(await ask(connector, { patientIds: [{ id: 'other' }], filters: { lowerDateTime: date } })).toMatchObject({
      notices: [],
    });
  });

  it('of the modality needs no notice where the series have it', async () => {
    const { connector } = await open(patientOf(3), {
      before: (_, response) => {
        const end = response.end.bind(response) as (content?: string) => typeof response;
        response.end = ((content?: string) => end(content?.replaceAll('"00080061"', '"00080062"'))) as never;
        return false;
      },
    });
    const found = await ask(connector, { patientIds, filters: { modalitiesInStudy: ['CT'] } });
    expect(found).toMatchObject({ studies: 3, notices: [] });
  });
});

describe('an identifier without an ASCII letter or digit', () => {
  /** As Orthanc's plug-in: percent-encoded characters are taken as they stand. */
  const undecoded = (request: { url?: string }) => {
    request.url = request.url?.replaceAll('%', '%25');
    return false;
  };
  const wide = { ...patientOf(1), patientId: 'ＡＢ' };
  const question = { patientIds: [{ id: 'ＡＢ' }] };

  it('is said not to have been searched where the server is not known to understand it', async () => {
    const { connector } = await open(wide, { before: undecoded });
    expect(await ask(connector, question)).toMatchObject({ studies: 0, notices: ['dicomweb.identifier.unsearchable'] });
    const { notices } = await connector.search(
      { ...emptyCriteria(), accessionNumbers: ['ＡＢ'] },
      { signal: AbortSignal.timeout(20_000), depth: 'study' },
    );
    expect(notices).toMatchObject([{ severity: 'WARN', description: expect.stringContaining('AccessionNumber') }]);
  });

  it('is found, and another not, without a notice by a server that is known to understand it', async () => {
    const { connector } = await open(wide, {});
    expect(await ask(connector, question)).toMatchObject({ studies: 1, notices: [] });
    expect(await ask(connector, { patientIds: [{ id: 'Ｃ' }] })).toMatchObject({ studies: 0, notices: [] });
  });
});

it('a search for a study whose key is ignored is said', async () => {
  const behaviour: FakeQidoBehaviour = {
    cap: 2,
    before: (request) => {
      request.url = request.url?.replace('StudyInstanceUID=', 'includefield=');
      return false;
    },
  };
  const { connector } = await open(patientOf(3), behaviour);
  expect(await ask(connector, { studyInstanceUids: ['1.2.3'] })).toMatchObject({
    notices: ['dicomweb.identifier.unsearchable'],
  });
});

it('a server that ignores Patient ID and limits its answers gets a notice', async () => {
  const behaviour: FakeQidoBehaviour = {
    cap: 12,
    refusesOffset: true,
    before: (request) => {
      request.url = request.url?.replace('PatientID=', 'includefield=');
      return false;
    },
  };
  const { connector } = await open(patientOf(20), behaviour);
  const { patients, notices } = await connector.search(
    { ...emptyCriteria(), patientIds: [{ id: 'Q' }] },
    { signal: AbortSignal.timeout(20_000), depth: 'study' },
  );
  expect(patients).toEqual([]);
  expect(notices).toMatchObject([
    { code: 'dicomweb.key.ignored', description: expect.stringContaining('as if it did not search by PatientID') },
  ]);
});

it('a server that fails at includefield=all has its studies shown as they came', async () => {
  const behaviour: FakeQidoBehaviour = {
    includeField: 'dropped',
    before: (request, response) => {
      if (!request.url?.includes('includefield=all')) return false;
      response.writeHead(500).end();
      return true;
    },
  };
  const { connector } = await open(patientOf(3), behaviour);
  expect(await ask(connector)).toEqual({ studies: 3, instances: 3, notices: [] });
});

it('instances of another study do not come into one', async () => {
  const behaviour: FakeQidoBehaviour = {
    before: (request) => {
      request.url = request.url?.replace('/studies/1.2.1/instances', '/studies/1.2.2/instances');
      return false;
    },
  };
  const { connector } = await open(patientOf(2), behaviour);
  const { patients } = await connector.search(
    { ...emptyCriteria(), studyInstanceUids: ['1.2.1'] },
    { signal: AbortSignal.timeout(20_000), depth: 'instance' },
  );
  const series = patients.flatMap(({ studies }) => studies).flatMap((study) => study.series);
  expect(series.map(({ seriesInstanceUid }) => seriesInstanceUid)).toEqual(['1.2.1.1']);
  expect(series[0]?.instances).toMatchObject([{ sopInstanceUid: '1.2.1.1.1' }]);
});

it('lists a UID under two parents once, with a notice', async () => {
  const patient = patientOf(2);
  const [first, second] = patient.studies;
  if (first && second) second.series = [...second.series, ...first.series];
  const { connector } = await open(patient, {});
  expect((await ask(connector)).notices).toContain('dicomweb.result.conflicting-parents');
});

it('a service that is gone after it has answered is not taken for an empty archive', async () => {
  const behaviour: FakeQidoBehaviour = { nothing: 404 };
  const { connector } = await open(patientOf(3), behaviour);
  expect(await ask(connector)).toMatchObject({ studies: 3 });
  expect(await ask(connector, { patientIds: [{ id: 'other' }] })).toMatchObject({ studies: 0, notices: [] });
  behaviour.before = (_, response) => {
    response.writeHead(404).end();
    return true;
  };
  await expect(ask(connector)).rejects.toMatchObject({ kind: 'misconfigured', code: 'dicomweb.service.missing' });
});

it('what is known about a server is forgotten after a while', async () => {
  const behaviour: FakeQidoBehaviour = { includeField: 'refused' };
  const { connector, server } = await open(patientOf(3), behaviour);
  await ask(connector);
  behaviour.includeField = 'tags';
  await ask(connector);
  expect(server.requests.at(-1)).not.toContain('includefield');
  const now = performance.now();
  jest.spyOn(performance, 'now').mockReturnValue(now + 3_600_000);
  await ask(connector);
  expect(server.requests.at(-1)).toContain('includefield');
});
