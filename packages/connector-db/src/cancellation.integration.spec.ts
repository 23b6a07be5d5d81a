import { describe, expect, it } from '@jest/globals';
import { ask } from './testing/connectors.js';
import { PRODUCTS, question, until, useSampleServer } from './testing/servers.js';

describe.each(PRODUCTS)('cancellation of a search: $name', (product) => {
  const sample = useSampleServer(product);
  const running = () => sample.number(product.running);

  it('ends the statement in the server if the caller leaves, and rejects at once', async () => {
    const connector = sample.openSlow();
    const caller = new AbortController();
    const pending = ask(connector, question, caller.signal).catch((error: unknown) => error);
    await until(async () => (await running()) === 1);
    const start = performance.now();
    caller.abort();
    expect(await pending).toMatchObject({ name: 'ConnectorError', kind: 'cancelled', connectorId: 'archive' });
    // The statement takes 20 s.
    expect(performance.now() - start).toBeLessThan(15_000);
    await until(async () => (await running()) === 0);
    await connector.check(AbortSignal.timeout(10_000));
  });

  it('ends running searches if the connector is closed, and leaves no session behind', async () => {
    const connector = sample.openSlow();
    const pending = ask(connector, question).catch((error: unknown) => error);
    await until(async () => (await running()) === 1);
    await connector.close();
    expect(await pending).toMatchObject({
      name: 'ConnectorError',
      kind: 'unavailable',
      code: 'db.connector.closed',
    });
    await until(async () => (await running()) === 0);
    await until(async () => (await sample.number(product.sessions)) === 0);
  });

  it('has the server end a statement that takes longer than its time-out', async () => {
    const connector = sample.openSlow({ statementTimeout: 500 });
    await expect(ask(connector, question)).rejects.toMatchObject({
      kind: 'timeout',
      code: 'db.statement.timeout',
      message: expect.stringContaining('longer than its time-out'),
    });
    await until(async () => (await running()) === 0);
  });

  it('reports the deadline of the caller as a time-out', async () => {
    await expect(ask(sample.openSlow(), question, AbortSignal.timeout(300))).rejects.toMatchObject({
      kind: 'timeout',
      code: 'archive.timeout',
    });
    await until(async () => (await running()) === 0);
  });
});
