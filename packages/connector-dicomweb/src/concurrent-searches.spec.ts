import { afterEach, expect, it } from '@jest/globals';
import { closeAll, connect, count, EXPECTED, serve } from './testing/failing-server.js';

afterEach(closeAll);

it('asks once what several ask at once, and leaves nothing open', async () => {
  const server = await serve({});
  const connector = connect(server.url);
  const counts = await Promise.all(Array.from({ length: 10 }, () => count(connector)));
  expect(counts).toEqual(Array.from({ length: 10 }, () => EXPECTED));
  expect(new Set(server.requests).size).toBe(server.requests.length);
});
