import { afterEach, describe, expect, it } from '@jest/globals';
import { Tag } from './dimse/tags.js';
import { answer, ask, PATIENT, QUESTION, start, stopAll } from './testing/failing-peer.js';
import { type Script } from './testing/scripted-scp.js';
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

  it('duplicates stand once', async () => {
    const { patients } = await studiesOf(only([study, study]));
    expect(patients.flatMap(({ studies }) => studies)).toHaveLength(1);
  });

  it('a missing UID is left out and told', async () => {
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

  it('fewer instances than the archive counts are told', async () => {
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
