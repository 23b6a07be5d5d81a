import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Tag } from './dimse/tags.js';
import { instanceCount, startPeer, stopPeers, studyUidsIn } from './testing/peer.js';
import { type Negotiation, type Script } from './testing/scripted-scp.js';
import { answerFrom, samplePatient } from './testing/tree-scp.js';

const PATIENT = samplePatient('POOL-7', 5, 31);
const answer = answerFrom([PATIENT]);
const byPatient = { patientIds: [{ id: 'POOL-7' }] };

afterEach(stopPeers);

describe('an archive that serves one association at a time', () => {
  /** Accepts an association while none is open, and treats others so. */
  const oneOnly = (other: Negotiation): Script => ({
    find: answer,
    negotiate: () => (peer.scp.open === 0 ? 'accept' : other),
  });
  let peer: Awaited<ReturnType<typeof startPeer>>;

  it.each<[string, Negotiation]>([
    ['aborts a further one', 'abort'],
    ['closes a further one', 'close'],
    ['ignores a further one', 'silence'],
    ['rejects a further one for good', { reject: [1, 3, 1] }],
    ['rejects the caller of a further one', { reject: [1, 1, 3] }],
    ['answers a further one with noise', { raw: 'BUSY\r\n' }],
  ])('is searched completely by the one that works: it %s', async (_, other) => {
    peer = await startPeer(oneOnly(other), { relational: 'off', uidLists: 'off', connectTimeoutMs: 2_000 });
    for (let turn = 0; turn < 2; turn += 1) {
      const result = await peer.ask(byPatient);
      expect([instanceCount(result), result.notices]).toEqual([20, []]);
    }
  });

  it('names max-associations in the health check', async () => {
    peer = await startPeer(oneOnly('abort'), { relational: 'off', uidLists: 'off' });
    await peer.ask(byPatient);
    const { details } = await peer.connector.check(AbortSignal.timeout(10_000));
    expect(details?.congestion).toMatch(/further association failed.*max-associations/);
  });

  it('is searched completely by the one that works: it accepts a further one and never answers its queries', async () => {
    let served = { closed: true };
    peer = await startPeer(
      {
        find: (find, reply) => {
          if (served.closed) served = reply.association;
          if (served === reply.association) answer(find, reply);
        },
      },
      { relational: 'off', uidLists: 'off' },
    );
    for (let turn = 0; turn < 2; turn += 1) {
      const result = await peer.ask(byPatient, 'instance', 10_000);
      expect([instanceCount(result), result.notices]).toEqual([20, []]);
    }
    const { details } = await peer.connector.check(AbortSignal.timeout(10_000));
    expect(details?.congestion).toMatch(/left its query unanswered.*max-associations/);
  });

  it('is not suspected because it answers a health check sooner than a query', async () => {
    const { ask, connector } = await startPeer(
      { find: (find, reply) => void setTimeout(() => answer(find, reply), find.keys.get(Tag.patientId) ? 5_000 : 0) },
      { relational: 'off', uidLists: 'off' },
    );
    const slow = ask(byPatient, 'study', 8_000);
    await delay(100);
    await connector.check(AbortSignal.timeout(10_000));
    expect(studyUidsIn(await slow)).toHaveLength(5);
    expect((await connector.check(AbortSignal.timeout(10_000))).details).not.toHaveProperty('congestion');
  });

  it('is not suspected because of one query that it never answers', async () => {
    let bad: string | undefined;
    const { ask } = await startPeer(
      {
        find: (find, reply) => {
          if (find.level === 'SERIES' && reply.association !== first) bad ??= find.keys.get(Tag.studyInstanceUid);
          first ??= reply.association;
          if (find.level === 'SERIES' && find.keys.get(Tag.studyInstanceUid) === bad) return;
          setTimeout(() => answer(find, reply), 100);
        },
      },
      { relational: 'off', uidLists: 'off', maxAssociations: 2 },
    );
    let first: unknown;
    const result = await ask(byPatient, 'instance', 8_000);
    expect(instanceCount(result)).toBe(16);
    expect(result.notices).toMatchObject([{ code: 'dicom.queries.failed', missing: { studyInstanceUids: [bad] } }]);
  });

  it('gets the unused one back early while it leaves another one unserved', async () => {
    let held: (() => void) | undefined;
    peer = await startPeer(
      {
        find: (find, reply) => {
          // The second association is served when the first one is gone.
          if (peer.scp.open < 2 || find.keys.get(Tag.patientId) === 'POOL-7') return answer(find, reply);
          held = () => answer(find, reply);
          const timer = setInterval(() => {
            if (peer.scp.open > 1) return;
            clearInterval(timer);
            held?.();
          }, 20).unref();
        },
      },
      { relational: 'off', uidLists: 'off', maxAssociations: 2, idleTimeoutMs: 60_000 },
    );
    const studyUid = PATIENT.studies[0]?.studyInstanceUid ?? '';
    const both = await Promise.all([
      peer.ask(byPatient, 'study'),
      delay(50).then(() => peer.ask({ studyInstanceUids: [studyUid] }, 'study')),
    ]);
    expect(both.map((result) => studyUidsIn(result).length)).toEqual([5, 1]);
  });
});

