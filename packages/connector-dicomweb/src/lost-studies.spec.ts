import { type ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import { emptyCriteria, isComplete, type Patient, type SearchCriteria } from '@pacs-connectors/connector-core';
import { type DicomJson, Tag } from './json/dicom-json.js';
import { closeAll, connect, json } from './testing/failing-server.js';
import { type FakeQido, type FakeQidoBehaviour, startFakeQido } from './testing/fake-qido.js';

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  await closeAll();
  for (const end of ends.splice(0)) await end();
});

/** A patient whose study N is of day N of March 2021, with two series of two instances. */
function patientOf(studies: number, patientId = 'K-7', root = '1.3'): Patient {
  return {
    patientId,
    patientName: 'Beispiel^Bert',
    studies: Array.from({ length: studies }, (_, n) => ({
      studyInstanceUid: `${root}.${n + 1}`,
      studyDescription: `Examination ${n + 1}`,
      studyDate: `202103${String(n + 1).padStart(2, '0')}`,
      series: [1, 2].map((s) => ({
        seriesInstanceUid: `${root}.${n + 1}.${s}`,
        modality: 'MR',
        seriesNumber: String(s),
        seriesDescription: `Sequence ${s}`,
        instances: [1, 2].map((i) => ({ sopInstanceUid: `${root}.${n + 1}.${s}.${i}`, instanceNumber: String(i) })),
      })),
    })),
  };
}

async function serve(patients: Patient[], behaviour: FakeQidoBehaviour): Promise<FakeQido> {
  const server = await startFakeQido(patients, behaviour);
  ends.push(server.stop);
  return server;
}

async function search(url: string, criteria: Partial<SearchCriteria> = { patientIds: [{ id: 'K-7' }] }, ms = 20_000) {
  const result = await connect(url).search(
    { ...emptyCriteria(), ...criteria },
    { signal: AbortSignal.timeout(ms), deadline: performance.now() + ms, depth: 'instance' },
  );
  const studies = result.patients.flatMap((patient) => patient.studies);
  const instances = Object.fromEntries(
    studies.map(({ studyInstanceUid, series }) => [
      studyInstanceUid,
      series.reduce((sum, one) => sum + one.instances.length, 0),
    ]),
  );
  return { ...result, studies, instances, codes: result.notices.map(({ code }) => code), whole: isComplete(result) };
}

/** Changes the results of searches for studies. */
function changing(change: (results: DicomJson[], url: URL) => DicomJson[]): FakeQidoBehaviour['before'] {
  return (request, response) => {
    const url = new URL(request.url ?? '', 'http://server');
    if (!url.pathname.endsWith('/studies')) return false;
    const end = response.end.bind(response) as (content?: string) => typeof response;
    response.end = ((content?: string) =>
      end(JSON.stringify(change(JSON.parse(content ?? '[]') as DicomJson[], url)))) as typeof response.end;
    return false;
  };
}

