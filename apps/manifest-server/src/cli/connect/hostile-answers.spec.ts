import { writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { instanceRows } from '@pacs-connectors/connector-testkit';
import { dicomFile, temporaryFolder } from '@pacs-connectors/test-services';
import { runCli } from '../../testing/run-command.js';
import { get } from './get.js';

/** A DICOMweb server that lists one study, and a server elsewhere, where a redirect may lead. */
class TestServer {
  asked: IncomingMessage[] = [];
  answer: RequestListener = (_request, response) => response.writeHead(404).end();
  private readonly server: Server = createServer((request, response) => {
    this.asked.push(request);
    this.answer(request, response);
  });

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

const MIB = 1024 * 1024;
const { patient, study, series, instance } = instanceRows()[0]!;
const STUDY = study.studyInstanceUid;
const SERIES = series.seriesInstanceUid;
const archive = new TestServer();
const elsewhere = new TestServer();
let folder: Awaited<ReturnType<typeof temporaryFolder>>;

beforeAll(async () => {
  folder = await temporaryFolder('connect');
  await Promise.all([archive.start(), elsewhere.start()]);
});
afterEach(() => {
  for (const server of [archive, elsewhere]) server.asked = [];
});
afterAll(async () => {
  await Promise.all([archive.stop(), elsewhere.stop()]);
  await folder.remove();
});

const seriesOf = (uid: unknown) => JSON.stringify([{ '0020000E': { vr: 'UI', Value: [uid] } }]);

/** Answers a series as WADO-RS does. */
const sendSeries: RequestListener = (_request, response) => {
  const file = dicomFile(patient, study, series, instance);
  response.writeHead(200, { 'content-type': 'multipart/related; type="application/dicom"; boundary=b' });
  response.end(Buffer.concat([Buffer.from('--b\r\n\r\n'), file, Buffer.from('\r\n--b--\r\n')]));
};

/** Checks the archive, whose answers to Weasis are `listing` (the series of the study) and `image` (a series). */
async function connect(listing: RequestListener, image: RequestListener = sendSeries) {
  archive.answer = (request, response) => {
    const { pathname } = new URL(request.url!, archive.origin);
    if (pathname === `/web/studies/${STUDY}/series`) return listing(request, response);
    if (pathname !== '/web/studies') return image(request, response);
    response.setHeader('content-type', 'application/dicom+json');
    response.end(
      JSON.stringify([
        {
          '0020000D': { vr: 'UI', Value: [STUDY] },
          '00100020': { vr: 'LO', Value: [patient.patientId] },
        },
      ]),
    );
  };
  const file = join(folder.path, 'site.yml');
  const connector = {
    'dicom-web-level-limit': 'STUDY',
    config: {
      web: {
        type: 'DICOM_WEB',
        'wado.authentication': {
          additionnalParameters: '?access_token=in-the-query',
          httpTags: { 'X-Api-Key': 'api-key-4711' },
        },
        'dicom-web-connector.qido-rs.authentication.basic': {
          url: `${archive.origin}/web`,
          login: 'viewer',
          password: 'hunter2',
        },
      },
    },
  };
  await writeFile(file, JSON.stringify({ connector }));
  const { code, err } = await runCli(['check', '--connect', file]);
  for (const secret of ['hunter2', 'api-key', 'in-the-query', patient.patientId]) expect(err).not.toContain(secret);
  return { code, err };
}

const listSeries: RequestListener = (_request, response) => response.end(seriesOf(SERIES));
const redirectTo =
  (location: string | ((url: string) => string), status = 302): RequestListener =>
  (request, response) => {
    const to = typeof location === 'string' ? location : location(request.url!);
    response.writeHead(status, { location: to }).end();
  };

describe('an image behind a redirect', () => {
  it.each([301, 302, 303, 307, 308])(
    'status %d: another server gets no login, header or parameter of ours',
    async (status) => {
      elsewhere.answer = sendSeries;
      const { code, err } = await connect(listSeries, redirectTo(`${elsewhere.origin}/there`, status));
      expect(elsewhere.asked.map(({ url }) => url)).toEqual(['/there']);
      const sent = JSON.stringify([elsewhere.asked[0]!.rawHeaders, elsewhere.asked[0]!.url]);
      expect(sent).not.toMatch(/x-api-key|api-key-4711|authorization|access_token|in-the-query/i);
      expect(elsewhere.asked[0]!.headers.accept).toMatch(/^multipart\/related;/);
      expect(err).toMatch(
        new RegExp(
          `^ok: archive web: image: .*DICOM, .* ms; only reached by a redirect to ${elsewhere.origin}[.,;]`,
          'm',
        ),
      );
      expect(code).toBe(0);
    },
  );

  it('the configured server gets login and headers again, and what its Location says', async () => {
    const { err } = await connect(listSeries, (request, response) => {
      if (request.url === '/web/there?ticket=1') sendSeries(request, response);
      else redirectTo('/web/there?ticket=1')(request, response);
    });
    expect(archive.asked.at(-1)!.url).toBe('/web/there?ticket=1');
    expect(archive.asked.at(-1)!.headers).toMatchObject({
      authorization: `Basic ${btoa('viewer:hunter2')}`,
      'x-api-key': 'api-key-4711',
    });
    expect(err).toMatch(new RegExp(`^ok: archive web: image: .*redirect to ${archive.origin}`, 'm'));
  });

  it('a list of series that redirects gives nothing away either', async () => {
    elsewhere.answer = listSeries;
    // A login in the Location is neither sent nor shown.
    const { code, err } = await connect(redirectTo(`${elsewhere.origin.replace('//', '//user:sesame@')}/series`));
    expect(err).not.toContain('sesame');
    expect(JSON.stringify(elsewhere.asked[0]!.rawHeaders)).not.toMatch(/x-api-key|authorization/i);
    expect(elsewhere.asked[0]!.headers.accept).toBe('application/dicom+json');
    expect(code).toBe(0);
  });

  it('another server that wants a login is named', async () => {
    elsewhere.answer = (_request, response) => response.writeHead(401).end();
    const { code, err } = await connect(listSeries, redirectTo(elsewhere.origin));
    expect(err).toMatch(
      new RegExp(
        `^error: archive web: image: .*status 401; this command sends login.* redirect to ${elsewhere.origin}\\). Remedy: Configure.*\\[server\\.image\\.redirect\\]$`,
        'm',
      ),
    );
    expect(code).toBe(1);
  });

  it('another server with a web page is named', async () => {
    elsewhere.answer = (_request, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>');
    const { err } = await connect(listSeries, redirectTo(elsewhere.origin));
    expect(err).toMatch(
      new RegExp(
        `^error: archive web: image: .*web page.*redirect to ${elsewhere.origin}.* Remedy: .*\\[server\\.image\\.invalid\\]$`,
        'm',
      ),
    );
  });

  it.each<[string, RequestListener, RegExp]>([
    ['in a circle', redirectTo((url) => url), /redirects more than 5 times/],
    ['to nowhere', (_request, response) => response.writeHead(302).end(), /status 302 .*without a usable Location/],
    ['to a file', redirectTo('file:///etc/passwd'), /neither http nor https/],
  ])('a redirect %s is an error with its remedy', async (_name, image, said) => {
    const { code, err } = await connect(listSeries, image);
    expect(err).toMatch(
      new RegExp(`^error: archive web: image: .*${said.source}.* Remedy: .*\\[server\\.image\\.redirect\\]$`, 'm'),
    );
    const images = archive.asked.filter(({ headers }) => !headers.accept?.includes('json'));
    expect(images.length).toBeGreaterThan(0);
    expect(images.length).toBeLessThanOrEqual(6);
    expect(code).toBe(1);
  });

  it('from https to http is not followed', async () => {
    const fetched = jest.spyOn(globalThis, 'fetch');
    fetched.mockResolvedValue(
      new Response(null, { status: 302, headers: { location: 'http://archive.example/wado' } }),
    );
    try {
      const request = { url: 'https://archive.example/wado', headers: new Headers() };
      const answer = get(request, new AbortController().signal, () => Promise.resolve('read'));
      await expect(answer).rejects.toThrow(/redirects to an address without TLS/);
      expect(fetched).toHaveBeenCalledTimes(1);
    } finally {
      fetched.mockRestore();
    }
  });
});

describe('a list of series', () => {
  it('that is compressed and huge is not read to its end', async () => {
    const body = gzipSync(Buffer.concat([Buffer.alloc(64 * MIB, ' '), Buffer.from(seriesOf(SERIES))]));
    const { code, err } = await connect((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/dicom+json', 'content-encoding': 'gzip' }).end(body);
    });
    expect(err).toMatch(/^error: archive web: image: .*longer than \d+ MiB.* Remedy: /m);
    expect(code).toBe(1);
  });

  it('that does not end is cut off', async () => {
    let sent = 0;
    const chunk = Buffer.alloc(MIB, ' ');
    const { err } = await connect((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/dicom+json' });
      // A bound, so that a client that reads all does not hang this test.
      const send = () => {
        if (response.destroyed || sent++ >= 256) response.end();
        else response.write(chunk, () => setImmediate(send));
      };
      send();
    });
    expect(err).toMatch(/^error: archive web: image: .*longer than \d+ MiB.* Remedy: /m);
    expect(sent).toBeLessThan(64);
  });

  it('that breaks off is said to', async () => {
    const { err } = await connect((_request, response) => {
      response.writeHead(200, { 'content-length': 1000 });
      response.write('[');
      setTimeout(() => response.destroy(), 50);
    });
    expect(err).toMatch(/^error: archive web: image: .*closed the connection after 1 bytes/m);
  });

  it.each([
    '..',
    '../../admin?x=1',
    '1.2/../../admin',
    '1.2?x=1',
    '',
    '1'.repeat(65),
    12,
    { length: 1 },
    null,
    '1.2\u00e9',
    '1.2\n',
  ])('with %j as UID is an error, and nothing is asked by it', async (uid) => {
    const { code, err } = await connect((_request, response) => response.end(seriesOf(uid)));
    expect(err).toMatch(/^error: archive web: image: .*Series Instance UID.* Remedy: /m);
    expect(archive.asked.at(-1)!.url).toContain(`/web/studies/${STUDY}/series?includefield=`);
    expect(code).toBe(1);
  });
});
