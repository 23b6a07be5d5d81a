import { describe, expect, it } from '@jest/globals';
import { ask } from './testing/connectors.js';
import { demoQuestion, PRODUCTS, question, until, useSampleServer } from './testing/servers.js';

describe.each(PRODUCTS)('concurrent searches: $name', (product) => {
  const sample = useSampleServer(product);

  it('answers 20 searches at once with two connections', async () => {
    const connector = sample.open({ poolMax: 2 });
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask(connector, demoQuestion)));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]?.patients[0]?.studies).toHaveLength(3);
    const { details } = await connector.check(AbortSignal.timeout(10_000));
    expect(details).toMatchObject({ connectionsMax: 2, connectionsInUse: 0 });
    expect(connector.connections()).toEqual({ inUse: 0, idle: expect.any(Number), limit: 2 });
    expect(await sample.number(product.sessions)).toBeLessThanOrEqual(2);
  });

  it('stops waiting for a connection if the caller leaves, and works afterwards', async () => {
    const connector = sample.openSlow({ poolMax: 1 });
    const first = new AbortController();
    const busy = ask(connector, question, first.signal).catch((error: unknown) => error);
    await until(async () => (await sample.number(product.running)) === 1);
    expect(connector.connections()).toEqual({ inUse: 1, idle: 0, limit: 1 });
    await expect(ask(connector, question, AbortSignal.timeout(200))).rejects.toMatchObject({ kind: 'timeout' });
    first.abort();
    expect(await busy).toMatchObject({ kind: 'cancelled' });
    await connector.check(AbortSignal.timeout(10_000));
  });

  it('reports that no connection became free', async () => {
    const oneSecond = product.engine === 'postgresql' ? '1' : '1000';
    const connector = sample.openSlow({
      uri: `${sample.server.jdbcUrl}?connectTimeout=${oneSecond}`,
      statementTimeout: 1_000,
      poolMax: 1,
    });
    // One second each, one after the other. No search waits longer than a connection and a statement may take.
    const outcomes = await Promise.allSettled(Array.from({ length: 5 }, () => ask(connector, question)));
    const faults = outcomes.map(
      (outcome) => (outcome as PromiseRejectedResult).reason as { kind: string; code: string; message: string },
    );
    expect(faults.map(({ kind }) => kind)).toEqual(Array(5).fill('timeout'));
    expect(faults.filter(({ code }) => code === 'db.pool.exhausted')[0]?.message).toContain(
      'no connection became free',
    );
  });
});