describe('a server that limits searches for studies', () => {
  it.each([2, 3, 5, 9])('to %d and ignores offset is read to the end by dates', async (most) => {
    const server = await serve([patientOf(13)], {
      ignoresOffset: true,
      before: changing((results) => results.slice(0, most)),
    });
    const { studies, codes } = await search(server.url);
    expect([studies.length, codes]).toEqual([13, []]);
  });

  it.each([2, 7])('to %d and has nothing beyond, as Orthanc, is read to the end by dates', async (most) => {
    const server = await serve([patientOf(13)], {
      ignoresOffset: true,
      before: changing((results, url) => results.slice(0, most).slice(Number(url.searchParams.get('offset') ?? 0))),
    });
    const { studies, codes } = await search(server.url);
    expect([studies.length, codes]).toEqual([13, []]);
  });

  it('and has one study without a date does not pass for complete', async () => {
    const patient = patientOf(8);
    if (patient.studies[0]) patient.studies[0].studyDate = undefined;
    const server = await serve([patient], {
      ignoresOffset: true,
      before: changing((results, url) => results.slice(0, 4).slice(Number(url.searchParams.get('offset') ?? 0))),
    });
    const { studies, codes, whole } = await search(server.url);
    expect([studies.length, codes, whole]).toEqual([8, ['dicomweb.answer.limited'], false]);
  });

  const onOneDay = (studies: number, times: boolean, patientId?: string, root?: string) => {
    const patient = patientOf(studies, patientId, root);
    patient.studies.forEach((study, n) => {
      study.studyDate = '20220506';
      study.studyTime = times ? `09${String(n % 60).padStart(2, '0')}30` : undefined;
    });
    return patient;
  };
  /** As Orthanc: an empty page is beyond its limit. */
  const limitedTo = (most: number) =>
    changing((results, url) => results.slice(0, most).slice(Number(url.searchParams.get('offset') ?? 0)));

  it.each([3, 8])('to %d of one day is read to the end by times', async (most) => {
    const server = await serve([onOneDay(11, true)], { ignoresOffset: true, before: limitedTo(most) });
    const { studies, codes } = await search(server.url);
    expect([studies.length, codes]).toEqual([11, []]);
  });

  it.each([4, 7])('to %d of one day without times does not pass for complete', async (most) => {
    const patients = [onOneDay(9, false, 'Z-9', '1.5'), onOneDay(9, false)];
    const server = await serve(patients, { ignoresOffset: true, before: limitedTo(most) });
    const { studies, codes, whole } = await search(server.url);
    expect([studies.length, codes, whole]).toEqual([most, ['dicomweb.answer.limited'], false]);
  });

  it('to more than the studies of one day gets no notice', async () => {
    const patients = [onOneDay(9, false, 'Z-9', '1.5'), onOneDay(4, false)];
    const server = await serve(patients, { ignoresOffset: true, before: limitedTo(6) });
    const { studies, codes } = await search(server.url);
    expect([studies.length, codes]).toEqual([4, []]);
  });

  it.each([
    [1, 1],
    [3, 3],
    [5, 3],
    [100, 100],
  ])('and leaves out %d of them after its limit of %d does not seem empty', async (left, rows) => {
    const server = await serve([patientOf(6)], {
      ignoresOffset: true,
      before: changing((results, url) => {
        const offset = Number(url.searchParams.get('offset') ?? 0);
        const all = [...Array.from({ length: left }, () => undefined), ...results];
        return all.slice(offset, offset + rows).filter((result) => result !== undefined);
      }),
    });
    const { studies, codes, whole } = await search(server.url);
    expect([studies.length > 0, codes, whole]).toEqual([true, ['dicomweb.answer.limited'], false]);
  });

  it('by the rows of a join is read to the end', async () => {
    const rows = 5;
    const server = await serve([patientOf(6)], {
      ignoresOffset: true,
      before: changing((results, url) => {
        const joined = results.flatMap((result) => [result, result]);
        const offset = Number(url.searchParams.get('offset') ?? 0);
        return [...new Set(joined.slice(offset, offset + rows))];
      }),
    });
    const { studies, codes } = await search(server.url);
    expect([studies.length, codes]).toEqual([6, []]);
  });

  it('gets no notice if all came', async () => {
    for (const behaviour of [{ ignoresOffset: true }, { refusesOffset: true }]) {
      const server = await serve([patientOf(12)], behaviour);
      const { studies, codes } = await search(server.url);
      expect([studies.length, codes]).toEqual([12, []]);
    }
  });
});

