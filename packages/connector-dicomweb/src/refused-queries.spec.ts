import { afterEach, describe, expect, it } from '@jest/globals';
import { emptyCriteria } from '@pacs-connectors/connector-core';
import { instanceRows } from '@pacs-connectors/connector-testkit';
import {
  closeAll,
  connect,
  count,
  EXPECTED,
  failure,
  first,
  QUESTION,
  serve,
  status,
} from './testing/failing-server.js';

afterEach(closeAll);

describe('a server that declines', () => {
  it.each([
    [401, 'refused', 'credentials.missing', 1],
    [403, 'refused', 'query.forbidden', 2],
    [400, 'refused', 'query.rejected', 2],
    [429, 'unavailable', 'service.overloaded', 2],
    [500, 'unavailable', 'service.failed', 2],
    [503, 'unavailable', 'service.failed', 2],
    [501, 'refused', 'query.rejected', 2],
    [418, 'refused', 'query.rejected', 1],
  ])('with %d is %s (%s) after %d quer(ies)', async (number, kind, code, queries) => {
    const server = await serve({ before: first(Infinity, status(number)) });
    const connector = connect(server.url);
    await connector.check(AbortSignal.timeout(20_000)).catch(() => undefined);
    expect(await connector.check(AbortSignal.timeout(20_000)).catch((error: unknown) => error)).toMatchObject({
      kind,
      code: `dicomweb.${code}`,
      message: expect.stringContaining(`HTTP ${number}`),
    });
    expect(server.requests).toHaveLength(2 * queries);
  });

  it('a query at an address that is too deep gets the remedy', async () => {
    const server = await serve({ before: first(Infinity, status(400)) });
    expect(await failure(connect(`${server.url}/studies`))).toMatchObject({
      remedy: expect.stringContaining('the part before /studies'),
    });
  });

  it('for a moment is asked once more', async () => {
    const server = await serve({ before: first(1, status(503)) });
    expect(await count(connect(server.url))).toBe(EXPECTED);
  });

  it('until Retry-After is queried again then', async () => {
    const server = await serve({ before: first(1, status(429, { 'retry-after': '1' })) });
    const start = performance.now();
    expect(await count(connect(server.url))).toBe(EXPECTED);
    expect(performance.now() - start).toBeGreaterThan(1000);
  });

  it('for an hour is not repeated', async () => {
    const server = await serve({ before: first(Infinity, status(429, { 'retry-after': '3600' })) });
    expect(await failure(connect(server.url))).toMatchObject({ kind: 'unavailable' });
    expect(server.requests).toHaveLength(1);
  });

  it('until a time after a deadline that is known is not waited for', async () => {
    const server = await serve({ before: first(Infinity, status(429, { 'retry-after': '50' })) });
    const search = connect(server.url).search(QUESTION, {
      // It would end the question, and the test, much later.
      signal: new AbortController().signal,
      deadline: performance.now() + 40_000,
      depth: 'instance',
    });
    await expect(search).rejects.toMatchObject({
      kind: 'unavailable',
      message: expect.stringContaining('(HTTP 429, Retry-After: 50)'),
    });
    expect(server.requests).toHaveLength(1);
  });

  it('until a time after the deadline is reported as such', async () => {
    const server = await serve({ before: first(Infinity, status(429, { 'retry-after': '30' })) });
    expect(await failure(connect(server.url), 300)).toMatchObject({
      kind: 'unavailable',
      message: expect.stringContaining('HTTP 429'),
    });
  });

  it('with a body that does not end is understood all the same', async () => {
    const timers: NodeJS.Timeout[] = [];
    const server = await serve({
      before: first(Infinity, (_, response) => {
        response.writeHead(500);
        timers.push(setInterval(() => response.write('x'), 20));
      }),
    });
    expect(await failure(connect(server.url))).toMatchObject({
      kind: 'unavailable',
      message: expect.stringContaining('HTTP 500'),
    });
    for (const timer of timers) clearInterval(timer);
  });

  it('with 404 for everything is not taken for an empty archive', async () => {
    const server = await serve({ before: first(Infinity, status(404)) });
    expect(await failure(connect(server.url))).toMatchObject({
      kind: 'misconfigured',
      code: 'dicomweb.service.missing',
    });
  });

  it('a search outside of a study is asked study by study, or said not to have been searched', async () => {
    const server = await serve({ relational: 'refused' });
    const connector = connect(server.url);
    expect(await count(connector)).toBe(EXPECTED);
    const sopInstanceUids = [instanceRows()[0]?.instance.sopInstanceUid ?? ''];
    const { patients, notices } = await connector.search(
      { ...emptyCriteria(), sopInstanceUids },
      { signal: AbortSignal.timeout(20_000), depth: 'instance' },
    );
    expect(patients).toEqual([]);
    expect(notices).toMatchObject([{ severity: 'WARN', code: 'dicomweb.identifier.unsearchable' }]);
  });

  it.each(['nothing', 'key ignored'] as const)(
    'relational questions by %s loses and leaks nothing',
    async (relational) => {
      const server = await serve({ relational });
      expect(await count(connect(server.url))).toBe(EXPECTED);
    },
  );

  it.each([{}, { countless: true }])(
    'to search for instances but in a series is asked series by series: %j',
    async (more) => {
      const server = await serve({ instancesBySeriesOnly: true, relational: 'refused', uidLists: false, ...more });
      expect(await count(connect(server.url))).toBe(EXPECTED);
    },
  );

  it('to page says that results may be missing', async () => {
    const server = await serve({ cap: 10, ignoresOffset: true, countless: true });
    const { notices } = await connect(server.url).search(QUESTION, {
      signal: AbortSignal.timeout(20_000),
      depth: 'instance',
    });
    expect(notices).toMatchObject([
      { severity: 'WARN', code: 'dicomweb.answer.limited', missing: { level: 'series' } },
      { severity: 'WARN', code: 'dicomweb.answer.limited', missing: { level: 'instance' } },
    ]);
  });
});
