import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { get as httpGet } from 'node:http';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import {
  ConnectorError,
  type Patient,
  type RetrievedInstance,
  type RetrieveRequest,
} from '@pacs-connectors/connector-core';
import {
  dicomFile,
  type FileImage,
  type FileInstance,
  framesOf,
  temporaryFolder,
  transcode,
  transferSyntaxes,
} from '@pacs-connectors/test-services';
import { archives, fakes, retrieves, serveFakes } from '../testing/fake-archive.js';

const execute = promisify(execFile);
let app: NestFastifyApplication | undefined;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeEach(async () => {
  folder = await temporaryFolder('gateway');
});
afterEach(async () => {
  await app?.close();
  app = undefined;
  archives.clear();
  retrieves.clear();
  await folder.remove();
});

async function serve(ids = ['main'], keys = ''): Promise<string> {
  const text = `${fakes(...ids)}gateway.enabled: true\ngateway.cache.folder: ${folder.path}\n${keys}`;
  const served = await serveFakes(text, {}, new PassThrough().resume());
  app = served.app;
  return served.url;
}

const image: FileImage = { rows: 24, columns: 32, frames: 3, bitsStored: 12, window: ['2000', '4000'] };

/** An archive with a study 1.2 of series of these numbers of instances, and the requests that it got. */
class FakeImages {
  readonly requests: RetrieveRequest[] = [];
  readonly files = new Map<string, Buffer>();
  /** How many retrievals were ended early. */
  ended = 0;
  /** Called before each instance is sent. */
  before: (uid: string, signal: AbortSignal) => Promise<void> | void = () => undefined;
  listed: Patient;

  constructor(id: string, series: Record<string, number>, instance: Partial<FileInstance> = { image }) {
    const patient = { patientId: 'P1', patientName: 'Müller^Jörg' };
    const study = { studyInstanceUid: '1.2', studyDate: '20240101' };
    this.listed = {
      ...patient,
      studies: [
        {
          ...study,
          series: Object.entries(series).map(([seriesInstanceUid, count]) => ({
            seriesInstanceUid,
            modality: 'CT',
            instances: Array.from({ length: count }, (_, at) => ({
              sopInstanceUid: `${seriesInstanceUid}.${at + 1}`,
              instanceNumber: String(at + 1),
            })),
          })),
        },
      ],
    };
    for (const one of this.listed.studies[0]!.series)
      for (const { sopInstanceUid, instanceNumber } of one.instances)
        this.files.set(
          sopInstanceUid,
          dicomFile(patient, study, one, {
            sopInstanceUid,
            instanceNumber,
            ...instance,
          }),
        );
    archives.set(id, async () => ({ patients: [this.listed], notices: [] }));
    retrieves.set(id, (request, signal) => this.retrieve(request, signal));
  }

  async transcode(transferSyntaxUid: string): Promise<this> {
    for (const [uid, file] of this.files) this.files.set(uid, await transcode(file, transferSyntaxUid));
    this.transferSyntaxUid = transferSyntaxUid;
    return this;
  }
  transferSyntaxUid: string = transferSyntaxes.explicitVrLittleEndian;

  private async *retrieve(request: RetrieveRequest, signal: AbortSignal): AsyncGenerator<RetrievedInstance> {
    this.requests.push(request);
    const { seriesInstanceUid, sopInstanceUids } = request;
    let complete = false;
    try {
      for (const [sopInstanceUid, file] of this.files) {
        if (sopInstanceUids && !sopInstanceUids.includes(sopInstanceUid)) continue;
        if (!sopInstanceUids && !sopInstanceUid.startsWith(`${seriesInstanceUid}.`)) continue;
        await this.before(sopInstanceUid, signal);
        signal.throwIfAborted();
        const { transferSyntaxUid } = this;
        yield { sopInstanceUid, sopClassUid: '1.2.840.10008.5.1.4.1.1.7', transferSyntaxUid, file: inPieces(file) };
      }
      complete = true;
    } finally {
      if (!complete) this.ended++;
    }
  }
}

async function* inPieces(file: Buffer): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < file.length; at += 1000) yield file.subarray(at, at + 1000);
}

interface ReadPart {
  head: string;
  body: Buffer;
}

