import { afterEach, describe, expect, it } from '@jest/globals';
import { Tag } from './dimse/tags.js';
import { instanceCount, startPeer, stopPeers, studyUidsIn } from './testing/peer.js';
import { dataSetOf, type Find, type Reply } from './testing/scripted-scp.js';
import { answerFrom, samplePatient } from './testing/tree-scp.js';

const PATIENT = samplePatient('P1', 3);
const answer = answerFrom([PATIENT]);
const byPatient = { patientIds: [{ id: 'P1' }] };
const warning = (code: string, text: RegExp) => [{ severity: 'WARN', code, description: expect.stringMatching(text) }];

afterEach(stopPeers);

describe('an answer that lacks something says so', () => {
  it('studies in which the archive lists nothing', async () => {
    const { ask } = await startPeer({
      find: (find, reply) => (find.level === 'STUDY' ? answer(find, reply) : reply.end()),
    });
    expect((await ask(byPatient)).notices).toMatchObject(
      warning('dicom.studies.empty', /lists 3 studies, but nothing in them/),
    );
  });

  it('series of which it lists no image', async () => {
    const { ask } = await startPeer(
      {
        find: (find, reply) =>
          find.level === 'IMAGE' && find.keys.get(Tag.seriesInstanceUid)?.endsWith('.2')
            ? reply.end()
            : answer(find, reply),
      },
      { relational: 'off', uidLists: 'off' },
    );
    const result = await ask(byPatient);
    expect(instanceCount(result)).toBe(6);
    expect(result.notices).toMatchObject(warning('dicom.series.empty', /lists 3 series, but no images in them/));
  });

  it('a series asked for by its UID that has more images than the archive lists', async () => {
    const { ask } = await startPeer({
      find: (find, reply) =>
        answer(find, {
          ...reply,
          match: (attributes, status) =>
            reply.match({ ...attributes, [Tag.numberOfSeriesRelatedInstances]: '9' }, status),
        }),
    });
    const seriesInstanceUids = [PATIENT.studies[0]?.series[0]?.seriesInstanceUid ?? ''];
    expect((await ask({ seriesInstanceUids })).notices).toMatchObject(
      warning('dicom.images.missing', /counts 7 more images/),
    );
  });

  it('studies that do not say whose they are', async () => {
    const { ask } = await startPeer({
      find: (_, reply) => {
        reply.match({ [Tag.studyInstanceUid]: '2.25.1' });
        reply.end();
      },
    });
    expect(await ask(byPatient, 'study')).toMatchObject({
      patients: [],
      notices: warning('dicom.matches.without-key', /without the Patient ID/),
    });
  });
});

