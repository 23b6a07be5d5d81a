import { describe, expect, it } from '@jest/globals';
import { Trust } from './query-support.js';

describe('trust in a shape of question', () => {
  it('auto: is earned by a proof, up to its size, and lost by one wrong answer', () => {
    const trust = new Trust('auto');
    expect([trust.isTrusted('a'), trust.isUntried('a')]).toEqual([false, true]);
    trust.prove('a', 100);
    expect([trust.isTrusted('a'), trust.provenRows('a') >= 100, trust.provenRows('a') >= 101]).toEqual([
      true,
      true,
      false,
    ]);
    trust.prove('a', 50);
    expect(trust.provenRows('a') >= 100).toBe(true);
    trust.refute('a');
    expect([trust.isTrusted('a'), trust.isUntried('a'), trust.provenRows('a') >= 1]).toEqual([false, false, false]);
    expect(trust.isUntried('b')).toBe(true);
    expect(trust.summary()).toEqual({ a: 'refuted' });
  });

  it('auto: may be tried again after an hour', () => {
    let now = 0;
    const trust = new Trust('auto', () => now);
    trust.refute('a');
    now = 3_599_999;
    expect(trust.isUntried('a')).toBe(false);
    now = 3_600_000;
    expect(trust.isUntried('a')).toBe(true);
  });

  it('on: is there from the start, and lost all the same', () => {
    const trust = new Trust('on');
    expect([trust.isTrusted('a'), trust.provenRows('a') >= 1_000_000, trust.isUntried('a')]).toEqual([
      true,
      true,
      false,
    ]);
    trust.refute('a');
    expect(trust.isTrusted('a')).toBe(false);
  });

  it('off: is never there', () => {
    const trust = new Trust('off');
    trust.prove('a', 1);
    expect([trust.isTrusted('a'), trust.isUntried('a')]).toEqual([false, false]);
  });
});
