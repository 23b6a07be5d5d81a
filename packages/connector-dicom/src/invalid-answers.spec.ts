import { afterEach, describe, expect, it } from '@jest/globals';
import { writeDataSet } from './dimse/data-set.js';
import { Tag } from './dimse/tags.js';
import { answer, ask, PATIENT, QUESTION, start, stopAll } from './testing/failing-peer.js';
import { dataSetOf, type Script } from './testing/scripted-scp.js';
import { answerFrom } from './testing/tree-scp.js';

afterEach(stopAll);

describe('an answer with faults', () => {
  const study = { [Tag.patientId]: 'P1', [Tag.studyInstanceUid]: '2.25.7.1.1', [Tag.studyDate]: '20250101' };
  const only = (matches: Record<number, string | Buffer>[], status?: number): Script => ({
    find: (find, reply) => {
      if (find.level !== 'STUDY') return answer(find, reply);
      for (const match of matches) reply.match(match, status);
      reply.end();
    },
  });
  const studiesOf = async (script: Script) => {
    const { connector } = await start(script);
    return connector.search(QUESTION, { signal: AbortSignal.timeout(20_000), depth: 'study' });
  };

  it('more than was asked: other patients are left out', async () => {
    const { patients } = await studiesOf(
      only([
        study,
        { ...study, [Tag.patientId]: 'P2', [Tag.studyInstanceUid]: '2.25.9' },
        { [Tag.studyInstanceUid]: '2.25.8' },
      ]),
    );
    expect(patients.flatMap(({ studies }) => studies.map((one) => one.studyInstanceUid))).toEqual(['2.25.7.1.1']);
  });

  it('lists duplicates once', async () => {
    const { patients } = await studiesOf(only([study, study]));
    expect(patients.flatMap(({ studies }) => studies)).toHaveLength(1);
  });

  it('leaves out a match without a UID, with a notice', async () => {
    const { patients, notices } = await studiesOf(
      only([study, { [Tag.patientId]: 'P1' }, { ...study, [Tag.studyInstanceUid]: 'abc' }]),
    );
    expect(patients.flatMap(({ studies }) => studies)).toHaveLength(1);
    expect(notices).toEqual([expect.objectContaining({ severity: 'WARN', code: 'dicom.matches.without-uid' })]);
    expect(notices[0]?.description).toMatch(/no valid UID.*missing/);
  });

  it('odd lengths, invalid dates and warnings are borne', async () => {
    const odd = { ...study, [Tag.patientName]: Buffer.from('A^B'), [Tag.studyDate]: Buffer.from('not a date!') };
    const { patients, notices } = await studiesOf(only([odd], 0xff01));
    expect(patients).toEqual([expect.objectContaining({ patientId: 'P1', patientName: 'A^B' })]);
    expect(patients[0]?.studies[0]?.studyInstanceUid).toBe('2.25.7.1.1');
    expect(notices).toEqual([]);
  });

  it('reports fewer instances than the archive counts', async () => {
    const { connector } = await start({
      find: (find, reply) => {
        if (find.level !== 'STUDY') return answer(find, reply);
        reply.match({ ...study, [Tag.numberOfStudyRelatedInstances]: '7' });
        reply.end();
      },
    });
    const { notices } = await ask(connector);
    expect(notices).toEqual([expect.objectContaining({ severity: 'WARN', code: 'dicom.images.missing' })]);
    expect(notices[0]?.description).toMatch(/counts 3 more images/);
  });
});

describe('a query below the studies that is refused', () => {
  it('loses its part only, and the answer says so', async () => {
    const broken = PATIENT.studies[0]?.studyInstanceUid;
    const { connector } = await start({
      find: (find, reply) =>
        find.level === 'SERIES' && find.keys.get(Tag.studyInstanceUid) === broken
          ? reply.end(0xc000, 'database locked')
          : answerFrom([PATIENT], () => ({ relational: 'refused' }))(find, reply),
    });
    const { patients, notices } = await ask(connector);
    expect(patients[0]?.studies.map(({ series }) => series.length).sort()).toEqual([0, 2]);
    expect(notices).toEqual([
      expect.objectContaining({ severity: 'ERROR', title: 'Incomplete', code: 'dicom.queries.refused' }),
    ]);
    expect(notices[0]?.description).toMatch(/missing.*0xC000.*database locked/);
  });
});

