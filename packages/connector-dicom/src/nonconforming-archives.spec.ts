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
