import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { LocalStore } from './local-store.js';

beforeEach(() => void jest.useFakeTimers({ now: 1_000_000 }));
afterEach(() => void jest.useRealTimers());

it('has an entry until its time to live has passed, and not a moment longer', () => {
  const store = new LocalStore<string>(100);
  store.set('a', 'A', 10, 50);
  store.set('b', 'B', 10, 1);
  expect([store.get('a'), store.get('b'), store.get('c')]).toEqual(['A', 'B', undefined]);
  jest.setSystemTime(1_000_001);
  expect(store.get('b')).toBeUndefined();
  jest.setSystemTime(1_000_049);
  expect(store.get('a')).toBe('A');
  jest.setSystemTime(1_000_050);
  expect(store.get('a')).toBeUndefined();
});

it('does not keep what has expired already', () => {
  const store = new LocalStore<string>(100);
  store.set('a', 'A', 10, 50);
  store.set('a', 'B', 10, 0);
  store.set('b', 'B', 10, -5);
  expect([store.get('a'), store.get('b'), store.size]).toEqual([undefined, undefined, 0]);
});

it('prolongs the life of an entry from now on, but not that of an expired one', () => {
  const store = new LocalStore<string>(100);
  store.set('a', 'A', 10, 50);
  jest.setSystemTime(1_000_040);
  store.touch('a', 50);
  jest.setSystemTime(1_000_089);
  expect(store.get('a')).toBe('A');
  jest.setSystemTime(1_000_090);
  store.touch('a', 50);
  store.touch('unknown', 50);
  expect([store.get('a'), store.get('unknown')]).toEqual([undefined, undefined]);
});

it('drops the least recently used entries if space is short, and counts the sizes of the others', () => {
  const store = new LocalStore<string>(30);
  for (const key of ['a', 'b', 'c']) store.set(key, key, 10, 50);
  expect(store.byteLength).toBe(30);
  store.get('a');
  store.set('d', 'd', 10, 50);
  expect(['a', 'b', 'c', 'd'].map((key) => store.get(key))).toEqual(['a', undefined, 'c', 'd']);
  store.set('d', 'larger', 20, 50);
  expect([store.byteLength, store.size, store.get('d')]).toEqual([30, 2, 'larger']);
  store.clear();
  expect([store.byteLength, store.size]).toEqual([0, 0]);
});

it('keeps a value that is larger than the store alone', () => {
  const store = new LocalStore<string>(30);
  store.set('a', 'a', 10, 50);
  store.set('large', 'large', 70, 50);
  expect([store.get('a'), store.get('large'), store.byteLength]).toEqual([undefined, 'large', 70]);
  store.set('b', 'b', 10, 50);
  expect([store.get('large'), store.get('b'), store.byteLength]).toEqual([undefined, 'b', 10]);
});

it('drops what has expired when it is swept, without being asked for it', () => {
  const store = new LocalStore<string>(100);
  store.set('a', 'A', 10, 50);
  store.set('b', 'B', 10, 70);
  jest.setSystemTime(1_000_060);
  store.sweep();
  expect([store.size, store.byteLength]).toEqual([1, 10]);
});
