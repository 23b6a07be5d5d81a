import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, expect, it } from '@jest/globals';
import { AssociationPool, type PoolOptions } from './association-pool.js';
import { Association } from './dimse/association.js';
import { type ScriptedScp, startScriptedScp } from './testing/scripted-scp.js';

let scp: ScriptedScp;
let pool: AssociationPool;
afterEach(async () => {
  await pool.close();
  await scp.stop();
});

const signal = () => AbortSignal.timeout(20_000);
async function start(options: Partial<PoolOptions>): Promise<void> {
  scp = await startScriptedScp();
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
