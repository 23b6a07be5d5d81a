import { expect, it } from '@jest/globals';
import { SharedWork } from './shared-work.js';

function open() {
  let finish: (value: string) => void = () => undefined;
  let aborted: unknown;
  const work = new SharedWork<string>(
    (signal) =>
      new Promise((resolve, reject) => {
        finish = resolve;
        signal.addEventListener('abort', () => {
          aborted = signal.reason;
          reject(signal.reason as Error);
        });
      }),
  );
  return { work, finish: (value: string) => finish(value), abortedWith: () => aborted };
}

it('runs to its end before anybody waits', async () => {
  const { work, finish } = open();
  finish('whole');
  await work.settled;
  expect(await work.wait(new AbortController().signal)).toBe('whole');
  work.cancel();
  expect(work.cancelled).toBe(false);
});

it('goes on for a caller who has got a part and comes back for the whole', async () => {
  const { work, finish } = open();
  const caller = new AbortController();
  expect(await work.wait(caller.signal, Promise.resolve('part'))).toBe('part');
  const other = new AbortController();
  const leaving = work.wait(other.signal, new Promise<string>(() => undefined));
  const whole = work.wait(caller.signal);
  other.abort(new Error('gone'));
  await expect(leaving).rejects.toThrow('gone');
  expect(work.cancelled).toBe(false);
  finish('whole');
  expect(await whole).toBe('whole');
});

it('does not end when the signal of a caller aborts who has got a part', async () => {
  const { work, finish, abortedWith } = open();
  const caller = new AbortController();
  await work.wait(caller.signal, Promise.resolve('part'));
  caller.abort(new Error('closed'));
  expect(abortedWith()).toBeUndefined();
  finish('whole');
  await work.settled;
});

it('ends with the reason of the caller who left last', async () => {
  const { work, abortedWith } = open();
  const caller = new AbortController();
  const leaving = work.wait(caller.signal, new Promise<string>(() => undefined));
  caller.abort(new Error('gone'));
  await expect(leaving).rejects.toThrow('gone');
  expect(work.cancelled).toBe(true);
  expect(abortedWith()).toEqual(new Error('gone'));
  await work.settled;
  await expect(work.result).rejects.toThrow('gone');
});

it('does not count a caller who leaves while the result arrives twice', async () => {
  const { work, finish } = open();
  const leaver = new AbortController();
  const leaving = work.wait(leaver.signal, Promise.resolve('part'));
  const staying = work.wait(new AbortController().signal);
  leaver.abort(new Error('gone'));
  await expect(leaving).rejects.toThrow('gone');
  expect(work.cancelled).toBe(false);
  finish('whole');
  expect(await staying).toBe('whole');
});