/** Reads a multipart answer. `complete` is whether its closing boundary has come. */
async function multipart(url: string, accept?: string) {
  const response = await fetch(url, { headers: accept === undefined ? {} : { accept } });
  const type = response.headers.get('content-type') ?? '';
  const chunks: Uint8Array[] = [];
  let error: unknown;
  try {
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) chunks.push(chunk);
  } catch (thrown) {
    error = thrown;
  }
  const bytes = Buffer.concat(chunks);
  const boundary = /boundary=(\S+)/.exec(type)?.[1] ?? '';
  const parts: ReadPart[] = [];
  for (let at = bytes.indexOf(`--${boundary}\r\n`); at !== -1; at = bytes.indexOf(`--${boundary}\r\n`, at)) {
    const start = bytes.indexOf('\r\n\r\n', at) + 4;
    const head = bytes.toString('latin1', at, start);
    const length = Number(/Content-Length: (\d+)/.exec(head)?.[1]);
    parts.push({ head, body: bytes.subarray(start, start + length) });
    at = start + length;
  }
  const complete = boundary !== '' && bytes.toString('latin1').endsWith(`\r\n--${boundary}--\r\n`);
  return { status: response.status, type, parts, complete, error, bytes, response };
}

const uidsOf = (parts: readonly ReadPart[]) => parts.map(({ head }) => /instances\/([\d.]+)/.exec(head)?.[1]);

describe('instances', () => {
  it.each([
    ['studies/1.2', 5],
    ['studies/1.2/series/1.2.1', 3],
    ['studies/1.2/series/1.2.1/instances/1.2.1.2', 1],
    ['main/studies/1.2', 5],
  ])('of %s come in one multipart answer, as they are stored', async (address, count) => {
    const main = new FakeImages('main', { '1.2.1': 3, '1.2.2': 2 });
    const url = await serve();
    const { status, type, parts, complete } = await multipart(`${url}/dicom-web/${address}`);
    expect([status, type, complete]).toEqual([200, expect.stringContaining('type="application/dicom"'), true]);
    expect(parts).toHaveLength(count);
    for (const [at, uid] of uidsOf(parts).entries()) expect(parts[at]!.body.equals(main.files.get(uid!)!)).toBe(true);
    expect(parts[0]?.head).toContain('Content-Type: application/dicom; transfer-syntax=1.2.840.10008.1.2.1');
    expect(parts[0]?.head).toContain(`Content-Location: ${url}/dicom-web/${address.startsWith('main') ? 'main/' : ''}`);
  });

  it('come in the transfer syntax that the client accepts', async () => {
    const main = await new FakeImages('main', { '1.2.1': 1 }).transcode(transferSyntaxes.jpeg2000Lossless);
    const url = await serve();
    const address = `${url}/dicom-web/studies/1.2`;
    const types = async (accept: string) => {
      const { status, parts } = await multipart(address, accept);
      return [status, ...parts.map(({ head }) => /transfer-syntax=([\d.]+)/.exec(head)?.[1])];
    };
    const dicom = 'multipart/related; type="application/dicom"; transfer-syntax=';
    expect(await types(`${dicom}*`)).toEqual([200, transferSyntaxes.jpeg2000Lossless]);
    expect(await types(`${dicom}1.2.840.10008.1.2.1`)).toEqual([200, '1.2.840.10008.1.2.1']);
    expect(await types(`${dicom}1.2.840.10008.1.2.4.80, ${dicom}1.2.840.10008.1.2.1;q=0.5`)).toEqual([
      200,
      '1.2.840.10008.1.2.1',
    ]);
    expect(await types(`${dicom}1.2.840.10008.1.2.4.80`)).toEqual([406]);
    expect(await types('image/png')).toEqual([406]);
    const single = await fetch(`${address}/series/1.2.1/instances/1.2.1.1`, {
      headers: { accept: 'application/dicom; transfer-syntax=1.2.840.10008.1.2.1' },
    });
    const path = join(folder.path, 'explicit.dcm');
    await writeFile(path, Buffer.from(await single.arrayBuffer()));
    const { stdout } = await execute('dcmdump', ['-s', '+P', 'SOPInstanceUID', '+P', 'TransferSyntaxUID', path]);
    expect(stdout).toContain('LittleEndianExplicit');
    // Everything came from one retrieval.
    expect(main.requests).toHaveLength(1);
  });

  it('alone have a length, an entity tag and ranges', async () => {
    const main = new FakeImages('main', { '1.2.1': 1 });
    const url = await serve();
    const address = `${url}/dicom-web/studies/1.2/series/1.2.1/instances/1.2.1.1`;
    const headers = { accept: 'application/dicom' };
    const file = main.files.get('1.2.1.1')!;
    const whole = await fetch(address, { headers });
    expect(Buffer.from(await whole.arrayBuffer()).equals(file)).toBe(true);
    expect(whole.headers.get('content-length')).toBe(String(file.length));
    const part = await fetch(address, { headers: { ...headers, range: 'bytes=128-131' } });
    expect([part.status, await part.text(), part.headers.get('content-range')]).toEqual([
      206,
      'DICM',
      `bytes 128-131/${file.length}`,
    ]);
    expect((await fetch(address, { headers: { ...headers, range: `bytes=${file.length}-` } })).status).toBe(416);
    const etag = whole.headers.get('etag') ?? '';
    expect((await fetch(address, { headers: { ...headers, 'if-none-match': etag } })).status).toBe(304);
    const head = await fetch(address, { method: 'HEAD', headers });
    expect([head.status, head.headers.get('content-length')]).toEqual([200, String(file.length)]);
  });
});

