import { describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import {
  type Connector,
  ConnectorError,
  emptyCriteria,
  type SearchOptions,
  type SearchResult,
} from '@pacs-connectors/connector-core';
import { patientWith } from '../testing/fake-archive.js';
import { askArchive } from './ask-archive.js';

type Search = (options: SearchOptions) => Promise<SearchResult>;

function ask(search: Search, { timeoutMs = 10_000, signal = new AbortController().signal } = {}) {
  const connector: Connector = {
    id: 'x',
    type: 'FAKE',
    search: (_criteria, options) => search(options),
    check: () => Promise.reject(new Error('not asked')),
    close: () => Promise.resolve(),
  };
  return askArchive(connector, emptyCriteria(), { signal, timeoutMs, caller: { bearerToken: 't' } });
}

const never = () => new Promise<never>(() => undefined);

describe('one archive', () => {
  it('answers with its studies filtered, and knows who asks', async () => {
    const result = patientWith('1.2');
    const seen: unknown[] = [];
    const before = performance.now();
    const answer = await ask(({ depth, caller, deadline = 0 }) => {
      seen.push(depth, caller);
      expect(deadline).toBeGreaterThanOrEqual(before + 10_000);
      expect(deadline).toBeLessThanOrEqual(performance.now() + 10_000);
      return Promise.resolve(result);
    });
    expect(answer).toEqual(result);
    expect(seen).toEqual(['instance', { bearerToken: 't' }]);
  });

  it('fails with its own error, also one of another copy of connector-core', async () => {
    const own = new ConnectorError('x', 'refused', 'no');
    await expect(ask(() => Promise.reject(own))).rejects.toBe(own);
    const foreign = Object.assign(new Error('no route'), {
      [Symbol.for('pacs-connectors.ConnectorError')]: true,
      connectorId: 'x',
      kind: 'unavailable',
      remedy: 'Look.',
    });
    await expect(ask(() => Promise.reject(foreign))).rejects.toMatchObject({
      connectorId: 'x',
      kind: 'unavailable',
      message: 'no route',
      remedy: 'Look.',
    });
  });

  it.each<[string, Search]>([
    [
      'throws',
      () => {
        throw new Error('select for Doe^Jane failed');
      },
    ],
    ['rejects with something that is no error', () => Promise.reject('Doe^Jane')],
    ['answers with nothing', () => Promise.resolve(undefined as never)],
  ])('that %s becomes a ConnectorError that repeats nothing', async (_name, search) => {
    const log = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
    const error: unknown = await ask(search).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ConnectorError);
    expect(error).toMatchObject({ kind: 'protocol', connectorId: 'x' });
    expect((error as ConnectorError).message).not.toContain('Doe');
    expect(log).toHaveBeenCalledTimes(1);
    expect(JSON.stringify(log.mock.calls)).not.toContain('Doe');
    log.mockRestore();
  });

  it('is asked to stop at the deadline, and given up soon after where it does not', async () => {
    const start = performance.now();
    let reason: unknown;
    const silent: Search = ({ signal }) => {
      signal.addEventListener('abort', () => (reason = signal.reason));
      return never();
    };
    await expect(ask(silent, { timeoutMs: 50 })).rejects.toMatchObject({ kind: 'timeout' });
    expect(reason).toMatchObject({ name: 'TimeoutError' });
    expect(performance.now() - start).toBeLessThan(30_000);
  });

  it('may say in its own words what it was doing when the deadline came', async () => {
    const polite: Search = ({ signal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new ConnectorError('x', 'timeout', 'row 7 of many')));
      });
    await expect(ask(polite, { timeoutMs: 20 })).rejects.toMatchObject({ kind: 'timeout', message: 'row 7 of many' });
    const curt: Search = ({ signal }) =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
    await expect(ask(curt, { timeoutMs: 20 })).rejects.toMatchObject({ kind: 'timeout' });
  });

  it('is cancelled when the caller is gone, before or while it is asked', async () => {
    const controller = new AbortController();
    const asked = ask(never, { signal: controller.signal });
    controller.abort();
    await expect(asked).rejects.toMatchObject({ kind: 'cancelled' });
    await expect(ask(never, { signal: controller.signal })).rejects.toMatchObject({ kind: 'cancelled' });
  });
});
