import { describe, expect, it } from '@jest/globals';
import { SingleFlight } from './single-flight.js';

/** Returns work that a test ends. */
function openWork() {
  const started: AbortSignal[] = [];
  let finish: (value: string) => void = () => undefined;
  let fail: (error: Error) => void = () => undefined;
  const work = (signal: AbortSignal) => {
    started.push(signal);
    return new Promise<string>((resolve, reject) => {
      finish = resolve;
      fail = reject;
      signal.addEventListener('abort', () => reject(signal.reason as Error));
    });
  };
  return { started, work, finish: (value: string) => finish(value), fail: (error: Error) => fail(error) };
}

describe('SingleFlight', () => {
  it('shares identical work while it runs, and runs it again afterwards', async () => {
    const { started, work, finish } = openWork();
    const flights = new SingleFlight<string>();
    const caller = new AbortController().signal;
    const both = [flights.run('a', caller, work), flights.run('a', caller, work)];
    finish('answer');
    expect(await Promise.all(both)).toEqual(['answer', 'answer']);
    expect(started).toHaveLength(1);
    const again = flights.run('a', caller, work);
    finish('new');
    expect(await again).toBe('new');
  });

  it('keeps work of different keys apart', async () => {
    const flights = new SingleFlight<string>();
    const caller = new AbortController().signal;
    const answers = ['a', 'b'].map((key) => flights.run(key, caller, async () => `for ${key}`));
    expect(await Promise.all(answers)).toEqual(['for a', 'for b']);
  });

  it('goes on for the others when one caller leaves', async () => {
    const { started, work, finish } = openWork();
    const flights = new SingleFlight<string>();
    const leaver = new AbortController();
    const leaving = flights.run('a', leaver.signal, work);
    const staying = flights.run('a', new AbortController().signal, work);
    leaver.abort(new Error('gone'));
    await expect(leaving).rejects.toThrow('gone');
    expect(started[0]?.aborted).toBe(false);
    finish('answer');
    expect(await staying).toBe('answer');
  });

  it('ends the work when the last caller has left, and starts again for the next', async () => {
    const { started, work, finish } = openWork();
    const flights = new SingleFlight<string>();
    const callers = [new AbortController(), new AbortController()];
    const leaving = callers.map(({ signal }) => flights.run('a', signal, work));
    for (const caller of callers) caller.abort(new Error('gone'));
    for (const outcome of await Promise.allSettled(leaving)) expect(outcome.status).toBe('rejected');
    expect(started[0]?.aborted).toBe(true);
    const next = flights.run('a', new AbortController().signal, work);
    finish('answer');
    expect(await next).toBe('answer');
    expect(started).toHaveLength(2);
  });

  it('rejects a caller who has left before, without any work', async () => {
    const { started, work } = openWork();
    await expect(new SingleFlight<string>().run('a', AbortSignal.abort(new Error('gone')), work)).rejects.toThrow(
      'gone',
    );
    expect(started).toHaveLength(0);
  });

  it('gives a failure to every caller', async () => {
    const { work, fail } = openWork();
    const flights = new SingleFlight<string>();
    const caller = new AbortController().signal;
    const both = [flights.run('a', caller, work), flights.run('a', caller, work)];
    fail(new Error('broken'));
    for (const outcome of await Promise.allSettled(both))
      expect(outcome).toMatchObject({ reason: new Error('broken') });
  });
});