describe('a study in several archives', () => {
  it('comes once: each series from the archive with most of it', async () => {
    const main = new FakeImages('main', { '1.2.1': 2, '1.2.2': 2 });
    const second = new FakeImages('second', { '1.2.1': 3 });
    const url = await serve(['main', 'second']);
    const { parts, complete, response } = await multipart(`${url}/dicom-web/studies/1.2`);
    expect(uidsOf(parts).sort()).toEqual(['1.2.1.1', '1.2.1.2', '1.2.1.3', '1.2.2.1', '1.2.2.2']);
    expect(complete).toBe(true);
    expect(main.requests.map(({ seriesInstanceUid }) => seriesInstanceUid)).toEqual(['1.2.2']);
    expect(second.requests.map(({ seriesInstanceUid }) => seriesInstanceUid)).toEqual(['1.2.1']);
    expect(response.headers.get('warning')).toContain('manifest.copies.incomplete');
  });

  it('comes from the archive that is up', async () => {
    const main = new FakeImages('main', { '1.2.1': 3 });
    new FakeImages('second', { '1.2.1': 3 });
    main.before = (uid) => {
      if (uid === '1.2.1.2') throw new ConnectorError('main', 'unavailable', 'the connection was lost');
    };
    const url = await serve(['main', 'second']);
    const { parts, complete } = await multipart(`${url}/dicom-web/studies/1.2`);
    expect([uidsOf(parts).sort(), complete]).toEqual([['1.2.1.1', '1.2.1.2', '1.2.1.3'], true]);
  });

  it('is not sent if archives name two patients', async () => {
    new FakeImages('main', { '1.2.1': 1 });
    const second = new FakeImages('second', { '1.2.1': 2 });
    second.listed.patientId = 'P2';
    const url = await serve(['main', 'second']);
    const { status, bytes } = await multipart(`${url}/dicom-web/studies/1.2`);
    expect([status, bytes.toString()]).toEqual([409, expect.stringContaining('server.gateway.patients-differ')]);
    expect((await multipart(`${url}/dicom-web/second/studies/1.2`)).parts).toHaveLength(2);
  });
});

