import { type ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type ConnectorError, type RetrieveRequest } from '@pacs-connectors/connector-core';
import { freePort, identity } from '@pacs-connectors/test-services';
import { fileOf, MULTIPART, multipart, SERIES, SOP_CLASS, STUDY, uidOf } from './testing/files.js';
import { type ScriptedServer, startScriptedServer } from './testing/scripted-server.js';
import { type ImageAddress, WadoRetrieval } from './wado-retrieval.js';

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function serve(answer: Parameters<typeof startScriptedServer>[0]): Promise<ScriptedServer> {
  const server = await startScriptedServer(answer);
  ends.push(server.stop);
  return server;
}

function retrieval(options?: { connections?: number }): WadoRetrieval {
  const made = new WadoRetrieval(options);
  ends.push(() => made.close());
  return made;
}

const WHOLE: RetrieveRequest = { studyInstanceUid: STUDY };
const named = (...numbers: number[]): RetrieveRequest => ({
  studyInstanceUid: STUDY,
  seriesInstanceUid: SERIES,
  sopInstanceUids: numbers.map(uidOf),
});
const rs = (url: string, more: Partial<ImageAddress> = {}): ImageAddress => ({
  archiveId: 'pictures',
  baseUrl: url,
  service: 'wado-rs',
  ...more,
});
const uri = (url: string, more: Partial<ImageAddress> = {}) => rs(url, { service: 'wado-uri', ...more });

/** Retrieves all, and keeps the files that are complete. */
async function retrieve(
  address: ImageAddress,
  request = WHOLE,
  { by = retrieval(), signal = AbortSignal.timeout(20_000) } = {},
) {
  const instances: { sopInstanceUid: string; sopClassUid: string; transferSyntaxUid: string; file: Buffer }[] = [];
  const cut: unknown[] = [];
  let error: ConnectorError | undefined;
  try {
    for await (const { file, ...instance } of by.retrieveFrom(address, request, signal)) {
      try {
        const chunks: Uint8Array[] = [];
        for await (const chunk of file) chunks.push(chunk);
        instances.push({ ...instance, file: Buffer.concat(chunks) });
      } catch (thrown) {
        cut.push(thrown);
      }
    }
  } catch (thrown) {
    error = thrown as ConnectorError;
  }
  const isWhole = instances.every(({ sopInstanceUid, file }) => {
    const n = Number(sopInstanceUid.split('.').at(-1));
    return file.subarray(0, fileOf(n).length).equals(fileOf(n));
  });
  return { uids: instances.map(({ sopInstanceUid }) => sopInstanceUid), instances, isWhole, cut, error };
}

const sends = (files: Buffer[]) => (_: unknown, response: ServerResponse) =>
  void response.writeHead(200, MULTIPART).end(multipart(files));

