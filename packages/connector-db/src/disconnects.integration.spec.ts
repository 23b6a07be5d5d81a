import { describe, expect, it } from '@jest/globals';
import { ask } from './testing/connectors.js';
import { demoQuestion, PRODUCTS, question, until, useSampleServer } from './testing/servers.js';

describe.each(PRODUCTS)('disconnects: $name', (product) => {
  const sample = useSampleServer(product);

  it('keeps the deadline of a server that hangs, and answers when it goes on', async () => {
    const connector = sample.open({ poolMax: 1 });
    await ask(connector, demoQuestion);
    await sample.server.pause();
    try {
      const start = performance.now();
      const [asked, checked] = await Promise.allSettled([
        ask(connector, demoQuestion, AbortSignal.timeout(500)),
        connector.check(AbortSignal.timeout(500)),
      ]);
      expect(performance.now() - start).toBeLessThan(30_000);
      expect(asked).toMatchObject({ reason: { kind: 'timeout' } });
      expect(checked).toMatchObject({ reason: { kind: 'timeout' } });
    } finally {
      await sample.server.resume();
    }
    const { patients } = await ask(connector, demoQuestion);
    expect(patients[0]?.studies).toHaveLength(3);
  });

  it('closes while the server hangs', async () => {
    const connector = sample.open();
    await ask(connector, demoQuestion);
    await sample.server.pause();
    try {
      const pending = ask(connector, demoQuestion).catch((error: unknown) => error);
      await connector.close();
      expect(await pending).toMatchObject({ name: 'ConnectorError', kind: 'unavailable', code: 'db.connector.closed' });
    } finally {
      await sample.server.resume();
    }
  });

  it('returns no partial answer if the server crashes during a search, and answers when it is back', async () => {
    const slowRows = product.slow.replace('20', '0.02');
    const connector = sample.openWith(sample.selectOf(`${slowRows} as studyId`, 2_000));
    const healthy = sample.open();
    await ask(healthy, demoQuestion);
    const pending = ask(connector, question).catch((error: unknown) => error);
    await until(async () => (await sample.number(product.sessions)) >= 2);
    await new Promise((resolve) => setTimeout(resolve, 300));
    await sample.server.crash();
    expect(await pending).toMatchObject({ name: 'ConnectorError', kind: 'unavailable' });
    await expect(ask(healthy, demoQuestion)).rejects.toMatchObject({
      kind: 'unavailable',
      remedy: expect.any(String),
    });
    await expect(healthy.check(AbortSignal.timeout(5_000))).rejects.toMatchObject({
      kind: 'unavailable',
      code: 'db.server.unreachable',
    });
    await sample.server.start();
    const { patients } = await ask(healthy, demoQuestion);
    expect(patients[0]?.studies).toHaveLength(3);
  });
});
