import { afterEach, describe, expect, it } from '@jest/globals';
import { type Patient } from '@pacs-connectors/connector-core';
import { Tag } from './dimse/tags.js';
import { instanceCount, startPeer, stopPeers, studyUidsIn, verdictsOf } from './testing/peer.js';
import { type Find, type Reply } from './testing/scripted-scp.js';
import { answerFrom, samplePatient } from './testing/tree-scp.js';

const SMALL = samplePatient('SMALL', 3);
const LARGE = samplePatient('LARGE', 12, 2);
const answer = answerFrom([SMALL, LARGE]);
const patient = ({ patientId }: Patient) => ({ patientIds: [{ id: patientId }] });
const isRelational = ({ level, keys }: Find) => level === 'IMAGE' && !keys.get(Tag.seriesInstanceUid);
const isList = ({ keys }: Find) => [...keys.values()].some((value) => value.includes('\\'));
/** A reply that states a count with each match. */
const counting = (reply: Reply, count: string): Reply => ({
  ...reply,
  match: (attributes, status) => reply.match({ ...attributes, [Tag.numberOfStudyRelatedInstances]: count }, status),
});

afterEach(stopPeers);

describe('a peer that must not be trusted', () => {
  it('looks at the first UIDs of a list only, in lists of a kind whose UIDs need not exist', async () => {
    const { ask } = await startPeer({ find: answerFrom([LARGE], () => ({ listLength: 2 })) });
    const uids = LARGE.studies.map(({ studyInstanceUid }) => studyInstanceUid);
    await ask({ studyInstanceUids: uids.slice(0, 2) });
    expect(studyUidsIn(await ask({ studyInstanceUids: uids.slice(0, 5) }))).toHaveLength(5);
    expect(studyUidsIn(await ask({ studyInstanceUids: [...uids.slice(0, 5), '2.25.404'] }))).toHaveLength(5);
  });

  it('cuts answers and states 0 instances for each study', async () => {
    const { ask } = await startPeer(
      {
        find: (find, reply) => {
          if (find.level === 'STUDY') answer(find, counting(reply, '0'));
          else answerFrom([LARGE], () => ({ cutAt: isRelational(find) ? 40 : Infinity }))(find, reply);
        },
      },
      { relational: 'on' },
    );
    const result = await ask(patient(LARGE));
    expect([instanceCount(result), result.notices]).toEqual([48, []]);
  });

  it('cuts answers and states fewer instances than there are', async () => {
    const { ask } = await startPeer({
      find: (find, reply) => {
        if (find.level === 'STUDY') answer(find, counting(reply, '1'));
        else answerFrom([SMALL, LARGE], () => ({ cutAt: isRelational(find) ? 46 : Infinity }))(find, reply);
      },
    });
    await ask(patient(SMALL));
    await ask(patient(SMALL));
    expect(instanceCount(await ask(patient(LARGE)))).toBe(48);
  });
});

describe('a question that a peer need not know costs the answer nothing, where the peer', () => {
  it.each([
    ['says nothing to relational ones', isRelational, (): void => undefined],
    ['aborts over relational ones', isRelational, (reply: Reply) => reply.abort()],
    ['aborts over lists', isList, (reply: Reply) => reply.abort()],
    ['says nothing to lists', isList, (): void => undefined],
  ])('%s', async (_, which, wrong) => {
    const { ask, connector, scp } = await startPeer(
      { find: (find, reply) => (which(find) ? wrong(reply) : answer(find, reply)) },
      { responseTimeoutMs: 1_000 },
    );
    const result = await ask(patient(LARGE));
    expect([instanceCount(result), result.notices]).toEqual([48, []]);
    await verdictsOf(connector);
    const before = scp.finds.length;
    await ask(patient(LARGE));
    expect(scp.finds.slice(before).filter(which)).toHaveLength(0);
  });

  it('comes to say nothing to relational ones: the next answer is had without them', async () => {
    let silent = false;
    const { ask, connector } = await startPeer({
      find: (find, reply) => (silent && isRelational(find) ? undefined : answer(find, reply)),
    });
    await ask(patient(SMALL));
    expect(await verdictsOf(connector)).toMatchObject({ 'relational IMAGE by Patient ID': 'proven' });
    silent = true;
    await expect(ask(patient(SMALL), 'instance', 500)).rejects.toMatchObject({ kind: 'timeout' });
    expect(await verdictsOf(connector)).toMatchObject({ 'relational IMAGE by Patient ID': 'refuted' });
    expect(instanceCount(await ask(patient(SMALL)))).toBe(12);
  });

  it('answers relational ones with all that it has: it is stopped at once', async () => {
    let sent = 0;
    let stopped = false;
    const { ask } = await startPeer({
      find: (find, reply) => {
        if (!isRelational(find)) return answer(find, reply);
        void reply.cancelled.then(() => {
          stopped = true;
          reply.end(0xfe00);
        });
        const send = () => {
          for (let count = 0; count < 100; count += 1) {
            sent += 1;
            reply.match({
              [Tag.patientId]: 'OTHER',
              [Tag.studyInstanceUid]: '2.25.3',
              [Tag.seriesInstanceUid]: '2.25.3.4',
              [Tag.sopInstanceUid]: `2.25.3.4.${sent}`,
            });
          }
          if (!stopped && sent < 100_000) setTimeout(send, 1);
        };
        send();
      },
    });
    expect(instanceCount(await ask(patient(SMALL)))).toBe(12);
    while (!stopped) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(sent).toBeLessThan(50_000);
  });
});