describe('WADO-RS', () => {
  it('yields each instance of a study, as it is stored', async () => {
    const { url, requests } = await serve(sends([fileOf(1), fileOf(2, 300_000), fileOf(3)]));
    const { instances, isWhole, uids, error } = await retrieve(rs(url));
    expect(error).toBeUndefined();
    expect([uids, isWhole]).toEqual([[uidOf(1), uidOf(2), uidOf(3)], true]);
    expect(instances[1]).toMatchObject({ sopClassUid: SOP_CLASS, transferSyntaxUid: '1.2.840.10008.1.2.1' });
    expect(instances[1]?.file.length).toBe(fileOf(2).length + 300_000);
    expect(requests.map(({ url: path, headers }) => [path, headers.accept])).toEqual([
      [`/rs/studies/${STUDY}`, 'multipart/related; type="application/dicom"; transfer-syntax=*'],
    ]);
  });

  it.each([
    [{ studyInstanceUid: STUDY, seriesInstanceUid: SERIES }, [`/rs/studies/${STUDY}/series/${SERIES}`]],
    [named(1, 2), [1, 2].map((n) => `/rs/studies/${STUDY}/series/${SERIES}/instances/${uidOf(n)}`)],
  ])('requests %j', async (request, paths) => {
    const { url, requests } = await serve(({ url: path }, response) => {
      const n = Number(path?.split('.').at(-1));
      response.writeHead(200, MULTIPART).end(multipart([fileOf(n)]));
    });
    const { error } = await retrieve(rs(url), request);
    expect(error).toBeUndefined();
    expect(requests.map((one) => one.url)).toEqual(paths);
  });

  it('passes on what the address carries, and not to another server', async () => {
    const other = await serve(sends([fileOf(1)]));
    const { url, requests } = await serve((_, response) => {
      response.writeHead(302, { location: other.url }).end();
    });
    const address = rs(`${url}/?site=A`, {
      webLogin: 'dTpw',
      httpTags: [
        { key: 'X-Tenant', value: '7' },
        { key: 'Host', value: 'else' },
      ],
      additionalParameters: '&a=b&c=d',
    });
    expect((await retrieve(address)).uids).toEqual([uidOf(1)]);
    expect(requests[0]?.url).toBe(`/rs/studies/${STUDY}?site=A&a=b&c=d`);
    expect(requests[0]?.headers).toMatchObject({ authorization: 'Basic dTpw', 'x-tenant': '7' });
    expect(requests[0]?.headers.host).not.toBe('else');
    expect(other.requests[0]?.headers).not.toHaveProperty('x-tenant');
    expect(other.requests[0]?.headers).not.toHaveProperty('authorization');
  });

  it.each([
    [406, 'multipart/related; type="application/dicom"'],
    [400, 'multipart/related; type="application/dicom"'],
    [415, 'application/dicom; transfer-syntax=*'],
    [406, 'application/dicom'],
  ])('tries other forms of Accept after %d, and remembers %s', async (status, accepted) => {
    const { url, requests } = await serve(({ headers }, response) => {
      if (headers.accept !== accepted) response.writeHead(status).end();
      else if (accepted.startsWith('multipart')) response.writeHead(200, MULTIPART).end(multipart([fileOf(1)]));
      else response.writeHead(200, { 'content-type': 'application/dicom' }).end(fileOf(1));
    });
    const by = retrieval();
    for (let time = 0; time < 2; time++) expect((await retrieve(rs(url), WHOLE, { by })).uids).toEqual([uidOf(1)]);
    expect(requests.filter(({ headers }) => headers.accept === accepted)).toHaveLength(2);
    expect(requests.at(-2)?.headers.accept).toBe(accepted);
  });

  it('sends the Accept and the transfer syntax of the address', async () => {
    const { url, requests } = await serve(sends([]));
    await retrieve(rs(url, { transferSyntaxUid: '1.2.840.10008.1.2.4.70' }));
    await retrieve(rs(url, { httpTags: [{ key: 'accept', value: 'multipart/related' }] }));
    expect(requests.map(({ headers }) => headers.accept)).toEqual([
      'multipart/related; type="application/dicom"; transfer-syntax=1.2.840.10008.1.2.4.70',
      'multipart/related',
    ]);
  });

  it.each([
    ['404', (response: ServerResponse) => void response.writeHead(404).end('no')],
    ['410', (response: ServerResponse) => void response.writeHead(410).end()],
    ['204', (response: ServerResponse) => void response.writeHead(204).end()],
    ['an empty body', (response: ServerResponse) => void response.writeHead(200, { 'content-length': 0 }).end()],
    ['a multipart body without parts', (response: ServerResponse) => sends([])(undefined, response)],
  ])('yields nothing for %s', async (_, answer) => {
    const { url } = await serve((_request, response) => answer(response));
    expect(await retrieve(rs(url))).toMatchObject({ uids: [], cut: [], error: undefined });
    expect(await retrieve(rs(url), named(1))).toMatchObject({ uids: [], cut: [], error: undefined });
  });
});

describe('WADO-URI', () => {
  const parametersOf = (path = '') => Object.fromEntries(new URL(path, 'http://a').searchParams);
  const answer: Parameters<typeof startScriptedServer>[0] = ({ url }, response) => {
    const n = Number(parametersOf(url)['objectUID']?.split('.').at(-1));
    response.writeHead(200, { 'content-type': 'application/dicom' }).end(fileOf(n));
  };

  it('requests each instance, in order', async () => {
    const { url, requests } = await serve(answer);
    const numbers = Array.from({ length: 9 }, (_, n) => n + 1);
    const { uids, isWhole, error } = await retrieve(uri(`${url}?pool=1`), named(...numbers));
    expect(error).toBeUndefined();
    expect([uids, isWhole]).toEqual([numbers.map(uidOf), true]);
    expect(parametersOf(requests[0]?.url)).toEqual({
      pool: '1',
      requestType: 'WADO',
      studyUID: STUDY,
      seriesUID: SERIES,
      objectUID: uidOf(1),
      contentType: 'application/dicom',
      transferSyntax: '*',
    });
    expect(requests[0]?.url).toContain('contentType=application/dicom&');
  });

  it('requests by the SOP Instance UID only, without a transfer syntax, and with more parameters', async () => {
    const { url, requests } = await serve((request, response, count) => {
      if (request.url?.includes('transferSyntax')) response.writeHead(400).end();
      else answer(request, response, count);
    });
    const address = uri(url, { onlySopInstanceUid: true, additionalParameters: '?annotation=patient' });
    expect((await retrieve(address, named(4))).uids).toEqual([uidOf(4)]);
    expect(parametersOf(requests.at(-1)?.url)).toEqual({
      requestType: 'WADO',
      objectUID: uidOf(4),
      contentType: 'application/dicom',
      annotation: 'patient',
    });
  });

  it.each([WHOLE, { studyInstanceUid: STUDY, seriesInstanceUid: SERIES }])('needs instances: %j', async (request) => {
    const { error } = await retrieve(uri('http://127.0.0.1:1/wado'), request);
    expect(error).toMatchObject({ kind: 'misconfigured', code: 'wado.request.instances-missing' });
  });
});

