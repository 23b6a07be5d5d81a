import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Tag } from './dimse/tags.js';
import {
  answer,
  ask,
  expectComplete,
  expectFailure,
  PATIENT,
  QUESTION,
  start,
  stopAll,
} from './testing/failing-peer.js';

afterEach(stopAll);

describe('a caller who leaves', () => {
  it('sends C-CANCEL, after which the association is used again', async () => {
    const { connector, scp } = await start(
      {
        find: (find, reply, count) => {
          if (count > 1) return answer(find, reply);
          reply.match({ [Tag.patientId]: 'P1', [Tag.studyInstanceUid]: '2.25.7.1.1' });
          void reply.cancelled.then(() => reply.end(0xfe00));
        },
      },
      { maxAssociations: 1 },
    );
    const caller = new AbortController();
    const pending = ask(connector, QUESTION, caller.signal);
    while (scp.finds.length === 0) await delay(5);
    caller.abort();
    await expectFailure(pending, 'cancelled', 'archive.cancelled');
    expectComplete(await ask(connector));
    expect(scp.cancels).toBe(1);
    expect(scp.connections).toBe(1);
  });

  it('costs the association if the peer ignores C-CANCEL', async () => {
    const { connector, scp } = await start(
      { find: (find, reply, count) => (count > 1 ? answer(find, reply) : undefined) },
      { maxAssociations: 1 },
    );
    await expectFailure(
      ask(connector, QUESTION, AbortSignal.timeout(100)),
      'timeout',
      'dicom.query.deadline-passed',
      /within 0.1 s/,
    );
    expectComplete(await ask(connector));
    expect(scp.connections).toBe(2);
  });
});

it('a query that fails below the studies ends the other queries of its search', async () => {
  const { connector, scp } = await start({
    find: (find, reply) => {
      if (find.level === 'STUDY') return answer(find, reply);
      if (find.keys.get(Tag.studyInstanceUid) === PATIENT.studies[0]?.studyInstanceUid) {
        const others = setInterval(() => {
          if (scp.finds.length < 3) return;
          clearInterval(others);
          reply.raw(Buffer.from([4, 0, 0, 0, 0, 6, 0, 0, 9, 9, 1, 3]));
        }, 5).unref();
        return;
      }
      void reply.cancelled.then(() => reply.end(0xfe00));
    },
  });
  await expectFailure(ask(connector), 'protocol', 'dicom.answer.malformed', /malformed/);
  while (scp.cancels === 0) await delay(5);
  expect(scp.cancels).toBeGreaterThan(0);
});
