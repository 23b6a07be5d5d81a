import { describe, expect, it } from '@jest/globals';
import { Limiter } from './limiter.js';

const signal = new AbortController().signal;
const soon = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('Limiter', () => {
  it('does no more than so many things at once, in order, failures too', async () => {
    const limiter = new Limiter(2);
    const order: number[] = [];
    let running = 0;
    let most = 0;
    const outcomes = await Promise.allSettled(
      [0, 1, 2, 3, 4].map((n) =>
        limiter.run(signal, async () => {
          order.push(n);
          most = Math.max(most, ++running);
          await soon();
          running--;
          if (n === 1) throw new Error('fails');
        }),
      ),
    );
    expect([most, order]).toEqual([2, [0, 1, 2, 3, 4]]);
    expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(1);
  });

  it('lets one leave the queue, and goes on with the next', async () => {
    const limiter = new Limiter(1);
    const leaver = new AbortController();
    let finish: () => void = () => undefined;
    const first = limiter.run(signal, () => new Promise<void>((resolve) => (finish = resolve)));
    const leaving = limiter.run(leaver.signal, () => Promise.resolve());
    const last = limiter.run(signal, () => Promise.resolve('done'));
    leaver.abort(new Error('gone'));
    await expect(leaving).rejects.toThrow('gone');
    finish();
    expect(await last).toBe('done');
    await first;
    expect(await limiter.run(signal, () => Promise.resolve('free again'))).toBe('free again');
  });
});