describe('an instance', () => {
  it('that was not requested is not passed on, and costs no other one', async () => {
    const { url } = await serve(({ url: path }, response) => {
      const n = Number(path?.split('.').at(-1));
      response.writeHead(200, MULTIPART).end(multipart([fileOf(n === 2 ? 22 : n)]));
    });
    const { uids, error } = await retrieve(rs(url), named(1, 2, 3));
    expect(uids).toEqual([uidOf(1), uidOf(3)]);
    expect(error).toMatchObject({
      kind: 'protocol',
      code: 'wado.instance.other',
      message: `${url}: it returned 1 instance other than the requested ones`,
    });
  });

  it('that is not a file is not passed on, and costs no other one', async () => {
    const { url } = await serve(sends([fileOf(1), Buffer.from('an error in the archive'), fileOf(3)]));
    const { uids, error } = await retrieve(rs(url));
    expect(uids).toEqual([uidOf(1), uidOf(3)]);
    expect(error).toMatchObject({ code: 'wado.instance.unreadable' });
  });

  it.each([404, 500])('that the archive does not return (%d) is missing, and costs no other one', async (status) => {
    const { url } = await serve(({ url: path }, response) => {
      const n = Number(path?.split('.').at(-1));
      if (n === 2) response.writeHead(status).end();
      else response.writeHead(200, MULTIPART).end(multipart([fileOf(n)]));
    });
    const { uids, error } = await retrieve(rs(url), named(1, 2, 3));
    expect(uids).toEqual([uidOf(1), uidOf(3)]);
    expect(error).toMatchObject({ code: 'wado.instance.missing', message: expect.stringContaining('1 instance') });
  });

  it('is missing if the answer is partial (206)', async () => {
    const { url } = await serve((_, response) => void response.writeHead(206, MULTIPART).end(multipart([fileOf(1)])));
    expect(await retrieve(rs(url))).toMatchObject({ uids: [uidOf(1)], error: { code: 'wado.instance.missing' } });
  });

  it('is not requested by a UID that leads elsewhere', async () => {
    for (const uid of ['..', '1/../2', '1?a=b', '', '1.2 ']) {
      const { error } = await retrieve(rs('http://127.0.0.1:1'), { studyInstanceUid: uid });
      expect(error).toMatchObject({ code: 'wado.request.uid-invalid' });
    }
  });
});

