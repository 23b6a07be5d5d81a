import { describe, expect, it } from '@jest/globals';
import { BATCH_SIZE } from './engine.js';
import { PushedRows } from './pushed-rows.js';

const ignore = { pause: () => undefined, resume: () => undefined };

async function all(rows: PushedRows): Promise<number[]> {
  const sizes: number[] = [];
  for await (const batch of rows) sizes.push(batch.length);
  return sizes;
}

describe('PushedRows', () => {
  it('gives what was pushed in batches', async () => {
    const rows = new PushedRows(ignore);
    const sizes = all(rows);
    for (let n = 0; n < BATCH_SIZE + 1; n++) rows.push([n]);
    await new Promise(setImmediate);
    rows.end();
    expect(await sizes).toEqual([BATCH_SIZE, 1]);
  });

  it('fails even if the driver reports the end after the error, as mysql2 does', async () => {
    const rows = new PushedRows(ignore);
    rows.push([1]);
    rows.end(new Error('lost'));
    rows.end();
    await expect(all(rows)).rejects.toThrow('lost');
  });

  it('holds its source back while nobody takes the rows', async () => {
    const calls: string[] = [];
    const rows = new PushedRows({ pause: () => calls.push('pause'), resume: () => calls.push('resume') });
    for (let n = 0; n < 5 * BATCH_SIZE; n++) rows.push([n]);
    expect(calls).toEqual(['pause']);
    rows.end();
    expect((await all(rows)).reduce((sum, size) => sum + size)).toBe(5 * BATCH_SIZE);
    expect(calls).toEqual(['pause', 'resume']);
  });
});
