import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { emptyCriteria } from '@pacs-connectors/connector-core';
import { Tag } from './dimse/tags.js';
import { answer, ask, expectComplete, start, stopAll } from './testing/failing-peer.js';

afterEach(stopAll);

describe('many callers', () => {
  it('hold no more associations than the limit, ask one question once, and are all answered', async () => {
    const { connector, scp } = await start({ find: answer }, { maxAssociations: 3 });
    const one = Array.from({ length: 25 }, () => ask(connector));
    const others = Array.from({ length: 25 }, (_, n) =>
      ask(connector, { ...emptyCriteria(), accessionNumbers: [`A1.${(n % 2) + 1}`] }),
    );
    for (const result of await Promise.all(one)) expectComplete(result);
    for (const { patients } of await Promise.all(others)) expect(patients[0]?.studies).toHaveLength(1);
    expect(scp.most).toBeLessThanOrEqual(3);
    expect(
      scp.finds.filter(({ keys }) => keys.get(Tag.patientId) === 'P1' && keys.get(Tag.studyDate) === ''),
    ).toHaveLength(1);
  });

  it('leave associations that are released after a short time', async () => {
    const { connector, scp } = await start({ find: answer }, { idleTimeoutMs: 50 });
    expectComplete(await ask(connector));
    while (scp.open > 0) await delay(10);
    expect(scp.releases).toBe(scp.connections);
  });
});
