import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, expect, it } from '@jest/globals';
import { AssociationPool, type PoolOptions } from './association-pool.js';
import { Association } from './association.js';
import { type Script, type ScriptedScp, startScriptedScp } from '../testing/scripted-scp.js';

let scp: ScriptedScp;
let pool: AssociationPool;
afterEach(async () => {
  await pool.close();
  await scp.stop();
});

const signal = () => AbortSignal.timeout(20_000);
async function start(options: Partial<PoolOptions>, script: Script = {}): Promise<void> {
  scp = await startScriptedScp(script);
  const peer = {
    callingAeTitle: 'A',
    calledAeTitle: scp.aet,
    host: '127.0.0.1',
    port: scp.dicomPort,
    informationModel: 'auto' as const,
    connectTimeoutMs: 10_000,
    responseTimeoutMs: 10_000,
    offerRelational: false,
  };
  const all = { limit: 4, idleMs: 5_000, maxUses: 100, maxAgeMs: 100_000, ...options };
  pool = new AssociationPool((opening) => Association.open(peer, opening), all);
}

it('the peer never has more associations than the limit, those being released included', async () => {
  await start({ limit: 2, maxUses: 1 });
  await Promise.all(Array.from({ length: 20 }, () => pool.run((one) => one.echo(signal()), signal())));
  expect(scp.connections).toBe(20);
  expect(scp.most).toBe(2);
});

it('associations that nobody needs are released, however often others are used', async () => {
  await start({ idleMs: 200 });
  let busy = 0;
  await Promise.all(
    Array.from({ length: 3 }, () =>
      pool.run(async () => {
        busy += 1;
        while (busy < 3) await delay(5);
      }, signal()),
    ),
  );
  expect(pool.use).toEqual({ inUse: 0, idle: 3, limit: 4 });
  while (pool.size > 1) {
    await pool.run((one) => one.echo(signal()), signal());
    await delay(20);
  }
  expect(scp.releases).toBe(2);
  while (pool.size > 0) await delay(20);
});

it('a full peer is tried seldom, however many wait, and all are served once it has room', async () => {
  // PS3.8 table 9-21: rejected-transient, presentation related, local limit exceeded.
  let room = 1;
  let refused = 0;
  await start(
    { limit: 4 },
    {
      negotiate: () => {
        if (scp.open < room) return 'accept';
        refused += 1;
        return { reject: [2, 3, 2] };
      },
    },
  );
  let free: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (free = resolve));
  const holder = pool.run(() => held, signal());
  while (scp.open < 1) await delay(5);
  let served = 0;
  const waiting = Array.from({ length: 30 }, () =>
    pool.run(async (one) => {
      await one.echo(signal());
      served += 1;
    }, signal()),
  );
  await delay(1500);
  expect(pool.congestion?.message).toContain('limit');
  // Three at first, then after rests that double up to two seconds.
  expect(refused).toBeGreaterThan(0);
  expect(refused).toBeLessThanOrEqual(20);
  expect(served).toBe(0);
  room = 3;
  await Promise.all(waiting);
  free();
  await holder;
  expect(scp.most).toBeLessThanOrEqual(3);
});

it('all callers that wait for a peer get its permanent refusal', async () => {
  await start({ limit: 1 }, { negotiate: () => ({ reject: [1, 1, 7] }) });
  const asked = Array.from({ length: 5 }, () => pool.run((one) => one.echo(signal()), signal()));
  const answers = await Promise.allSettled(asked);
  expect(answers.map(({ status }) => status)).toEqual(Array(5).fill('rejected'));
  expect(scp.connections).toBe(5);
});