describe('nothing is left out for its form', () => {
  /** Answers any STUDY question with these studies. */
  const studies = (...matches: Record<number, string>[]) => ({
    find: (_: unknown, reply: Reply) => {
      for (const match of matches) reply.match({ [Tag.patientId]: 'P1', ...match });
      reply.end();
    },
  });

  it('an Accession Number longer than SH is asked for: archives hold such', async () => {
    const number = 'A-VERY-LONG-ACCESSION-NUMBER';
    const { ask } = await startPeer(studies({ [Tag.studyInstanceUid]: '2.25.1', [Tag.accessionNumber]: number }));
    expect(studyUidsIn(await ask({ accessionNumbers: [number] }, 'study'))).toEqual(['2.25.1']);
  });

  it('dates of ACR-NEMA are dates, and other values count as no date', async () => {
    const { ask } = await startPeer(
      studies(
        { [Tag.studyInstanceUid]: '2.25.1', [Tag.studyDate]: '2024.01.31' },
        { [Tag.studyInstanceUid]: '2.25.2', [Tag.studyDate]: 'rubbish' },
        { [Tag.studyInstanceUid]: '2.25.3', [Tag.studyDate]: '20240201', [Tag.studyTime]: 'noon' },
      ),
    );
    const kept = async (filters: object) => studyUidsIn(await ask({ ...byPatient, filters }, 'study'));
    expect(await kept({ lowerDateTime: { date: '20240101' } })).toEqual(['2.25.1', '2.25.2', '2.25.3']);
    expect(await kept({ upperDateTime: { date: '20240131' } })).toEqual(['2.25.1', '2.25.2']);
    expect(await kept({ upperDateTime: { date: '20240201', time: '120000' } })).toEqual(['2.25.1', '2.25.2', '2.25.3']);
    expect(await kept({ mostRecentResults: 1 })).toEqual(['2.25.3']);
  });

  it('a value that is not a date and not among the newest is counted', async () => {
    const { ask } = await startPeer(
      studies(
        { [Tag.studyInstanceUid]: '2.25.1', [Tag.studyDate]: 'in spring' },
        { [Tag.studyInstanceUid]: '2.25.2', [Tag.studyDate]: '20240201' },
        { [Tag.studyInstanceUid]: '2.25.3', [Tag.studyDate]: 'unknown' },
      ),
    );
    const result = await ask({ ...byPatient, filters: { mostRecentResults: 1 } }, 'study');
    expect(studyUidsIn(result)).toEqual(['2.25.2']);
    expect(result.notices).toMatchObject([
      { code: 'archive.study-date.unreadable', description: expect.stringMatching(/2 studies/) },
    ]);
  });
});

describe('an answer that the archive ends with a failure status keeps its matches', () => {
  it.each([
    ['studies at a limit', 'STUDY', 0xfe00, 4],
    ['series without resources', 'SERIES', 0xa700, 0],
    ['images without resources', 'IMAGE', 0xa701, 3],
  ])('%s', async (_, level, status, expected) => {
    const { ask } = await startPeer(
      {
        find: (find, reply) => {
          if (find.level !== level) return answer(find, reply);
          let sent = 0;
          const match: Reply['match'] = (attributes) => {
            if (sent < 1) reply.match(attributes);
            sent += 1;
          };
          answer(find, { ...reply, match, end: () => reply.end(status, 'limit') });
        },
      },
      { relational: 'off', uidLists: 'off' },
    );
    const { patients, notices } = await ask(byPatient);
    expect(patients.flatMap(({ studies }) => studies).length).toBeGreaterThan(0);
    expect(instanceCount({ patients })).toBeGreaterThanOrEqual(expected);
    const missing = { STUDY: 'study', SERIES: 'series', IMAGE: 'instance' }[level];
    expect(notices).toMatchObject([
      {
        severity: 'WARN',
        code: 'dicom.answer.cut',
        description: expect.stringMatching(/limit/),
        missing: { level: missing },
      },
    ]);
  });

  it('and is completed by the dates that are wanted', async () => {
    const studies = Array.from({ length: 8 }, (_, n) => ({
      [Tag.patientId]: 'P1',
      [Tag.studyInstanceUid]: `2.25.77.${n}`,
      [Tag.studyDate]: `2020030${n + 1}`,
    }));
    const { ask } = await startPeer({
      find: ({ keys }, reply) => {
        const [lower = '', upper] = (keys.get(Tag.studyDate) ?? '').split('-');
        const inRange = studies.filter(({ [Tag.studyDate]: date }) => lower <= date && (!upper || date <= upper));
        for (const match of inRange.slice(0, 3)) reply.match(match);
        reply.end(inRange.length > 3 ? 0xfe00 : 0);
      },
    });
    const filters = { lowerDateTime: { date: '20200306' }, upperDateTime: { date: '20200308' } };
    const result = await ask({ ...byPatient, filters }, 'study');
    expect(studyUidsIn(result)).toEqual(expect.arrayContaining(['2.25.77.5', '2.25.77.6', '2.25.77.7']));
    // Studies without a date match no range.
    expect(result.notices).toMatchObject([{ code: 'dicom.answer.cut', missing: { level: 'study' } }]);
  });
});