describe('an identifier', () => {
  const other = { ...patientOf(2, 'N-9', '1.4'), patientName: 'Muster^Mia' };

  it.each([
    [{ [Tag.OtherPatientIDs]: { Value: ['X', 'O-1'] } }, 2, 'archive.identifier.other-patient-id'],
    [{ [Tag.OtherPatientIDs]: { Value: ['X\\O-1'] } }, 2, 'archive.identifier.other-patient-id'],
    [
      { [Tag.OtherPatientIDsSequence]: { Value: [{ [Tag.PatientID]: { Value: ['O-1'] } }] } },
      2,
      'archive.identifier.other-patient-id',
    ],
    [{ [Tag.OtherPatientIDs]: { Value: ['O-12'] } }, 0, 'archive.identifier.differs'],
    [{}, 0, 'archive.identifier.differs'],
  ])('that leads to another patient is explained or counted: %j', async (more, shown, code) => {
    const server = await serve([other], {
      before: (request, response) => {
        const isOld = request.url?.includes('PatientID=O-1');
        request.url = request.url?.replace('PatientID=O-1', 'PatientID=N-9');
        return (
          (isOld && changing((results) => results.map((one) => ({ ...one, ...more })))?.(request, response)) || false
        );
      },
    });
    const { studies, notices } = await search(server.url, { patientIds: [{ id: 'O-1' }] });
    expect(studies).toHaveLength(shown);
    expect(notices).toMatchObject([{ code, description: expect.stringContaining('2 studies') }]);
  });

  it.each([
    ['k-7', 'only by letter case'],
    ['0K-7', 'only by leading zeros'],
  ])('that differs from the one in the archive is counted with the reason: %s', async (id, reason) => {
    for (const criteria of [{ patientIds: [{ id }] }, { accessionNumbers: [id] }]) {
      const patient = patientOf(2);
      for (const study of patient.studies) study.accessionNumber = 'K-7';
      const server = await serve([patient], {
        before: (request) => {
          request.url = request.url?.replace(`=${id}&`, '=K-7&');
          return false;
        },
      });
      const { studies, notices } = await search(server.url, criteria);
      expect(studies).toEqual([]);
      expect(notices).toMatchObject([
        { code: 'archive.identifier.differs', description: expect.stringContaining(`2 ${reason}`) },
      ]);
    }
  });

  it('that is one of several in one element is found', async () => {
    const server = await serve([{ ...patientOf(1), patientId: 'A-1\\K-7' }], {
      before: (request) => {
        request.url = request.url?.replace('PatientID=K-7&', '');
        return false;
      },
    });
    expect((await search(server.url)).studies).toHaveLength(1);
  });

  it('that cannot be searched for does not hide the others', async () => {
    const server = await serve([patientOf(2)], {
      before: (request, response) => {
        if (!request.url?.includes('AccessionNumber')) return false;
        response.writeHead(502).end();
        return true;
      },
    });
    const { studies, notices, whole } = await search(server.url, {
      patientIds: [{ id: 'K-7' }],
      accessionNumbers: ['Z-1'],
    });
    expect([studies.length, whole]).toEqual([2, false]);
    expect(notices).toMatchObject([
      {
        code: 'dicomweb.identifier.failed',
        description: expect.stringContaining('1 identifier'),
        missing: { level: 'study' },
      },
    ]);
  });
});

it.each(['unknown', '2021-13-40'])('a study of the date %s that is not among the newest is counted', async (date) => {
  const patient = patientOf(4);
  for (const study of patient.studies.slice(0, 2)) study.studyDate = date;
  const server = await serve([patient], {});
  const filters = { mostRecentResults: 3 };
  const { studies, notices } = await search(server.url, { patientIds: [{ id: 'K-7' }], filters });
  expect(studies).toHaveLength(3);
  expect(notices).toMatchObject([
    { code: 'archive.study-date.unreadable', description: expect.stringMatching(/1 study .* not shown/) },
  ]);
});

