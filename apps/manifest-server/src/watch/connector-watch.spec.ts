import { afterEach, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { type Connector, ConnectorError, type ConnectorStatus } from '@pacs-connectors/connector-core';
import { CircuitOpenError } from './circuit-breaker.js';
import { ConnectorWatch, type ConnectorWatchOptions, type Outcome } from './connector-watch.js';

const watches: ConnectorWatch[] = [];
afterEach(async () => {
  await Promise.all(watches.splice(0).map((watch) => watch.stop()));
});

/** A connector whose check does what the test says. */
function watched(check: (signal: AbortSignal) => Promise<ConnectorStatus>, options: ConnectorWatchOptions = {}) {
  const outcomes: Outcome[] = [];
  const connector: Connector = {
    id: 'main',
    type: 'FAKE',
    search: async () => ({ patients: [], notices: [] }),
    check,
    close: async () => undefined,
  };
  const watch = new ConnectorWatch(connector, { ...options, onOutcome: (outcome) => outcomes.push(outcome) });
  watches.push(watch);
  return { watch, outcomes };
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

it('knows nothing before the first check, then its result', async () => {
  const { watch, outcomes } = watched(async () => ({ latencyMs: 12, details: { version: '1.0' } }));
  expect(watch.health).toEqual({ id: 'main', type: 'FAKE', status: 'unknown', circuit: 'closed' });
  await watch.start();
  expect(watch.health).toMatchObject({ status: 'up', latencyMs: 12, details: { version: '1.0' } });
  expect(Date.parse(watch.health.lastSuccess ?? '')).toBeLessThanOrEqual(Date.now());
  expect(outcomes.map(({ operation, error }) => [operation, error])).toEqual([['check', undefined]]);
});

it('reports the latency in tenths of a millisecond', async () => {
  const { watch } = watched(async () => ({ latencyMs: 44.10042999999996 }));
  await watch.start();
  expect(watch.health.latencyMs).toBe(44.1);
});

it('reports the warnings of the connector', () => {
  const { watch } = watched(async () => ({ latencyMs: 1 }));
  expect(watch.health).not.toHaveProperty('warnings');
  Object.assign(watch.connector, { warnings: ['the driver is another'] });
  expect(watch.health.warnings).toEqual(['the driver is another [archive.settings.warning]']);
});

it('checks repeatedly, one check at a time for many callers', async () => {
  let running = 0;
  let most = 0;
  let checks = 0;
  const { watch } = watched(
    async () => {
      most = Math.max(most, ++running);
      checks++;
      await pause(20);
      running--;
      return { latencyMs: 20 };
    },
    { intervalMs: 25 },
  );
  await Promise.all([watch.start(), ...Array.from({ length: 100 }, () => watch.check())]);
  expect(checks).toBe(1);
  await pause(500);
  expect(checks).toBeGreaterThan(2);
  expect(most).toBe(1);
});

it('is down with the reason and its remedy, and up again by itself', async () => {
  let down = true;
  const { watch } = watched(
    async () => {
      if (down) throw new ConnectorError('main', 'unavailable', 'connection refused', { remedy: 'Start it.' });
      return { latencyMs: 1 };
    },
    { intervalMs: 20 },
  );
  await watch.start();
  expect(watch.health).toMatchObject({
    status: 'down',
    lastError: { kind: 'unavailable', code: 'archive.unavailable', message: 'connection refused', remedy: 'Start it.' },
  });
  down = false;
  await pause(300);
  expect(watch.health.status).toBe('up');
});

it('reports once that the archive is down and once that it is up again', async () => {
  let down = false;
  const turns: string[] = [];
  const { watch } = watched(
    async () => {
      if (down) throw new ConnectorError('main', 'unavailable', 'connection refused');
      return { latencyMs: 1 };
    },
    { onStatusChange: ({ status, lastError }) => turns.push(`${status} ${lastError?.message}`) },
  );
  for (const state of [false, true, true, false, false]) {
    down = state;
    await watch.check();
  }
  expect(turns).toEqual(['down connection refused', 'up connection refused']);
});

it('repeats nothing of an error that is not a ConnectorError, whose message may contain anything', async () => {
  const log = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
  const { watch } = watched(() => Promise.reject(new Error('login failed, password hunter2')));
  await watch.check();
  expect(watch.health).toMatchObject({
    status: 'down',
    lastError: { kind: 'protocol', code: 'server.archive.unexpected-error' },
  });
  expect(JSON.stringify([watch.health, log.mock.calls])).not.toContain('hunter2');
  log.mockRestore();
});

it('ends a hanging check at its deadline, even if the connector ignores the signal', async () => {
  const { watch } = watched(() => new Promise(() => undefined), { timeoutMs: 50 });
  const start = performance.now();
  await watch.start();
  expect(performance.now() - start).toBeLessThan(30_000);
  const { status, lastError } = watch.health;
  expect([status, lastError?.kind]).toEqual(['down', 'timeout']);
  expect(lastError).toMatchObject({
    code: 'archive.timeout',
    message: 'no answer to the health check within 0.05 s',
    remedy: expect.stringMatching(/hangs.*firewall/),
  });
});

it('records the outcome of searches, and fails them at once while the circuit is open; a successful check allows a trial', async () => {
  const { watch, outcomes } = watched(async () => ({ latencyMs: 1 }), { failures: 2, restMs: 60_000 });
  const failing = () =>
    watch.search(async () => {
      throw new ConnectorError('main', 'timeout', 'too late');
    });
  await expect(failing()).rejects.toThrow('too late');
  await expect(failing()).rejects.toThrow('too late');
  await expect(watch.search(async () => 'found')).rejects.toMatchObject({ code: 'server.archive.paused' });
  expect(watch.health).toMatchObject({ circuit: 'open', lastError: { kind: 'timeout' } });
  expect(outcomes.map(({ operation, error }) => [operation, error?.kind])).toEqual([
    ['search', 'timeout'],
    ['search', 'timeout'],
    ['search', 'unavailable'],
  ]);
  expect(outcomes.map(({ error }) => error instanceof CircuitOpenError)).toEqual([false, false, true]);
  await watch.check();
  expect(watch.health.circuit).toBe('half-open');
  expect(await watch.search(async () => 'found')).toBe('found');
  expect(watch.health).toMatchObject({ circuit: 'closed', status: 'up' });
});

it('ignores a caller who leaves', async () => {
  const { watch } = watched(async () => ({ latencyMs: 1 }));
  await watch.start();
  const leave = watch.search(async () => {
    throw new ConnectorError('main', 'cancelled', 'gone');
  });
  await expect(leave).rejects.toThrow('gone');
  expect(watch.health.status).toBe('up');
  expect(watch.health.lastError).toBeUndefined();
});

it('stops in the middle of a check', async () => {
  let aborted = false;
  const { watch } = watched(
    (signal) =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => {
          aborted = true;
          reject(new Error('stopped'));
        });
      }),
  );
  void watch.start();
  await watch.stop();
  expect(aborted).toBe(true);
  expect(watch.health.lastError).toBeUndefined();
});