describe('an answer that is shorter than the archive counts says so, whatever its status', () => {
  const counting = (tag: number, count: string, cutAt: number, level: string) => (find: Find, reply: Reply) => {
    let sent = 0;
    const match: Reply['match'] = (attributes, status) => {
      if (find.level === level && (sent += 1) > cutAt) return;
      reply.match(find.keys.has(tag) ? { ...attributes, [tag]: count } : attributes, status);
    };
    answer(find, { ...reply, match });
  };

  it('studies of the patient', async () => {
    const { ask } = await startPeer({ find: counting(Tag.numberOfPatientRelatedStudies, '3', 2, 'STUDY') });
    const { notices } = await ask(byPatient, 'study');
    expect(notices).toMatchObject([
      { code: 'dicom.studies.fewer-than-counted', missing: { level: 'study', count: 1 } },
    ]);
  });

  it('series of a study', async () => {
    const find = counting(Tag.numberOfStudyRelatedSeries, '2', 1, 'SERIES');
    const { ask } = await startPeer({ find }, { relational: 'off', uidLists: 'off' });
    const { notices } = await ask({ studyInstanceUids: [PATIENT.studies[1]?.studyInstanceUid ?? ''] });
    expect(notices).toMatchObject([{ code: 'dicom.series.missing', missing: { level: 'series', count: 1 } }]);
  });

  it('nothing is said where the counts agree', async () => {
    const { ask } = await startPeer({ find: counting(Tag.numberOfStudyRelatedSeries, '2', Infinity, 'SERIES') });
    expect((await ask(byPatient)).notices).toEqual([]);
  });
});

describe('one part that fails costs no other', () => {
  const broken = PATIENT.studies[1]?.studyInstanceUid ?? '';
  it.each([
    ['aborts', (reply: Reply) => reply.abort(), 'dicom.queries.failed', /aborted/],
    ['closes', (reply: Reply) => reply.close(), 'dicom.queries.failed', /closed|ended/],
    ['is silent', (): void => undefined, 'dicom.queries.failed', /sent nothing/],
    ['refuses', (reply: Reply) => reply.end(0x0124), 'dicom.queries.refused', /not authorized/],
  ])('the archive %s at the series of one study', async (_, fault, code, text) => {
    const { ask } = await startPeer(
      {
        find: (find, reply) =>
          find.level === 'SERIES' && find.keys.get(Tag.studyInstanceUid) === broken
            ? fault(reply)
            : answer(find, reply),
      },
      { relational: 'off', uidLists: 'off', responseTimeoutMs: 1_000 },
    );
    const result = await ask(byPatient);
    expect(instanceCount(result)).toBe(8);
    expect(result.notices).toMatchObject([
      {
        severity: 'ERROR',
        code,
        description: expect.stringMatching(text),
        missing: { level: 'series', studyInstanceUids: [broken] },
      },
    ]);
  });

  it('at the deadline the answer is what came', async () => {
    const { ask } = await startPeer(
      {
        find: (find, reply) =>
          find.level === 'SERIES' && find.keys.get(Tag.studyInstanceUid) === broken ? undefined : answer(find, reply),
      },
      { relational: 'off', uidLists: 'off' },
    );
    const result = await ask(byPatient, 'instance', 2_000);
    expect(result.patients.flatMap(({ studies }) => studies)).toHaveLength(3);
    expect(result.notices.map(({ missing }) => missing?.level)).toContain('series');
  });

  it('an archive that fails everywhere is an error', async () => {
    const { ask } = await startPeer({
      find: (find, reply) => (find.level === 'STUDY' ? answer(find, reply) : reply.abort()),
    });
    await expect(ask(byPatient)).rejects.toMatchObject({ code: 'dicom.association.aborted' });
  });
});

