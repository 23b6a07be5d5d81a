import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from '@jest/globals';
import { body, closeAll, connect, count, failure, first, json, serve } from './testing/failing-server.js';

afterEach(closeAll);

describe('an answer that is not DICOM JSON', () => {
  it.each([
    ['HTML', body('<html><body>Please log in', { 'content-type': 'text/html' }), 'HTML', 'not-json'],
    ['HTML that claims to be JSON', body('<html><body>Please log in'), 'HTML', 'not-json'],
    ['XML', body('<NativeDicomModel/>', { 'content-type': 'application/dicom+xml' }), 'XML', 'not-json'],
    ['one object', body('{"errorMessage":"no such AE"}'), 'object', 'not-json'],
    ['broken JSON', body('[{"0020000D":{"vr":"UI","Value":[}}]'), 'broken', 'not-json'],
    ['half of the JSON', body('[{"0020000D":{"vr":"UI","Value":["2.25.1"]}}'), 'ends before', 'cut-off'],
    ['a list of numbers', body('[1,2]'), 'not an array of objects', 'not-json'],
    [
      'Latin-1 by its header',
      body('[]', { 'content-type': 'application/json; charset=ISO-8859-1' }),
      'iso-8859-1',
      'not-json',
    ],
    [
      'Latin-1 by its bytes',
      body(Buffer.from('[{"00100010":{"Value":["J\xfcrgen"]}}]', 'latin1')),
      'UTF-8',
      'not-json',
    ],
    ['UTF-16', body(Buffer.from('\ufeff[]', 'utf16le')), 'UTF-16', 'not-json'],
    ['another compression', body('x', { ...json, 'content-encoding': 'br' }), 'br', 'not-json'],
    [
      'half of a gzip file',
      body(gzipSync(JSON.stringify([{ a: 1 }])).subarray(0, 20), { ...json, 'content-encoding': 'gzip' }),
      'cut off',
      'cut-off',
    ],
    ['headers without end', body('[]', { ...json, 'x-more': 'x'.repeat(100_000) }), 'HTTP', 'not-http'],
    ['no gzip file', body('[]', { ...json, 'content-encoding': 'gzip' }), 'broken', 'cut-off'],
  ])('is named: %s', async (_, behaviour, word, code) => {
    const server = await serve(behaviour);
    const error = await failure(connect(server.url));
    expect(error).toMatchObject({
      kind: 'protocol',
      code: `dicomweb.answer.${code}`,
      message: expect.stringContaining(word),
    });
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
        code: 'dicomweb.answer.too-long',
        message: expect.stringContaining('longer than 1 MiB'),
      });
    }
  });

  it('refuses more results than max-instances', async () => {
    const results = (length: number) => JSON.stringify(Array.from({ length }, () => ({ '00100020': { vr: 'LO' } })));
    const many = await serve(body(results(101)));
    expect(await failure(connect(many.url, { maxInstances: 100 }))).toMatchObject({
      kind: 'protocol',
      code: 'dicomweb.answer.too-long',
      message: expect.stringContaining('more than 100 results'),
      remedy: expect.stringContaining('max-instances'),
    });
  });

  it('reads gzip', async () => {
    const server = await serve(body(gzipSync('[]'), { ...json, 'content-encoding': 'gzip' }));
    expect(await count(connect(server.url))).toBe(0);
  });
});