describe('bad weather', () => {
  it('ends an answer early if the archive fails half way', async () => {
    const main = new FakeImages('main', { '1.2.1': 3 });
    main.before = (uid) => {
      if (uid === '1.2.1.3') throw new ConnectorError('main', 'unavailable', 'the connection was lost');
    };
    const url = await serve();
    const { status, parts, complete, error } = await multipart(`${url}/dicom-web/studies/1.2`);
    expect([status, uidsOf(parts), complete]).toEqual([200, ['1.2.1.1', '1.2.1.2'], false]);
    expect(error).toMatchObject({ message: 'terminated' });
  });

  it('ends an answer early if the archive sends less than it lists', async () => {
    const main = new FakeImages('main', { '1.2.1': 3 });
    main.files.delete('1.2.1.2');
    const url = await serve();
    const { parts, complete, error } = await multipart(`${url}/dicom-web/studies/1.2`);
    expect([uidsOf(parts), complete]).toEqual([['1.2.1.1', '1.2.1.3'], false]);
    expect(error).toMatchObject({ message: 'terminated' });
  });

  it('passes no instance on that is another one than requested', async () => {
    const main = new FakeImages('main', { '1.2.1': 2 });
    main.files.set('1.2.1.1', main.files.get('1.2.1.2')!);
    const url = await serve();
    const { status, bytes } = await multipart(`${url}/dicom-web/studies/1.2/series/1.2.1/instances/1.2.1.1`);
    expect([status, bytes.toString()]).toEqual([502, expect.stringContaining('server.gateway.instances-missing')]);
  });

  it.each([
    ['unavailable', 502],
    ['timeout', 504],
  ] as const)('answers a problem if nothing can be sent: %s', async (kind, expected) => {
    const main = new FakeImages('main', { '1.2.1': 2 });
    main.before = () => {
      throw new ConnectorError('main', kind, 'no answer');
    };
    const url = await serve();
    const { status, bytes } = await multipart(`${url}/dicom-web/studies/1.2`);
    expect([status, bytes.toString()]).toEqual([expected, expect.stringContaining('server.gateway.retrieval-failed')]);
  });

  it('says that nothing was found, or that the address of images does not answer', async () => {
    const main = new FakeImages('main', { '1.2.1': 2 });
    const url = await serve();
    expect((await multipart(`${url}/dicom-web/studies/1.9`)).status).toBe(404);
    expect((await multipart(`${url}/dicom-web/studies/1.2/series/1.2.9`)).status).toBe(404);
    retrieves.clear();
    await app?.close();
    const other = await serve();
    const { status, bytes } = await multipart(`${other}/dicom-web/studies/1.2`);
    expect([status, bytes.toString()]).toEqual([502, expect.stringContaining('[wado.')]);
    expect(main.requests).toEqual([]);
  });

  it.each([
    ['a file instead of a folder', async (path: string) => writeFile(path, '')],
    ['a folder that cannot be written to', async (path: string) => mkdir(path, { mode: 0o500 })],
  ])('answers without a disk: %s', async (_name, make) => {
    const main = new FakeImages('main', { '1.2.1': 3 });
    await make(join(folder.path, 'cache'));
    const text = `${fakes('main')}gateway.enabled: true\ngateway.cache.folder: ${join(folder.path, 'cache')}\n`;
    const served = await serveFakes(text, {}, new PassThrough().resume());
    app = served.app;
    const { parts, complete } = await multipart(`${served.url}/dicom-web/studies/1.2`);
    expect([parts.length, complete]).toEqual([3, true]);
    expect(main.requests.length).toBe(1);
  });
});