describe('a UID whose query fails costs no other', () => {
  const [first, second] = PATIENT.studies;
  const series = [first?.series[0], second?.series[1]].map((one) => one?.seriesInstanceUid ?? '');
  const studyLookup = (uids: (string | undefined)[]) => (find: Find, reply: Reply) =>
    find.level === 'STUDY' && uids.includes(find.keys.get(Tag.studyInstanceUid))
      ? reply.end(0xc001, 'index damaged')
      : answer(find, reply);
  const settings = { uidLists: 'off' } as const;

  it.each([
    ['series', { seriesInstanceUids: series.slice(0, 1) }, 2],
    ['images', { sopInstanceUids: [first?.series[0]?.instances[0]?.sopInstanceUid ?? ''] }, 1],
  ])('%s are shown without the attributes of the study if its query fails', async (_, criteria, images) => {
    const { ask } = await startPeer({ find: studyLookup([first?.studyInstanceUid]) }, settings);
    const result = await ask(criteria);
    expect(studyUidsIn(result)).toEqual([first?.studyInstanceUid]);
    expect(instanceCount(result)).toBe(images);
    expect(result.notices).toMatchObject([
      {
        code: 'dicom.studies.undescribed',
        description: expect.stringMatching(/index damaged/),
        missing: { level: 'study', studyInstanceUids: [first?.studyInstanceUid] },
      },
    ]);
  });

  it('two studies whose queries fail may be of two patients: both are missing, and what else was found is shown', async () => {
    const { ask } = await startPeer(
      { find: studyLookup([first?.studyInstanceUid, second?.studyInstanceUid]) },
      settings,
    );
    const third = PATIENT.studies[2]?.studyInstanceUid ?? '';
    const result = await ask({ seriesInstanceUids: series, studyInstanceUids: [third] });
    expect(studyUidsIn(result)).toEqual([third]);
    expect(result.notices).toMatchObject([
      {
        code: 'dicom.queries.refused',
        missing: { level: 'study', studyInstanceUids: [first?.studyInstanceUid, second?.studyInstanceUid] },
      },
    ]);
    await expect(ask({ seriesInstanceUids: series })).rejects.toMatchObject({ code: 'dicom.find.unable-to-process' });
  });

  it('one of three Study Instance UIDs', async () => {
    const { ask } = await startPeer({ find: studyLookup([second?.studyInstanceUid]) }, settings);
    const uids = PATIENT.studies.map(({ studyInstanceUid }) => studyInstanceUid);
    const result = await ask({ studyInstanceUids: uids });
    expect(studyUidsIn(result)).toHaveLength(2);
    expect(result.notices).toMatchObject([
      { code: 'dicom.queries.refused', missing: { level: 'study', studyInstanceUids: [second?.studyInstanceUid] } },
    ]);
  });

  it('one of two Series Instance UIDs', async () => {
    const { ask } = await startPeer(
      {
        find: (find, reply) =>
          find.level === 'SERIES' && find.keys.get(Tag.seriesInstanceUid) === series[0]
            ? reply.end(0xc001)
            : answer(find, reply),
      },
      settings,
    );
    const result = await ask({ seriesInstanceUids: series });
    expect(instanceCount(result)).toBe(2);
    expect(result.notices.map(({ missing }) => missing?.level)).toContain('series');
  });
});

