import { afterEach, describe, expect, it } from '@jest/globals';
import { closeAll, connect, failure, first, json, serve } from './testing/failing-server.js';

afterEach(closeAll);

describe('a search whose deadline passes', () => {
  it('ends where the server is silent', async () => {
    const server = await serve({ before: first(Infinity, () => undefined) });
    expect(await failure(connect(server.url), 300)).toMatchObject({ kind: 'timeout', code: 'archive.timeout' });
  });

  it('ends where an answer comes drop by drop', async () => {
    const timers: NodeJS.Timeout[] = [];
    const server = await serve({
      before: first(Infinity, (_, response) => {
        response.writeHead(200, json).write('[');
        timers.push(setInterval(() => response.write(' '), 20));
      }),
    });
    expect(await failure(connect(server.url), 300)).toMatchObject({ kind: 'timeout', code: 'archive.timeout' });
    for (const timer of timers) clearInterval(timer);
  });
});