describe('the cache', () => {
  it('keeps instances encrypted, and removes them at the end', async () => {
    const main = new FakeImages('main', { '1.2.1': 2 });
    const url = await serve();
    await multipart(`${url}/dicom-web/studies/1.2`);
    const again = await multipart(`${url}/dicom-web/studies/1.2/series/1.2.1/instances/1.2.1.2`);
    expect(again.parts[0]?.body.equals(main.files.get('1.2.1.2')!)).toBe(true);
    expect(main.requests).toHaveLength(1);
    const [own] = await readdir(folder.path);
    const files = await readdir(join(folder.path, own!));
    expect(files).toHaveLength(2);
    const bytes = await readFile(join(folder.path, own!, files[0]!));
    expect(bytes.includes('DICM') || bytes.includes('Müller')).toBe(false);
    await app?.close();
    app = undefined;
    expect(await readdir(folder.path)).toEqual([]);
  });

  it('lets many readers follow one retrieval, and ends it when the last one leaves', async () => {
    const main = new FakeImages('main', { '1.2.1': 3 });
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    main.before = (uid) => (uid === '1.2.1.2' ? held : undefined);
    const url = await serve();
    const address = `${url}/dicom-web/studies/1.2`;
    const start = async () => {
      const request = httpGet(address);
      const [response] = (await once(request, 'response')) as [NodeJS.ReadableStream];
      await once(response, 'readable');
      return { request, response };
    };
    // All have read of the first instance. The others leave.
    const [reader, ...leavers] = await Promise.all(Array.from({ length: 21 }, start));
    for (const { request } of leavers) request.destroy();
    release();
    let bytes = 0;
    for await (const chunk of reader!.response) bytes += chunk.length;
    expect(bytes).toBeGreaterThan(3 * main.files.get('1.2.1.1')!.length);
    expect([main.requests.length, main.ended]).toEqual([1, 0]);
  });

  it('ends a retrieval that nobody waits for', async () => {
    const main = new FakeImages('main', { '1.2.1': 3 });
    main.before = (uid, signal) =>
      uid === '1.2.1.1'
        ? undefined
        : new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
    const url = await serve();
    const request = httpGet(`${url}/dicom-web/studies/1.2`);
    const [response] = (await once(request, 'response')) as [NodeJS.ReadableStream];
    await once(response, 'data');
    request.destroy();
    while (main.ended === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(main.ended).toBe(1);
  });
});

describe('metadata', () => {
  it('is DICOM JSON of each instance, with addresses of bulk data', async () => {
    const main = new FakeImages('main', { '1.2.1': 3 });
    const url = await serve();
    const response = await fetch(`${url}/dicom-web/studies/1.2/series/1.2.1/metadata`);
    const json = (await response.json()) as Record<string, { Value?: unknown[]; BulkDataURI?: string }>[];
    expect(json.map((one) => one['00080018']?.Value?.[0])).toEqual(['1.2.1.1', '1.2.1.2', '1.2.1.3']);
    expect(json[0]).toMatchObject({
      '00100010': { vr: 'PN', Value: [{ Alphabetic: 'Müller^Jörg' }] },
      '00280010': { vr: 'US', Value: [24] },
      '00083002': { vr: 'UI', Value: ['1.2.840.10008.1.2.1'] },
    });
    const bulk = await fetch(json[0]!['7FE00010']!.BulkDataURI!);
    expect(Buffer.from(await bulk.arrayBuffer())).toEqual(
      Buffer.concat(framesOf({ sopInstanceUid: '1.2.1.1', image })),
    );
    expect((await fetch(`${url}/dicom-web/studies/1.2/series/1.2.1/instances/1.2.1.1/bulkdata/00420011`)).status).toBe(
      404,
    );
    expect(main.requests).toHaveLength(1);
  });
});

describe('frames', () => {
  const octets = 'multipart/related; type="application/octet-stream"';
  it.each([
    'explicitVrLittleEndian',
    'explicitVrBigEndian',
    'rleLossless',
    'jpegLsLossless',
    'htJpeg2000Lossless',
  ] as const)('come uncompressed: %s', async (name) => {
    await new FakeImages('main', { '1.2.1': 1 }).transcode(transferSyntaxes[name]);
    const url = await serve();
    const address = `${url}/dicom-web/studies/1.2/series/1.2.1/instances/1.2.1.1/frames/3,1`;
    const { status, parts, type } = await multipart(address, octets);
    expect([status, type]).toEqual([200, expect.stringContaining('type="application/octet-stream"')]);
    const [first, , third] = framesOf({ sopInstanceUid: '1.2.1.1', image });
    expect(parts.map(({ body }) => body)).toEqual([third, first]);
  });

  it.each([
    ['*/*', 'image/jls; transfer-syntax=1.2.840.10008.1.2.4.80'],
    [`${octets}; transfer-syntax=*`, 'application/octet-stream; transfer-syntax=1.2.840.10008.1.2.4.80'],
    ['multipart/related; type="image/jls"', 'image/jls; transfer-syntax=1.2.840.10008.1.2.4.80'],
    [`multipart/related; type="image/jp2", ${octets}`, 'application/octet-stream; transfer-syntax=1.2.840.10008.1.2.1'],
  ])('come in the form that the client accepts: %s', async (accept, type) => {
    await new FakeImages('main', { '1.2.1': 1 }).transcode(transferSyntaxes.jpegLsLossless);
    const url = await serve();
    const address = `${url}/dicom-web/studies/1.2/series/1.2.1/instances/1.2.1.1/frames/2`;
    const { parts } = await multipart(address, accept);
    expect(parts[0]?.head).toContain(`Content-Type: ${type}`);
  });

  it.each([
    ['4', '*/*', 404, 'server.gateway.frame-unknown'],
    ['0', '*/*', 400, 'server.request.parameters-invalid'],
    ['1', 'multipart/related; type="image/jp2"', 406, 'server.request.not-acceptable'],
  ])('are refused: %s, %s', async (list, accept, status, code) => {
    new FakeImages('main', { '1.2.1': 1 });
    const url = await serve();
    const answer = await multipart(
      `${url}/dicom-web/studies/1.2/series/1.2.1/instances/1.2.1.1/frames/${list}`,
      accept,
    );
    expect([answer.status, answer.bytes.toString()]).toEqual([status, expect.stringContaining(code)]);
  });
});

/** Height and width of a JPEG, from its SOF0. */
function sizeOfJpeg(bytes: Buffer): [height: number, width: number] {
  const at = bytes.indexOf(Buffer.from([0xff, 0xc0]));
  return [bytes.readUInt16BE(at + 5), bytes.readUInt16BE(at + 7)];
}

describe('rendered images', () => {
  it.each([
    ['studies/1.2/series/1.2.1/instances/1.2.1.1/rendered', 24, 32],
    ['studies/1.2/series/1.2.1/instances/1.2.1.1/frames/2/rendered?window=1000,500,linear&quality=80', 24, 32],
    ['studies/1.2/series/1.2.1/instances/1.2.1.1/rendered?viewport=16,16', 12, 16],
    ['studies/1.2/thumbnail', 192, 256],
    ['main/studies/1.2/series/1.2.1/thumbnail?viewport=8,8', 6, 8],
  ])('are JPEG: %s', async (address, height, width) => {
    const main = new FakeImages('main', { '1.2.1': 3 });
    const url = await serve();
    const response = await fetch(`${url}/dicom-web/${address}`);
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'image/jpeg']);
    expect(sizeOfJpeg(Buffer.from(await response.arrayBuffer()))).toEqual([height, width]);
    expect(main.requests.map(({ sopInstanceUids }) => sopInstanceUids?.length)).toEqual([1]);
  });

  it('are refused if options are invalid', async () => {
    new FakeImages('main', { '1.2.1': 1 });
    const url = await serve();
    const address = `${url}/dicom-web/studies/1.2/series/1.2.1/instances/1.2.1.1/rendered`;
    for (const options of ['window=1', 'viewport=0,5', 'quality=101'])
      expect((await fetch(`${address}?${options}`)).status).toBe(400);
    expect((await fetch(address, { headers: { accept: 'image/png' } })).status).toBe(406);
  });
});