describe('studies of another Patient ID', () => {
  const alias =
    (others: string) =>
    ({ keys }: Find, reply: Reply): void => {
      const known: Record<number, string> = keys.has(Tag.otherPatientIds) ? { [Tag.otherPatientIds]: others } : {};
      for (const uid of ['2.25.61', '2.25.62', '2.25.63']) {
        reply.match({ [Tag.patientId]: 'MERGED-2', [Tag.studyInstanceUid]: uid, ...known });
      }
      reply.end();
    };

  it('are counted and left out', async () => {
    const { ask } = await startPeer({ find: alias('A\\B') });
    expect(await ask(byPatient, 'study')).toMatchObject({
      patients: [],
      notices: [
        { severity: 'WARN', code: 'archive.identifier.differs', description: expect.stringMatching(/3 studies/) },
      ],
    });
  });

  it('are shown if they have the searched one among their Other Patient IDs', async () => {
    const { ask } = await startPeer({ find: alias('X\\P1') });
    const result = await ask(byPatient, 'study');
    expect(studyUidsIn(result)).toHaveLength(3);
    expect(result.notices).toMatchObject([{ severity: 'INFO', code: 'archive.identifier.other-patient-id' }]);
  });

  /** Items of Other Patient IDs Sequence, encoded with a defined or undefined length. */
  const sequenceOf = (ids: string[], isUndefined: boolean): Buffer =>
    Buffer.concat(
      ids.map((id) => {
        const content = dataSetOf({ [Tag.patientId]: id });
        const item = Buffer.from('feff00e000000000', 'hex');
        item.writeUInt32LE(isUndefined ? 0xffffffff : content.length, 4);
        const end = isUndefined ? [Buffer.from('feff0de000000000', 'hex')] : [];
        return Buffer.concat([item, content, ...end]);
      }),
    );

  it.each([
    ['defined', false],
    ['undefined', true],
  ])('are shown if it is in their Other Patient IDs Sequence with items of %s length', async (_, isUndefined) => {
    const { ask } = await startPeer({
      find: ({ keys }, reply) => {
        for (const [uid, others] of [
          ['2.25.65', ['K-7', 'P1']],
          ['2.25.66', ['K-8']],
        ] as const) {
          const known: Record<number, Buffer> = keys.has(Tag.otherPatientIdsSequence)
            ? { [Tag.otherPatientIdsSequence]: sequenceOf([...others], isUndefined) }
            : {};
          reply.match({ [Tag.patientId]: 'MERGED-3', [Tag.studyInstanceUid]: uid, ...known });
        }
        reply.end();
      },
    });
    const result = await ask(byPatient, 'study');
    expect(studyUidsIn(result)).toEqual(['2.25.65']);
    expect(result.notices).toMatchObject([
      { code: 'archive.identifier.other-patient-id' },
      { code: 'archive.identifier.differs', description: expect.stringMatching(/1 study/) },
    ]);
  });

  it.each([
    ['refuses', (reply: Reply) => reply.end(0xa900)],
    ['aborts over', (reply: Reply) => reply.abort()],
    ['does not know', (reply: Reply) => reply.end()],
  ])('are shown by Other Patient IDs if the archive %s the sequence', async (_, wrong) => {
    const { ask } = await startPeer({
      find: (find, reply) => (find.keys.has(Tag.otherPatientIdsSequence) ? wrong(reply) : alias('P1')(find, reply)),
    });
    const result = await ask(byPatient, 'study');
    expect(studyUidsIn(result)).toHaveLength(3);
    expect(result.notices).toMatchObject([{ code: 'archive.identifier.other-patient-id' }]);
  });

  it.each([
    ['letter case', 'p1'],
    ['leading zeros', '00P1'],
  ])('that differ only by %s are counted with that reason', async (reason, patientId) => {
    const { ask } = await startPeer({
      find: (_, reply) => {
        reply.match({ [Tag.patientId]: patientId, [Tag.studyInstanceUid]: '2.25.67' });
        reply.end();
      },
    });
    expect(await ask(byPatient, 'study')).toMatchObject({
      patients: [],
      notices: [{ code: 'archive.identifier.differs', description: expect.stringContaining(reason) }],
    });
  });

  it('and of several Accession Numbers in one element are found by each', async () => {
    const { ask } = await startPeer({
      find: (_, reply) => {
        reply.match({ [Tag.studyInstanceUid]: '2.25.64', [Tag.accessionNumber]: 'AN-1\\AN-2' });
        reply.end();
      },
    });
    expect(studyUidsIn(await ask({ accessionNumbers: ['AN-2'] }, 'study'))).toEqual(['2.25.64']);
  });
});