it('stops the checks of a retired connector, and closes it once no search holds it', async () => {
  let checks = 0;
  const { watch } = watched(async () => ({ latencyMs: ++checks }), { intervalMs: 1 });
  let closed = false;
  watch.connector.close = async () => void (closed = true);
  await watch.start();
  let answer: () => void = () => undefined;
  const release = watch.hold();
  const searching = watch.search(() => new Promise<void>((resolve) => (answer = resolve)));
  const retired = watch.retire();
  release();
  await pause(20);
  const before = checks;
  await pause(50);
  expect(checks).toBe(before);
  expect(closed).toBe(false);
  answer();
  await searching;
  await retired;
  expect(closed).toBe(true);
});

it('applies a changed interval at once', async () => {
  let checks = 0;
  const options: ConnectorWatchOptions = { intervalMs: 3_600_000 };
  const connector: Connector = {
    id: 'main',
    type: 'FAKE',
    search: async () => ({ patients: [], notices: [] }),
    check: async () => ({ latencyMs: ++checks }),
    close: async () => undefined,
  };
  const watch = new ConnectorWatch(connector, options);
  watches.push(watch);
  await watch.start();
  options.intervalMs = 5;
  watch.reschedule();
  while (checks < 3) await pause(5);
  expect(watch.health.status).toBe('up');
});
