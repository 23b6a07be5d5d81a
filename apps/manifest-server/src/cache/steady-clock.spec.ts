import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { SteadyClock } from './steady-clock.js';
import { LocalStore } from './local-store.js';
import { SharedAccess } from './shared-access.js';
import { type SharedStore } from './shared-store.js';

beforeEach(() => void jest.useFakeTimers({ now: 10_000_000 }));
afterEach(() => void jest.useRealTimers());

it('follows the wall clock forward, and the clock of the process while the wall clock is behind', () => {
  const clock = new SteadyClock();
  jest.setSystemTime(10_005_000);
  expect(clock.now()).toBe(10_005_000);
  jest.setSystemTime(6_000_000);
  expect(clock.now()).toBe(10_005_000);
  jest.advanceTimersByTime(700);
  expect(clock.now()).toBe(10_005_700);
});

it('ends the life of an entry, and the pause after a failure of Redis, although the clock was set back', async () => {
  const store = new LocalStore<string>(100);
  store.set('a', 'A', 10, 50);
  let answers = false;
  const check = async () => {
    if (!answers) throw new Error('away');
  };
  const access = new SharedAccess({ check } as SharedStore, undefined);
  await access.use((shared) => shared.check());
  answers = true;
  jest.setSystemTime(6_400_000);
  jest.advanceTimersByTime(1000);
  expect(store.get('a')).toBeUndefined();
  await access.use((shared) => shared.check());
  expect(access.reachable).toBe(true);
});