describe('a study whose content fails', () => {
  it.each([
    ['403', (response: ServerResponse) => void response.writeHead(403).end()],
    ['502', (response: ServerResponse) => void response.writeHead(502).end()],
    [
      'a login page',
      (response: ServerResponse) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<p>'),
    ],
    ['silence', () => undefined],
    ['a closed connection', (response: ServerResponse) => void response.destroy()],
  ])('by %s does not hide the others, and is named', async (_, fail) => {
    const server = await serve([patientOf(5)], {
      before: (request, response) => {
        const { pathname, search } = new URL(request.url ?? '', 'http://server');
        const isOther = pathname.endsWith('/studies') || !/1\.3\.2(?![\d])/.test(pathname + search);
        if (isOther) return false;
        fail(response);
        return true;
      },
    });
    const { instances, notices, whole } = await search(server.url, undefined, 4_000);
    expect([instances, whole]).toEqual([{ '1.3.1': 4, '1.3.2': 0, '1.3.3': 4, '1.3.4': 4, '1.3.5': 4 }, false]);
    expect(notices).toMatchObject([
      { severity: 'WARN', code: 'dicomweb.study.failed', missing: { level: 'series', studyInstanceUids: ['1.3.2'] } },
    ]);
  });

  it('by one series only keeps the other series', async () => {
    const server = await serve([patientOf(1)], {
      instancesBySeriesOnly: true,
      relational: 'refused',
      before: (request, response) => {
        if (!request.url?.includes('/series/1.3.1.2/')) return false;
        response.writeHead(500).end();
        return true;
      },
    });
    const { instances, codes } = await search(server.url);
    expect([instances, codes]).toEqual([{ '1.3.1': 2 }, ['dicomweb.study.failed']]);
  });

  it('by an empty series is counted', async () => {
    const server = await serve([patientOf(2)], {
      instancesBySeriesOnly: true,
      countless: true,
      relational: 'refused',
      before: (request, response) => {
        if (!request.url?.includes('.2/instances')) return false;
        response.writeHead(200, json).end('[]');
        return true;
      },
    });
    const { notices } = await search(server.url);
    expect(notices).toMatchObject([
      { code: 'dicomweb.series.empty', missing: { level: 'instance', studyInstanceUids: ['1.3.1', '1.3.2'] } },
    ]);
    expect(notices[0]?.description).toContain('2 series');
  });

  it('is the answer if there is no other', async () => {
    const server = await serve([patientOf(2)], {
      before: (request, response) => {
        if (new URL(request.url ?? '', 'http://server').pathname.endsWith('/studies')) return false;
        response.writeHead(500).end();
        return true;
      },
    });
    await expect(search(server.url)).rejects.toMatchObject({ code: 'dicomweb.service.failed' });
  });
});

describe('a server that understands', () => {
  const check = async (isRejected: (url: URL) => boolean, behaviour: FakeQidoBehaviour = {}) => {
    const server = await serve([patientOf(3)], {
      ...behaviour,
      before: (request, response) => {
        const url = new URL(request.url ?? '', 'http://server');
        if (!isRejected(url)) return false;
        response.writeHead(400).end();
        return true;
      },
    });
    const found = await search(server.url);
    const again = await search(server.url);
    expect(again.codes).toEqual(found.codes);
    return { ...found, requests: server.requests };
  };
  const texts = ({ studies }: { studies: readonly { studyDescription?: string }[] }) =>
    studies.map(({ studyDescription }) => studyDescription);
  const TEXTS = ['Examination 1', 'Examination 2', 'Examination 3'];

  it('includefield one by one only is asked so', async () => {
    const found = await check((url) => url.searchParams.getAll('includefield').some((value) => value.includes(',')));
    expect([texts(found), found.codes]).toEqual([TEXTS, []]);
  });

  it('includefield=all only, and rejects others, is asked so', async () => {
    const found = await check((url) => url.searchParams.getAll('includefield').some((value) => value !== 'all'));
    expect([texts(found), found.codes]).toEqual([TEXTS, []]);
  });

  it('no includefield is asked without, with a notice about the texts', async () => {
    const found = await check((url) => url.searchParams.has('includefield'));
    expect(found.studies).toHaveLength(3);
    expect(found.codes).toEqual(['dicomweb.attributes.rejected']);
  });

  it('tags only is asked by tags', async () => {
    const found = await check((url) => /[?&](Patient|Study|Series|SOP)/.test(url.search));
    expect([texts(found), found.codes]).toEqual([TEXTS, []]);
    expect(found.requests.at(-1)).not.toContain('StudyInstanceUID=');
  });

  it('limit and offset only is asked so', async () => {
    const found = await check(({ searchParams }) => !searchParams.has('limit') || !searchParams.has('offset'));
    expect([texts(found), found.codes]).toEqual([TEXTS, []]);
  });

  it.each([406, 415])('one media type in Accept only (%d) is asked for one', async (status) => {
    const server = await serve([patientOf(3)], {
      before: (request, response) => {
        if (request.headers.accept === 'application/dicom+json') return false;
        response.writeHead(status).end();
        return true;
      },
    });
    const found = await search(server.url);
    expect([texts(found), found.codes]).toEqual([TEXTS, []]);
  });
});