describe('an identifier that cannot be read', () => {
  const IMPLICIT = { [Tag.patientId]: 'P1', [Tag.studyInstanceUid]: '2.25.7.1.9', [Tag.studyDate]: '20231231' };

  it.each([
    ['ends within an element', (bytes: Buffer) => bytes.subarray(0, -3)],
    [
      'has an element with an impossible length',
      (bytes: Buffer) => Buffer.concat([bytes, Buffer.from('28000000ffffff7f', 'hex')]),
    ],
    [
      'has a sequence without an end',
      (bytes: Buffer) => Buffer.concat([bytes, Buffer.from('28000000ffffffff', 'hex')]),
    ],
  ])('costs one match: it %s', async (_, damage) => {
    const { connector } = await start({
      find: (find, reply) => {
        if (find.level !== 'STUDY') return answer(find, reply);
        reply.match({ ...IMPLICIT, [Tag.studyInstanceUid]: '2.25.7.1.1' });
        reply.matchBytes(damage(dataSetOf(IMPLICIT)));
        reply.match({ ...IMPLICIT, [Tag.studyInstanceUid]: '2.25.7.1.2' });
        reply.end();
      },
    });
    const result = await connector.search(QUESTION, { signal: AbortSignal.timeout(20_000), depth: 'study' });
    expect(result.patients[0]?.studies).toHaveLength(2);
    expect(result.notices).toMatchObject([{ code: 'dicom.matches.malformed', missing: { level: 'study', count: 1 } }]);
  });

  it('is read in explicit VR though implicit VR was accepted', async () => {
    const explicit = writeDataSet(
      [
        { tag: Tag.studyDate, vr: 'DA', value: Buffer.from('20231231') },
        { tag: Tag.patientId, vr: 'LO', value: Buffer.from('P1') },
        { tag: Tag.studyInstanceUid, vr: 'UI', value: Buffer.from('2.25.7.1.9') },
      ],
      true,
    );
    const { connector } = await start({
      find: (_, reply) => {
        reply.matchBytes(explicit);
        reply.end();
      },
    });
    const result = await connector.search(QUESTION, { signal: AbortSignal.timeout(20_000), depth: 'study' });
    expect(result).toMatchObject({ patients: [{ studies: [{ studyDate: '20231231' }] }], notices: [] });
  });
});

describe('a UID that breaks the rules', () => {
  it.each(['SCOUT.2.25.5', `1.2.${'3'.repeat(70)}`, '1.2.840.A1'])('is used as it is: %s', async (uid) => {
    const { connector, scp } = await start({
      find: ({ level }, reply) => {
        const keys = { [Tag.patientId]: 'P1', [Tag.studyInstanceUid]: '2.25.5', [Tag.seriesInstanceUid]: uid };
        if (level === 'STUDY') reply.match(keys);
        else if (level === 'SERIES') reply.match({ ...keys, [Tag.modality]: 'CT' });
        else reply.match({ ...keys, [Tag.sopInstanceUid]: `${uid}.1` });
        reply.end();
      },
    });
    const { patients, notices } = await ask(connector);
    expect(patients).toMatchObject([
      { studies: [{ series: [{ seriesInstanceUid: uid, instances: [{ sopInstanceUid: `${uid}.1` }] }] }] },
    ]);
    expect(notices).toEqual([]);
    expect(scp.finds.some(({ keys }) => keys.get(Tag.seriesInstanceUid) === uid)).toBe(true);
  });

  it.each(['', '1.2*', '1.2\\3', 'abc', '1 2'])('is counted by level if it cannot be used: %j', async (uid) => {
    const { connector } = await start(
      {
        find: (find, reply) => {
          answer(find, {
            ...reply,
            match: (attributes, status) =>
              reply.match(
                find.level === 'SERIES' && attributes[Tag.seriesInstanceUid] === '2.25.7.1.1.2'
                  ? { ...attributes, [Tag.seriesInstanceUid]: uid }
                  : attributes,
                status,
              ),
          });
        },
      },
      { relational: 'off' },
    );
    const { notices } = await ask(connector);
    expect(notices).toMatchObject([{ code: 'dicom.matches.without-uid', missing: { level: 'series', count: 1 } }]);
  });
});
