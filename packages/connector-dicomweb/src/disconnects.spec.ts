import { type IncomingMessage, type ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from '@jest/globals';
import { freePort } from '@pacs-connectors/test-services';
import { closeAll, connect, count, EXPECTED, failure, first, halfWay, json, serve } from './testing/failing-server.js';

afterEach(closeAll);

describe('a connection that fails', () => {
  it('names a server that nobody runs', async () => {
    const connector = connect(`http://127.0.0.1:${await freePort()}/dicom-web`);
    expect(await failure(connector)).toMatchObject({
      kind: 'unavailable',
      code: 'dicomweb.connection.refused',
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });

  it('asks once more where an answer breaks off, and gives everything once', async () => {
    const server = await serve({ before: first(1, halfWay) });
    expect(await count(connect(server.url))).toBe(EXPECTED);
  });

  it.each([
    ['half of the JSON', '[{"0020000D":{"vr":"UI","Value":["2.25.1"]}}', json],
    ['nothing', '', { ...json, 'transfer-encoding': 'chunked' }],
    ['half of the gzip', gzipSync('[{"a":1}]').subarray(0, 20), { ...json, 'content-encoding': 'gzip' }],
  ])(
    'asks once more where an answer ends early, as it seems where HTTP/2 or a proxy breaks off: %s',
    async (_, part, headers) => {
      const cut = (_request: IncomingMessage, response: ServerResponse) =>
        void response.writeHead(200, headers).end(part);
      const server = await serve({ before: first(1, cut) });
      expect(await count(connect(server.url))).toBe(EXPECTED);
    },
  );

  it('gives up where every answer breaks off', async () => {
    const server = await serve({ before: first(Infinity, halfWay) });
    expect(await failure(connect(server.url))).toMatchObject({ kind: 'unavailable', code: 'dicomweb.connection.lost' });
    expect(server.requests).toHaveLength(2);
  });
});
