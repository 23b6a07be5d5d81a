import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Tag } from './dimse/tags.js';
import { answer, ask, expectComplete, expectFailure, QUESTION, start, stopAll } from './testing/failing-peer.js';

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

it('a caller who leaves ends every query of the search', async () => {
  const { connector, scp } = await start({
    find: (_, reply) => void reply.cancelled.then(() => reply.end(0xfe00)),
  });
  const caller = new AbortController();
  const pending = ask(connector, { ...QUESTION, patientIds: [{ id: 'P1' }, { id: 'P2' }] }, caller.signal);
  while (scp.finds.length < 2) await delay(5);
  caller.abort();
  await expectFailure(pending, 'cancelled', 'archive.cancelled');
  while (scp.cancels < 2) await delay(5);
  expect(scp.cancels).toBe(2);
});
