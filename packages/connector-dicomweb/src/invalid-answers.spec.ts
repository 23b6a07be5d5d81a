import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from '@jest/globals';
import { body, closeAll, connect, count, failure, first, json, serve } from './testing/failing-server.js';

afterEach(closeAll);

describe('an answer that is none', () => {
  it.each([
    ['HTML', body('<html><body>Please log in', { 'content-type': 'text/html' }), 'HTML'],
    ['HTML that claims to be JSON', body('<html><body>Please log in'), 'HTML'],
    ['XML', body('<NativeDicomModel/>', { 'content-type': 'application/dicom+xml' }), 'XML'],
    ['one object', body('{"errorMessage":"no such AE"}'), 'object'],
    ['broken JSON', body('[{"0020000D":{"vr":"UI","Value":[}}]'), 'broken'],
    ['half of the JSON', body('[{"0020000D":{"vr":"UI","Value":["2.25.1"]}}'), 'ends before'],
    ['a list of numbers', body('[1,2]'), 'no array of objects'],
    ['Latin-1 by its header', body('[]', { 'content-type': 'application/json; charset=ISO-8859-1' }), 'iso-8859-1'],
    ['Latin-1 by its bytes', body(Buffer.from('[{"00100010":{"Value":["J\xfcrgen"]}}]', 'latin1')), 'UTF-8'],
    ['UTF-16', body(Buffer.from('\ufeff[]', 'utf16le')), 'UTF-16'],
    ['another compression', body('x', { ...json, 'content-encoding': 'br' }), 'br'],
    [
      'half of a gzip file',
      body(gzipSync(JSON.stringify([{ a: 1 }])).subarray(0, 20), { ...json, 'content-encoding': 'gzip' }),
      'cut off',
    ],
    ['headers without end', body('[]', { ...json, 'x-more': 'x'.repeat(100_000) }), 'HTTP'],
    ['no gzip file', body('[]', { ...json, 'content-encoding': 'gzip' }), 'broken'],
  ])('is named: %s', async (_, behaviour, word) => {
    const server = await serve(behaviour);
    const error = await failure(connect(server.url));
    expect(error).toMatchObject({ kind: 'protocol', message: expect.stringContaining(word) });
    expect(error.message).not.toContain('rgen');
  });

  it('is read no further than the limit, compressed or not', async () => {
    const endless = gzipSync(Buffer.from(`[${'{"a":{}},'.repeat(400_000)}`));
    for (const behaviour of [
      body(endless, { ...json, 'content-encoding': 'gzip' }),
      {
        before: first(Infinity, (_, response) => {
          response.writeHead(200, json).write('[');
          const more = () => {
            while (!response.destroyed && response.write(`${'{"a":{}},'.repeat(1000)}`));
            response.once('drain', more);
          };
          more();
        }),
      },
    ]) {
      const server = await serve(behaviour);
      expect(await failure(connect(server.url, { maxResponseMib: 1 }))).toMatchObject({
        kind: 'protocol',
        message: expect.stringContaining('longer than 1 MiB'),
      });
    }
  });

  it('reads gzip', async () => {
    const server = await serve(body(gzipSync('[]'), { ...json, 'content-encoding': 'gzip' }));
    expect(await count(connect(server.url))).toBe(0);
  });
});