describe('a test of relational queries in the background', () => {
  const isRelational = (find: { level: string; keys: Map<number, string> }) =>
    find.level === 'IMAGE' && !find.keys.get(Tag.seriesInstanceUid);

  it.each([true, false])('gives its association to a caller; the archive obeys C-CANCEL: %s', async (obeys) => {
    const { ask, scp, connector } = await startPeer(
      {
        find: (find, reply) => {
          if (!isRelational(find)) return answer(find, reply);
          void reply.cancelled.then(() => obeys && reply.end(0xfe00));
        },
      },
      { maxAssociations: 1 },
    );
    expect(instanceCount(await ask(byPatient))).toBe(20);
    while (!scp.finds.some(isRelational)) await delay(5);
    const start = performance.now();
    const result = await ask(byPatient);
    expect([instanceCount(result), result.notices]).toEqual([20, []]);
    // The test itself would take 10 s.
    expect(performance.now() - start).toBeLessThan(5_000);
    const { details } = await connector.check(AbortSignal.timeout(10_000));
    expect(details?.['relational IMAGE by Patient ID']).not.toBe('refuted');
  });

  it('is repeated after it gave way, and counts then', async () => {
    let slow = true;
    const { ask, scp, connector } = await startPeer(
      {
        find: (find, reply) => {
          if (!slow || !isRelational(find)) return answer(find, reply);
          void reply.cancelled.then(() => reply.end(0xfe00));
        },
      },
      { maxAssociations: 1 },
    );
    await ask(byPatient);
    while (!scp.finds.some(isRelational)) await delay(5);
    await ask(byPatient, 'study');
    slow = false;
    const before = scp.finds.filter(isRelational).length;
    await ask(byPatient);
    while (scp.finds.filter(isRelational).length === before) await delay(5);
    await delay(200);
    const { details } = await connector.check(AbortSignal.timeout(10_000));
    expect(details?.['relational IMAGE by Patient ID']).toBe('proven');
  });
});

describe('an archive that breaks off at SOP Class Extended Negotiation', () => {
  it.each<[string, Negotiation]>([
    ['aborts', 'abort'],
    ['closes', 'close'],
    ['rejects', { reject: [1, 1, 1] }],
  ])('is asked again without it, once: it %s', async (_, refusal) => {
    const { ask, scp } = await startPeer({
      find: answer,
      negotiate: (_connection, request) => (request.includes(Buffer.from([0x56, 0x00])) ? refusal : 'accept'),
    });
    const result = await ask(byPatient);
    expect([instanceCount(result), result.notices]).toEqual([20, []]);
    const before = scp.connections;
    expect(instanceCount(await ask(byPatient))).toBe(20);
    expect(scp.connections).toBe(before);
    expect(scp.offers).toBe(1);
  });
});
