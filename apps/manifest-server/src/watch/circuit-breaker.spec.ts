import { beforeEach, expect, it } from '@jest/globals';
import { ConnectorError, type ConnectorErrorKind } from '@pacs-connectors/connector-core';
import { CircuitBreaker } from './circuit-breaker.js';

let time: number;
let asked: number;
let breaker: CircuitBreaker;

beforeEach(() => {
  time = 1000;
  asked = 0;
  breaker = new CircuitBreaker({ connectorId: 'main', failures: 3, restMs: 10_000, now: () => time });
});

const succeed = () => breaker.run(async () => ++asked);
const fail = (kind: ConnectorErrorKind = 'unavailable') =>
  breaker.run(async () => {
    asked++;
    throw new ConnectorError('main', kind, 'connection refused');
  });

async function open() {
  for (let attempt = 0; attempt < 3; attempt++) await expect(fail()).rejects.toThrow('connection refused');
}

it('lets searches pass until the archive did not answer three times in a row', async () => {
  await expect(fail()).rejects.toThrow();
  await expect(fail('timeout')).rejects.toThrow();
  await succeed();
  expect(breaker.state).toBe('closed');
  await open();
  expect(breaker.state).toBe('open');
  const before = asked;
  await expect(succeed()).rejects.toMatchObject({
    kind: 'unavailable',
    code: 'server.archive.paused',
    message: 'not searched, since it did not answer 3 times in a row. The last error: connection refused.',
    remedy: 'Try again in 10 s.',
  });
  expect(asked).toBe(before);
});

it('says when to try again, after the remedy of the last failure', async () => {
  const away = new ConnectorError('main', 'unavailable', 'connection refused', { remedy: 'Start the archive' });
  for (let attempt = 0; attempt < 3; attempt++)
    await expect(breaker.run(() => Promise.reject(away))).rejects.toThrow('connection refused');
  time += 1_500;
  await expect(succeed()).rejects.toMatchObject({ remedy: 'Start the archive. Try again in 9 s.' });
});

it('tries once after the pause; success lets all pass again', async () => {
  await open();
  time += 10_001;
  expect(breaker.state).toBe('half-open');
  let finish: () => void = () => undefined;
  const trial = breaker.run(() => new Promise<void>((resolve) => (finish = resolve)));
  await expect(succeed()).rejects.toMatchObject({ code: 'server.archive.paused' });
  finish();
  await trial;
  expect(breaker.state).toBe('closed');
  await expect(succeed()).resolves.toBeDefined();
});

it('pauses again if the trial fails', async () => {
  await open();
  time += 10_001;
  await expect(fail('timeout')).rejects.toThrow('connection refused');
  expect(breaker.state).toBe('open');
});

it('ignores a trial whose caller left, and allows another', async () => {
  await open();
  time += 10_001;
  await expect(fail('cancelled')).rejects.toThrow();
  expect(breaker.state).toBe('half-open');
  await succeed();
  expect(breaker.state).toBe('closed');
});

it('allows a trial before the end of the pause after a successful health check', async () => {
  await open();
  breaker.allowTrial();
  expect(breaker.state).toBe('half-open');
  await succeed();
  expect(breaker.state).toBe('closed');
});

it('does not pause an archive that refuses', async () => {
  for (const kind of ['refused', 'protocol', 'misconfigured', 'refused', 'refused'] as const)
    await expect(fail(kind)).rejects.toThrow();
  expect(breaker.state).toBe('closed');
  await expect(fail()).rejects.toThrow();
  await expect(fail()).rejects.toThrow();
  await expect(fail('refused')).rejects.toThrow();
  await expect(fail()).rejects.toThrow();
  expect(breaker.state).toBe('closed');
});
