import { describe, expect, it } from '@jest/globals';
import { QuerySupport } from './query-support.js';

describe('support in a shape of question', () => {
  it('auto: is earned by a proof, up to its size, and lost by one wrong answer', () => {
    const support = new QuerySupport('auto');
    expect([support.isSupported('a'), support.isUnchecked('a')]).toEqual([false, true]);
    support.confirm('a', 100);
    expect([support.isSupported('a'), support.confirmedRows('a') >= 100, support.confirmedRows('a') >= 101]).toEqual([
      true,
      true,
      false,
    ]);
    support.confirm('a', 50);
    expect(support.confirmedRows('a') >= 100).toBe(true);
    support.refute('a');
    expect([support.isSupported('a'), support.isUnchecked('a'), support.confirmedRows('a') >= 1]).toEqual([
      false,
      false,
      false,
    ]);
    expect(support.isUnchecked('b')).toBe(true);
    expect(support.summary()).toEqual({ a: 'refuted' });
  });

  it('auto: may be tried again after an hour', () => {
    let now = 0;
    const support = new QuerySupport('auto', () => now);
    support.refute('a');
    now = 3_599_999;
    expect(support.isUnchecked('a')).toBe(false);
    now = 3_600_000;
    expect(support.isUnchecked('a')).toBe(true);
  });

  it('on: is there from the start, and lost all the same', () => {
    const support = new QuerySupport('on');
    expect([support.isSupported('a'), support.confirmedRows('a') >= 1_000_000, support.isUnchecked('a')]).toEqual([
      true,
      true,
      false,
    ]);
    support.refute('a');
    expect(support.isSupported('a')).toBe(false);
  });

  it('off: is never there', () => {
    const support = new QuerySupport('off');
    support.confirm('a', 1);
    expect([support.isSupported('a'), support.isUnchecked('a')]).toEqual([false, false]);
  });
});