describe('a final response with an identifier, which it must not have', () => {
  const two = samplePatient('FINAL', 2, 41);
  const fromTwo = answerFrom([two]);
  /** Answers with the last match in the final response. */
  const lastInFinal =
    (alsoBefore: boolean) =>
    (find: Find, reply: Reply): void => {
      const matches: Record<number, string | Buffer>[] = [];
      fromTwo(find, { ...reply, match: (attributes) => void matches.push(attributes), end: () => undefined });
      const last = matches.at(-1);
      for (const match of alsoBefore ? matches : matches.slice(0, -1)) reply.match(match);
      if (last) reply.endWith(last);
      else reply.end();
    };

  it.each([
    ['has the last match', lastInFinal(false)],
    ['repeats the last match', lastInFinal(true)],
    [
      'repeats the query',
      (find: Find, reply: Reply) =>
        fromTwo(find, { ...reply, end: () => reply.endWith({ [Tag.queryRetrieveLevel]: find.level }) }),
    ],
  ])('costs nothing: it %s', async (_, find) => {
    const { ask } = await startPeer({ find });
    const result = await ask(patient(two));
    expect([instanceCount(result), result.notices]).toEqual([8, []]);
  });

  it('ends the answer soon if it only announces one', async () => {
    const { ask } = await startPeer({
      find: (find, reply) => fromTwo(find, { ...reply, end: () => reply.endAnnouncing() }),
    });
    const start = performance.now();
    const result = await ask(patient(two));
    expect([instanceCount(result), result.notices]).toEqual([8, []]);
    expect(performance.now() - start).toBeLessThan(10_000);
  });
});

describe('an archive that does not match by Modalities in Study', () => {
  const mixed = samplePatient('MIXED', 3, 51);
  const fromMixed = answerFrom([mixed]);
  const byModality = (modality: string) => ({ ...patient(mixed), filters: { modalitiesInStudy: [modality] } });
  const pushed = (finds: Find[]) => finds.filter(({ keys }) => keys.get(Tag.modalitiesInStudy)).length;

  it.each([
    ['finds nothing with the key', (reply: Reply) => reply.end()],
    ['refuses the key', (reply: Reply) => reply.end(0xa900, 'key not supported')],
    ['cannot process the key', (reply: Reply) => reply.end(0xc002)],
  ])('is queried without the key, and that is remembered: it %s', async (_, wrong) => {
    const { ask, scp } = await startPeer({
      find: (find, reply) => (find.keys.get(Tag.modalitiesInStudy) ? wrong(reply) : fromMixed(find, reply)),
    });
    for (let turn = 0; turn < 2; turn += 1) {
      const result = await ask(byModality('CT'));
      expect([instanceCount(result), result.notices]).toEqual([12, []]);
    }
    expect(pushed(scp.finds)).toBe(1);
  });

  it('is no different from one that has no such study, which is asked twice once', async () => {
    const { ask, scp } = await startPeer({
      find: (find, reply) => {
        const match: Reply['match'] = (attributes) => reply.match({ ...attributes, [Tag.modalitiesInStudy]: 'MR' });
        if (find.keys.get(Tag.modalitiesInStudy)) reply.end();
        else fromMixed(find, { ...reply, match });
      },
    });
    for (let turn = 0; turn < 2; turn += 1) expect(instanceCount(await ask(byModality('US'), 'study'))).toBe(0);
    expect(scp.finds.filter(({ keys }) => !keys.get(Tag.modalitiesInStudy))).toHaveLength(1);
  });
});

describe('an archive with Patient Root only', () => {
  const PATIENT_ROOT = '1.2.840.10008.5.1.4.1.2.1.1';
  const one = samplePatient('ROOT-1', 2, 61);
  const script = {
    accepts: [PATIENT_ROOT],
    find: (find: Find, reply: Reply) => {
      if (find.level === 'PATIENT') {
        reply.match({ [Tag.patientId]: 'ROOT-1', [Tag.patientName]: 'Root^Rosa', [Tag.patientSex]: 'F' });
        return reply.end();
      }
      if (!find.keys.get(Tag.patientId)) return reply.end(0xa900, 'no patient');
      const match: Reply['match'] = ({ [Tag.patientName]: _, ...attributes }) => reply.match(attributes);
      answerFrom([one])(find, { ...reply, match });
    },
  };

  it('gives the attributes of the patient at PATIENT level', async () => {
    const { ask } = await startPeer(script);
    const result = await ask(patient(one));
    expect(result.patients).toMatchObject([{ patientId: 'ROOT-1', patientName: 'Root^Rosa', patientSex: 'F' }]);
    expect([instanceCount(result), result.notices]).toEqual([8, []]);
  });

  it('says that it needs a Patient ID', async () => {
    const { ask } = await startPeer(script);
    await expect(ask({ accessionNumbers: ['A61.1'] })).rejects.toMatchObject({
      code: 'dicom.find.patient-id-required',
      remedy: expect.stringMatching(/Search by Patient ID/),
    });
  });
});

it('a relational query that is answered with something else leaves no notice', async () => {
  const { ask } = await startPeer(
    {
      find: (find, reply) => {
        if (!isRelational(find)) return answer(find, reply);
        reply.match({ [Tag.patientId]: 'SMALL', [Tag.studyInstanceUid]: '2.25.7.1.1' });
        reply.end();
      },
    },
    { relational: 'on' },
  );
  for (let turn = 0; turn < 2; turn += 1) {
    const result = await ask(patient(SMALL));
    expect([instanceCount(result), result.notices]).toEqual([12, []]);
  }
});
