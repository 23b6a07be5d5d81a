import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type ConnectorError } from '@pacs-connectors/connector-core';
import { type Fault, type FaultProxy, faultProxy } from '@pacs-connectors/connector-testkit';
import { fileOf, MULTIPART, multipart, SERIES, STUDY, uidOf } from './testing/files.js';
import { type ScriptedServer, startScriptedServer } from './testing/scripted-server.js';
import { type ImageAddress, WadoRetrieval } from './wado-retrieval.js';

const NUMBERS = [1, 2, 3, 4];
const FILES = NUMBERS.map((n) => fileOf(n, 50_000 * n));
/** Length and boundaries of the whole answer. */
const BODY = multipart(FILES, 'B-7/x', true, true);

let server: ScriptedServer;
let proxy: FaultProxy;
let retrieval: WadoRetrieval;
beforeAll(async () => {
  server = await startScriptedServer(({ url = '' }, response) => {
    if (url.includes('objectUID')) {
      const n = Number(/objectUID=[\d.]*\.(\d+)/.exec(url)?.[1]);
      const file = FILES[n - 1] as Buffer;
      response.writeHead(200, { 'content-type': 'application/dicom', 'content-length': file.length }).end(file);
    } else if (url.includes('series')) response.writeHead(200, MULTIPART).end(BODY);
    else response.writeHead(200, { ...MULTIPART, 'content-length': BODY.length }).end(BODY);
  });
  proxy = await faultProxy({ target: { host: '127.0.0.1', port: Number(new URL(server.url).port) } });
  retrieval = new WadoRetrieval();
});
afterEach(() => proxy.removeFault());
afterAll(async () => {
  await retrieval?.close();
  await proxy?.close();
  await server?.stop();
});

const REQUESTS = {
  'a study of known length': {},
  'a series in chunks': { seriesInstanceUid: SERIES },
  'instances by WADO-URI': { seriesInstanceUid: SERIES, sopInstanceUids: NUMBERS.map(uidOf) },
} as const;

async function retrieve(name: keyof typeof REQUESTS, ms = 20_000) {
  const address: ImageAddress = {
    archiveId: 'x',
    baseUrl: `http://127.0.0.1:${proxy.port}/rs`,
    service: name.endsWith('URI') ? 'wado-uri' : 'wado-rs',
  };
  const complete: string[] = [];
  let error: ConnectorError | undefined;
  try {
    const request = { studyInstanceUid: STUDY, ...REQUESTS[name] };
    for await (const { sopInstanceUid, file } of retrieval.retrieveFrom(address, request, AbortSignal.timeout(ms))) {
      const chunks: Uint8Array[] = [];
      for await (const chunk of file) chunks.push(chunk);
      // What looks complete is complete.
      expect(Buffer.concat(chunks).equals(FILES[Number(sopInstanceUid.split('.').at(-1)) - 1] as Buffer)).toBe(true);
      complete.push(sopInstanceUid);
    }
  } catch (thrown) {
    error = thrown as ConnectorError;
  }
  return { complete, error };
}

describe.each(Object.keys(REQUESTS) as (keyof typeof REQUESTS)[])('%s', (name) => {
  const everywhere = [1, 300, 2_000, 60_000, 170_000, 400_000, BODY.length - 20];

  it.each(
    everywhere.flatMap((after): Fault[] => [
      { kind: 'reset', afterBytes: after },
      { kind: 'close', after },
      // A repetition within the announced length of one file is invisible to HTTP.
      ...(name.endsWith('URI') ? [] : [{ kind: 'repeat', afterBytes: after, bytes: 1_000 } as const]),
    ]),
  )('is never short without an error: %j', async (fault) => {
    await proxy.fail(fault);
    const { complete, error } = await retrieve(name);
    if (error)
      expect(error).toMatchObject({ name: 'ConnectorError', connectorId: 'x', code: expect.stringMatching(/^wado\./) });
    else expect(complete).toEqual(NUMBERS.map(uidOf));
    await proxy.removeFault();
    expect(await retrieve(name)).toEqual({ complete: NUMBERS.map(uidOf), error: undefined });
  });

  it.each([
    [{ kind: 'refuse' }, 'wado.connection.refused'],
    [{ kind: 'close', after: '\r\n\r\n' }, 'wado.'],
    [{ kind: 'hang' }, 'archive.timeout'],
    [{ kind: 'drip', bytesPerSecond: 1_000 }, 'archive.timeout'],
  ] as [Fault, string][])('says what failed: %j', async (fault, code) => {
    await proxy.fail(fault);
    const { error } = await retrieve(name, 1_000);
    expect(error?.code).toMatch(new RegExp(`^${code}`));
  });

  it('survives connections that nobody knows to be dead', async () => {
    await retrieve(name);
    await proxy.fail({ kind: 'half-open' });
    await retrieve(name, 1_000);
    await proxy.removeFault();
    expect((await retrieve(name)).complete).toEqual(NUMBERS.map(uidOf));
  });
});
