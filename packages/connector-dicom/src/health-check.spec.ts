import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Tag } from './dimse/tags.js';
import { ask, expectFailure, QUESTION, start, stopAll } from './testing/failing-peer.js';

afterEach(stopAll);

describe('the health check', () => {
  it('reports the latency of C-ECHO and the associations', async () => {
    const { connector } = await start({});
    const { latencyMs, details } = await connector.check(AbortSignal.timeout(10_000));
    expect(latencyMs).toBeGreaterThan(0);
    expect(details).toMatchObject({ associations: 1, maxAssociations: 4 });
  });

  it('is well where every association is in use and answers on it', async () => {
    const { connector, scp } = await start(
      {
        find: (_, reply) => {
          // Unref'd: where the connection ends before the C-CANCEL, nothing else ends it.
          const drip = setInterval(() => reply.match({ [Tag.patientId]: 'P2' }), 20).unref();
          void reply.cancelled.then(() => {
            clearInterval(drip);
            reply.end(0xfe00);
          });
        },
      },
      { maxAssociations: 1, echoTimeoutMs: 500 },
    );
    const caller = new AbortController();
    const pending = ask(connector, QUESTION, caller.signal);
    while (scp.finds.length === 0) await delay(5);
    const { details } = await connector.check(AbortSignal.timeout(10_000));
    expect(details?.echo).toMatch(/every association is in use/);
    caller.abort();
    await expectFailure(pending, 'cancelled', 'archive.cancelled');
  });

  it('has a time-out of its own', async () => {
    const { connector } = await start({ negotiate: () => 'silence' }, { echoTimeoutMs: 200 });
    const check = connector.check(AbortSignal.timeout(20_000));
    await expectFailure(check, 'timeout', 'dicom.echo.timeout', /no answer to C-ECHO within 0.2 s/, /hangs.*firewall/);
  });
});