describe('WADO-URI', () => {
  const uids = 'studyUID=1.2&seriesUID=1.2.1&objectUID=1.2.1.2';
  it.each([
    [`${uids}&contentType=application%2Fdicom`, 'application/dicom'],
    [`objectUID=1.2.1.2&contentType=application/dicom&transferSyntax=*`, 'application/dicom'],
    [`studyUID=&seriesUID=&objectUID=1.2.1.2&contentType=application/dicom`, 'application/dicom'],
    [uids, 'image/jpeg'],
    [`${uids}&contentType=image/jpeg&rows=12&imageQuality=75&windowCenter=100&windowWidth=50`, 'image/jpeg'],
  ])('sends %s', async (parameters, type) => {
    const main = new FakeImages('main', { '1.2.1': 3 });
    const url = await serve();
    const response = await fetch(`${url}/wado?requestType=WADO&${parameters}`);
    expect([response.status, response.headers.get('content-type')]).toEqual([200, type]);
    const bytes = Buffer.from(await response.arrayBuffer());
    if (type === 'application/dicom') expect(bytes.equals(main.files.get('1.2.1.2')!)).toBe(true);
    else expect(sizeOfJpeg(bytes)[0]).toBe(parameters.includes('rows') ? 12 : 24);
  });

  it('refuses requests that it cannot read', async () => {
    const url = await serve();
    const response = await fetch(`${url}/wado?requestType=XYZ&studyUID=a&rows=0`);
    const { errors } = (await response.json()) as { errors: { parameter: string }[] };
    expect([response.status, errors.map(({ parameter }) => parameter)]).toEqual([
      400,
      ['requestType', 'objectUID', 'studyUID', 'rows'],
    ]);
  });
});