describe('an answer', () => {
  const whole = multipart([fileOf(1), fileOf(2), fileOf(3)]);
  const first = multipart([fileOf(1)], 'B-7/x', false).length;

  it.each([
    ['in the second file', first + 600, 1, 1],
    ['behind the second file', whole.length - fileOf(3).length - 80, 1, 1],
    ['before the closing boundary', whole.length - 11, 2, 1],
  ])('that ends %s is an error after what came', async (_, length, complete, cuts) => {
    const { url } = await serve(
      (_request, response) => void response.writeHead(200, MULTIPART).end(whole.subarray(0, length)),
    );
    const { uids, isWhole, cut, error } = await retrieve(rs(url));
    expect([uids.length, isWhole]).toEqual([complete, true]);
    expect(error).toMatchObject({ kind: 'protocol', code: 'wado.answer.cut-off' });
    expect(cut).toHaveLength(cuts);
    expect(cut[0]).toMatchObject({ name: 'ConnectorError', code: 'wado.answer.cut-off' });
  });

  it('that is shorter than announced is an error after what came', async () => {
    const { url } = await serve((_, response) => {
      response.writeHead(200, { ...MULTIPART, 'content-length': whole.length });
      response.write(whole.subarray(0, first + 600));
      setTimeout(() => response.destroy(), 50);
    });
    const { uids, cut, error } = await retrieve(rs(url));
    expect([uids.length, cut.length]).toEqual([1, 1]);
    expect(error?.code).toMatch(/^wado\.(connection\.lost|answer\.cut-off)$/);
  });

  it('of one file that is shorter than announced is an error', async () => {
    const { url } = await serve((_, response) => {
      response.writeHead(200, { 'content-type': 'application/dicom', 'content-length': fileOf(1).length + 1 });
      response.write(fileOf(1));
      setTimeout(() => response.destroy(), 50);
    });
    const { uids, cut, error } = await retrieve(uri(url), named(1));
    expect([uids, cut.length]).toEqual([[], 1]);
    expect(error?.code).toMatch(/^wado\.(connection\.lost|answer\.cut-off)$/);
  });

  it('that breaks off before it began is requested once more', async () => {
    const { url, requests } = await serve((_, response, count) => {
      if (count === 1) response.destroy();
      else response.writeHead(200, MULTIPART).end(whole);
    });
    expect(await retrieve(rs(url))).toMatchObject({ uids: [uidOf(1), uidOf(2), uidOf(3)], error: undefined });
    expect(requests).toHaveLength(2);
  });

  it.each([
    ['a login page', { 'content-type': 'text/html; charset=utf-8' }, '<html>'],
    ['JSON', { 'content-type': 'application/dicom+json' }, '[]'],
    ['a multipart body without a boundary', { 'content-type': 'multipart/related' }, 'x'],
    ['something else', { 'content-type': 'application/octet-stream' }, 'x'],
    ['an unknown coding', { ...MULTIPART, 'content-encoding': 'br' }, 'x'],
  ])('that is %s is said', async (_, headers, body) => {
    const { url } = await serve((_request, response) => void response.writeHead(200, headers).end(body));
    expect(await retrieve(rs(url))).toMatchObject({
      uids: [],
      error: { kind: 'protocol', code: 'wado.answer.not-dicom' },
    });
  });

  it.each([
    [401, {}, 'refused', 'wado.credentials.missing'],
    [401, { webLogin: 'dTpw' }, 'refused', 'wado.credentials.refused'],
    [401, { bearerToken: 't.o.k' }, 'refused', 'wado.token.refused'],
    [403, {}, 'refused', 'wado.request.forbidden'],
    [400, {}, 'refused', 'wado.request.rejected'],
    [500, {}, 'unavailable', 'wado.service.failed'],
    [429, {}, 'unavailable', 'wado.service.overloaded'],
    [302, {}, 'protocol', 'wado.redirect.invalid'],
  ] as const)('of status %d to %j is %s, %s', async (status, more, kind, code) => {
    const { url } = await serve((_, response) => void response.writeHead(status).end());
    const { error } = await retrieve(rs(url, more));
    expect(error).toMatchObject({ kind, code, connectorId: 'pictures', message: expect.stringContaining(url) });
    expect(`${error?.message} ${error?.remedy}`).not.toMatch(/t\.o\.k|dTpw/);
  });
});

it('reads HTTP/2, a body that breaks off too', async () => {
  const { certificatePem: cert, keyPem: key } = identity('127.0.0.1', undefined, {
    ca: true,
    addresses: ['127.0.0.1'],
  });
  const body = multipart([fileOf(1, 900_000), fileOf(2, 400_000)]);
  const server = await startScriptedServer(
    (_, response, count) => {
      response.writeHead(200, MULTIPART);
      if (count === 1) response.end(body);
      // With HTTP/2, the end of a stream is not an error.
      else response.end(body.subarray(0, 1_000_000));
    },
    { cert, key },
  );
  ends.push(server.stop);
  const by = retrieval();
  const address = rs(server.url, { ca: [cert] });
  expect(await retrieve(address, WHOLE, { by })).toMatchObject({ uids: [uidOf(1), uidOf(2)], error: undefined });
  expect(server.requests[0]?.httpVersion).toBe('2.0');
  expect(await retrieve(address, WHOLE, { by })).toMatchObject({
    uids: [uidOf(1)],
    error: { code: 'wado.answer.cut-off' },
  });
});

it('says that nothing listens', async () => {
  const { error } = await retrieve(rs(`http://127.0.0.1:${await freePort()}`));
  expect(error).toMatchObject({ kind: 'unavailable', code: 'wado.connection.refused' });
  expect((await retrieve(rs('ftp://a'))).error).toMatchObject({ code: 'wado.address.invalid' });
});

describe('a reader', () => {
  it('who is slow holds the archive back', async () => {
    let sent = 0;
    const { url } = await serve((_, response) => {
      response.writeHead(200, MULTIPART).write(multipart([fileOf(1)], 'B-7/x', false));
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536, 1))) sent += 65_536;
        response.once('drain', more);
      };
      more();
    });
    const instances = retrieval().retrieveFrom(rs(url), WHOLE, AbortSignal.timeout(60_000));
    const { value } = await instances.next();
    const chunks = (value as { file: AsyncIterable<Uint8Array> }).file[Symbol.asyncIterator]();
    let read = 0;
    while (read < 3_000_000) read += (await chunks.next()).value?.length ?? 0;
    const pause = () => new Promise((resolve) => setTimeout(resolve, 100));
    for (let before = -1; before !== sent; await pause()) before = sent;
    // The rest is in the buffers of the operating system.
    expect(sent - read).toBeLessThan(16_000_000);
    await instances.return(undefined);
  });

  it('who does not read a file gets the next one', async () => {
    const { url } = await serve(sends([fileOf(1, 500_000), fileOf(2)]));
    const uids: string[] = [];
    for await (const { sopInstanceUid, file } of retrieval().retrieveFrom(
      rs(url),
      WHOLE,
      AbortSignal.timeout(20_000),
    )) {
      uids.push(sopInstanceUid);
      if (uids.length === 2) for await (const chunk of file) if (chunk.length > 0) break;
    }
    expect(uids).toEqual([uidOf(1), uidOf(2)]);
  });

  it.each(['rs', 'uri'] as const)('who leaves ends the requests and frees the connections (%s)', async (service) => {
    let open = 0;
    const { url } = await serve((_, response) => {
      open++;
      response.on('close', () => open--);
      if (service === 'rs') response.writeHead(200, MULTIPART).write(multipart([fileOf(1)], 'B-7/x', false));
      else response.writeHead(200, { 'content-type': 'application/dicom' }).write(fileOf(1));
    });
    const by = retrieval({ connections: 2 });
    const address = service === 'rs' ? rs(url) : uri(url);
    for (let time = 0; time < 5; time++) {
      for await (const { sopInstanceUid } of by.retrieveFrom(address, named(1, 1, 1, 1), AbortSignal.timeout(20_000))) {
        expect(sopInstanceUid).toBe(uidOf(1));
        break;
      }
    }
    while (open > 0) await new Promise((resolve) => setTimeout(resolve, 10));
  });

  it.each([
    [() => AbortSignal.timeout(300), 'timeout', 'archive.timeout'],
    [() => AbortSignal.abort(), 'cancelled', 'archive.cancelled'],
  ])('whose signal ends: %#', async (signal, kind, code) => {
    const { url } = await serve((_, response) => {
      response.writeHead(200, MULTIPART).write(multipart([fileOf(1), fileOf(2)], 'B-7/x', false));
    });
    const { error, cut } = await retrieve(rs(url), WHOLE, { signal: signal() });
    expect(error).toMatchObject({ kind, code });
    for (const one of cut) expect(one).toMatchObject({ kind, code });
    const silent = await serve(() => undefined);
    expect((await retrieve(rs(silent.url), WHOLE, { signal: signal() })).error).toMatchObject({ kind, code });
  });

  it('does not wait for others whose answers are complete, whatever the number', async () => {
    const { url } = await serve(sends([fileOf(1), fileOf(2)]));
    const by = retrieval({ connections: 2 });
    const all = await Promise.all(Array.from({ length: 20 }, () => retrieve(rs(url), WHOLE, { by })));
    expect(all.every(({ uids, error }) => uids.length === 2 && !error)).toBe(true);
  });
});

it('close ends retrievals in progress', async () => {
  const { url } = await serve((_, response) => {
    response.writeHead(200, MULTIPART).write(multipart([fileOf(1)], 'B-7/x', false));
  });
  const by = retrieval();
  const waiting = retrieve(rs(url), WHOLE, { by });
  await new Promise((resolve) => setTimeout(resolve, 200));
  await by.close();
  expect((await waiting).error).toMatchObject({ kind: 'cancelled' });
});
