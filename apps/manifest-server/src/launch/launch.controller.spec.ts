import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { randomBytes } from 'node:crypto';
import { SymmetricCipher } from '@pacs-connectors/config-core';
import { ConnectorError, emptyCriteria, type SearchResult } from '@pacs-connectors/connector-core';
import { LaunchedManifests } from '../cache/launched-manifests.js';
import { ManifestService } from '../manifest/manifest.service.js';
import { archives, fakes, patientWith, serveFakes } from '../testing/fake-archive.js';

const VIEWERS = `
ohif.server: { url: https://ohif.example, port: 8443, context: app }
slicer.archives.north: { url: https://desk.example, context: rs }
microdicom.archives:
  north: { url: http://north.example, port: 104, context: NORTH }
`;
const OAUTH2 = 'oauth2.url: https://north.example/rs';
const WITH_TOKEN = `connector.config.north: { type: FAKE, wado.authentication: { ${OAUTH2} } }\n`;
const others: NestFastifyApplication[] = [];
let app: NestFastifyApplication;
let url: string;

async function serve(text: string, options = {}): Promise<string> {
  const other = await serveFakes(text, options);
  others.push(other.app);
  return other.url;
}

beforeAll(async () => {
  ({ app, url } = await serveFakes(`${fakes('north', 'south')}${VIEWERS}`));
});
afterAll(() => app?.close());
afterEach(async () => {
  archives.clear();
  await Promise.all(others.splice(0).map((other) => other.close()));
});

async function ask(path: string, init: RequestInit = {}, base = url) {
  const response = await fetch(`${base}/${path}`, { redirect: 'manual', ...init });
  return { status: response.status, location: response.headers.get('location') ?? '', response };
}

async function problem(path: string, init: RequestInit = {}, base = url) {
  const { status, response } = await ask(path, init, base);
  const { detail, errors } = (await response.json()) as { detail: string; errors?: { parameter: string }[] };
  return { status, detail, parameters: errors?.map(({ parameter }) => parameter) };
}

/** The commands that a launch hands to Weasis. */
const commandsOf = (location: string) => decodeURIComponent(location.replace(/^weasis:\/\//, '').replaceAll('+', ' '));
const keyOf = (location: string) => /manifest\?key=([\w-]{43})/.exec(commandsOf(location))?.[1] ?? '';

async function manifest(key: string, base = url) {
  const response = await fetch(`${base}/manifest?key=${key}`, { headers: { accept: 'application/json' } });
  const text = await response.text();
  return { status: response.status, text };
}

it.each(['', `, force-basic: true, ${OAUTH2}`, `, type: BASIC, ${OAUTH2}`])(
  'no viewer gets the token of the caller for an archive that takes logins: basic%s',
  async (more) => {
    const login = 'basic: { url: https://north.example/wado, login: u, password: p }';
    const connector = `connector.config.north: { type: FAKE, wado.authentication: { ${login}${more} } }\n`;
    const base = await serve(`${connector}${VIEWERS}`);
    for (const viewer of ['OHIF', 'SLICER']) {
      const path = `display?viewer=${viewer}&archive=north&studyUID=1.2&access_token=SECRET`;
      const { status, location } = await ask(path, {}, base);
      expect(status).toBe(302);
      expect(location).toContain('1.2');
      expect(location).not.toContain('SECRET');
    }
  },
);

describe('a launch of Weasis', () => {
  it.each(['display', 'display/auth', 'weasis', 'display/weasis', 'display/auth/weasis', 'viewer'])(
    'answers /%s at once and builds meanwhile',
    async (path) => {
      let release: () => void = () => undefined;
      const held = new Promise<void>((resolve) => (release = resolve));
      let asked = 0;
      archives.set('north', async () => {
        asked++;
        await held;
        return patientWith('1.2', 3);
      });
      const { status, location, response } = await ask(`${path}?studyUID=1.2&archive=north&skipWeasisManifestCache`);
      expect(status).toBe(302);
      expect(response.headers.get('cache-control')).toBe('no-store');
      const key = keyOf(location);
      expect(commandsOf(location)).toBe(`$dicom:get -w "${url}/manifest?key=${key}"`);
      const waiting = Array.from({ length: 20 }, () => manifest(key));
      await new Promise((resolve) => setTimeout(resolve, 100));
      release();
      for (const { status: got, text } of await Promise.all(waiting)) {
        expect(got).toBe(200);
        expect(text).toContain('1.2.1.3');
      }
      expect(asked).toBe(1);
    },
  );

  it('takes the search as JSON and as a form', async () => {
    archives.set('north', ({ patientIds, filters }) =>
      Promise.resolve(patientWith(`9.${patientIds.length}.${filters.mostRecentResults}`)),
    );
    const json = await ask('display', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ patientID: ['1', '2'], archive: 'north', mostRecentResults: 7, target: null }),
    });
    expect((await manifest(keyOf(json.location))).text).toContain('"9.2.7"');
    const form = await ask('display', {
      method: 'POST',
      body: new URLSearchParams({ patientID: '1,2,3', archive: 'north', mostRecentResults: '8' }),
    });
    expect((await manifest(keyOf(form.location))).text).toContain('"9.3.8"');
    for (const [body, type, status] of [
      ['[1]', 'application/json', 400],
      ['{"patientID": {"$ne": 1}}', 'application/json', 400],
      ['{', 'application/json', 400],
      ['<x/>', 'application/xml', 415],
      ['a=%zz&patientID=%zz', 'application/x-www-form-urlencoded', 400],
    ] as const)
      expect((await ask('display', { method: 'POST', headers: { 'content-type': type }, body })).status).toBe(status);
  });

  it.each(['[]', '[1]', '"x"', '""', '1', 'true', 'null'])('takes no JSON that is no object: %s', async (body) => {
    const headers = { 'content-type': 'application/json' };
    expect(await problem('display', { method: 'POST', headers, body })).toEqual({
      status: 400,
      detail: 'The body must be a JSON object with the parameters of the search.',
    });
  });

  it('takes no identifier that is not the one that was written', async () => {
    const of = (body: string) =>
      problem('display', { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    // JSON.parse makes other numbers of these: 12345678901234567000 is another patient.
    for (const number of ['12345678901234567890', '1.20', '1e400', '-9007199254740993'])
      expect(await of(`{"patientID": ${number}}`)).toMatchObject({ status: 400, parameters: ['patientID'] });
    for (const name of ['patientID', 'accessionNumber', 'pro', 'user', 'archive'])
      expect(await of(JSON.stringify({ studyUID: '1.2', [name]: 'a\ud800b' }))).toMatchObject({
        status: 400,
        parameters: [name],
      });
    expect((await of(JSON.stringify({ viewer: 'MICRODICOM', patientID: '\udc00' }))).status).toBe(400);
  });

  it('finds the manifest of the same question, builds again on demand, and never for another caller', async () => {
    archives.set('north', () => Promise.resolve(patientWith('1.2')));
    const key = async (more: string) => keyOf((await ask(`display?studyUID=1.2&archive=north${more}`)).location);
    const first = await key('');
    expect(await key('&user=x&pro=a%20b')).toBe(first);
    expect(await key('&skipWeasisManifestCache=false')).toBe(first);
    expect(await key('&skipWeasisManifestCache')).not.toBe(first);
    expect(await key('&access_token=a.b.c')).not.toBe(first);
    expect(await key('&access_token=a.b.d')).not.toBe(await key('&access_token=a.b.c'));
    expect(await key('&seriesUID=1')).not.toBe(first);
  });

  it('is called as dcm4chee-arc calls it; the token is in no address and no key', async () => {
    const base = await serve(fakes('north'), { contextPath: '/weasis-pacs-connector' });
    const seen: unknown[] = [];
    archives.set('north', (_criteria, { caller }) => {
      seen.push(caller);
      return Promise.resolve(patientWith('1.2'));
    });
    const path = 'weasis-pacs-connector/weasis?&studyUID=1.2&target=_self&access_token=SECRET.token';
    const { status, location } = await ask(path, {}, base);
    expect(status).toBe(302);
    expect(location).not.toContain('SECRET');
    const key = keyOf(location);
    expect(commandsOf(location)).toContain(`"${base}/weasis-pacs-connector/manifest?key=`);
    expect((await manifest(key, `${base}/weasis-pacs-connector`)).status).toBe(200);
    expect(seen).toEqual([{ bearerToken: 'SECRET.token' }]);
  });

  it('hands on what the caller may, as values that add no command', async () => {
    const base = await serve(`${fakes('north')}weasis.launch-configuration.url: https://conf.example/launch\n`);
    const query = 'display?studyUID=1.2&user=dr%20who&host=h&client=c&config=main&pro=weasis.theme%20dark';
    expect(commandsOf((await ask(query, {}, base)).location)).toMatch(
      /^\$dicom:get -w "[^"]+" \$weasis:config wcfg="https:\/\/conf\.example\/launch\?pro=weasis\.theme%20dark&user=dr%20who&host=h&client=c&config=main" pro="weasis\.theme dark"$/,
    );
    const evil = encodeURIComponent('x" $dicom:close --all "');
    expect(await problem(`display?studyUID=1.2&pro=${evil}`)).toMatchObject({ status: 400, parameters: ['pro'] });
    expect(await problem('display?studyUID=1.2&arg=%24dicom%3Aclose')).toEqual({
      status: 400,
      detail: 'arg is disabled on this server (weasis.allow.arg). Leave it out',
      parameters: ['arg'],
    });
  });

  it('takes commands in place of the manifest where that is allowed; properties and configurations where not forbidden', async () => {
    const base = await serve(`${fakes('north')}weasis.allow: { arg: true, pro: false, config: false }\n`);
    const { location } = await ask(`display?studyUID=1.2&arg=${encodeURIComponent('$image:get -u "x"')}`, {}, base);
    expect(commandsOf(location)).toBe('$image:get -u "x"');
    for (const name of ['pro', 'config'])
      expect((await problem(`display?studyUID=1.2&${name}=a`, {}, base)).parameters).toEqual([name]);
  });

  it('gives all properties in one command, behind a ? where portals want one', async () => {
    const base = await serve(`${fakes('north')}weasis.command.context: '?'\n`);
    const { location } = await ask('display?studyUID=1.2&pro="a%20b"&pro=c%20d', {}, base);
    expect(location).toMatch(/^weasis:\/\/\?%24dicom%3Aget\+-w\+%22/);
    expect(commandsOf(location)).toMatch(/^\?\$dicom:get -w "[^"]+" \$weasis:config pro="a b" pro="c d"$/);
  });

  it('gives the messages of a build that failed in a 200, since Weasis reads no other; a direct search keeps its status', async () => {
    for (const kind of ['timeout', 'unavailable'] as const) {
      const base = await serve(fakes('north'));
      archives.set('north', () => Promise.reject(new ConnectorError('north', kind, 'too slow')));
      const key = keyOf((await ask('display?studyUID=1.9', {}, base)).location);
      const { status, text } = await manifest(key, base);
      expect(status).toBe(200);
      expect(text).toContain('Too slow');
      const xml = await fetch(`${base}/manifest?key=${key}`, { headers: { accept: 'application/xml' } });
      expect([xml.status, await xml.text()]).toEqual([200, expect.stringMatching(/<Message [^>]*Too slow/)]);
      expect((await ask('manifest?studyUID=1.9', {}, base)).status).toBe(kind === 'timeout' ? 504 : 502);
    }
  });

  it('shows what there is where one archive is down and another slow, within the deadline', async () => {
    const base = await serve(`${fakes('dead', 'slow', 'fast')}connector.timeout: 300ms\n`);
    archives.set('dead', () => Promise.reject(new ConnectorError('dead', 'unavailable', 'the link is down')));
    archives.set('slow', () => new Promise(() => undefined));
    archives.set('fast', () => Promise.resolve(patientWith('1.2')));
    const begun = performance.now();
    const { text, status } = await manifest(keyOf((await ask('display?studyUID=1.2', {}, base)).location), base);
    expect(performance.now() - begun).toBeLessThan(30_000);
    expect(status).toBe(200);
    for (const expected of ['Archive dead: not reachable', 'Archive slow: no answer in time', '1.2.1.1'])
      expect(text).toContain(expected);
  });

  it('gives a viewer what there is before it gives up, and the whole later', async () => {
    const { app: other, url: base } = await serveFakes(fakes('slow', 'fast'));
    others.push(other);
    const launched = other.get(LaunchedManifests);
    launched.viewerWaitsMs = 200;
    let answer: (result: SearchResult) => void = () => undefined;
    archives.set('slow', () => new Promise((resolve) => (answer = resolve)));
    archives.set('fast', () => Promise.resolve(patientWith('1.2')));
    const key = keyOf((await ask('display?studyUID=1.2,1.3', {}, base)).location);
    const early = await manifest(key, base);
    expect(early.status).toBe(200);
    expect(early.text).toContain('1.2.1.1');
    expect(early.text).toContain('Archive slow: no answer yet');
    answer(patientWith('1.3'));
    launched.viewerWaitsMs = 10_000;
    const whole = await manifest(key, base);
    expect(whole.text).toContain('1.2.1.1');
    expect(whole.text).toContain('1.3.1.1');
    expect(whole.text).not.toContain('no answer yet');
  });

  it('gives a viewer a message where nothing is there yet, whatever hangs', async () => {
    const { app: other, url: base } = await serveFakes(fakes('north'));
    others.push(other);
    const launched = other.get(LaunchedManifests);
    launched.viewerWaitsMs = 200;
    const manifests = other.get(ManifestService);
    manifests.build = (_question, { signal }) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
    const { status, text } = await manifest(keyOf((await ask('display?studyUID=1.2', {}, base)).location), base);
    expect(status).toBe(200);
    expect(text).toContain('The search is not finished');
  });

  it('says 404 for a key that is unknown or is none; to a viewer, which reads XML alone, by a message', async () => {
    for (const key of ['x'.repeat(43), '%00', 'a'.repeat(5000), '../..']) {
      expect((await problem(`manifest?key=${key}`)).status).toBe(404);
      for (const accept of ['application/xml', 'text/xml;charset=utf-8']) {
        const answer = await fetch(`${url}/manifest?key=${key}`, { headers: { accept } });
        expect([answer.status, await answer.text()]).toEqual([
          200,
          expect.stringMatching(/<Message title="This launch has expired" description="[^"]+" severity="ERROR"/),
        ]);
      }
    }
  });

  it('serves a kept manifest as any other: by form, coding and tag', async () => {
    archives.set('north', () => Promise.resolve(patientWith('1.2')));
    const key = keyOf((await ask('display?studyUID=1.2&archive=north')).location);
    const get = (headers: Record<string, string>) => fetch(`${url}/manifest?key=${key}`, { headers });
    const xml = await get({ accept: 'application/xml', 'accept-encoding': 'identity' });
    expect(await xml.text()).toContain('<Study StudyInstanceUID="1.2"');
    expect(xml.headers.get('content-encoding')).toBeNull();
    const packed = await get({ accept: 'application/xml', 'accept-encoding': 'gzip' });
    expect(packed.headers.get('content-encoding')).toBe('gzip');
    expect(await packed.text()).toContain('<Study StudyInstanceUID="1.2"');
    const etag = packed.headers.get('etag') ?? '';
    expect(etag).not.toBe(xml.headers.get('etag'));
    const again = await get({ accept: 'application/xml', 'accept-encoding': 'gzip', 'if-none-match': etag });
    expect(again.status).toBe(304);
    expect((await get({ accept: 'image/png' })).status).toBe(406);
  });
});

it('a client that does not read a kept manifest holds little memory, also without compression', async () => {
  archives.set('north', () => Promise.resolve(patientWith('1.77', 100_000)));
  const key = keyOf((await ask('display?studyUID=1.77&archive=north')).location);
  const plain = await fetch(`${url}/manifest?key=${key}`, { headers: { 'accept-encoding': 'identity' } });
  const length = Buffer.byteLength(await plain.text());
  expect(plain.headers.get('content-length')).toBe(String(length));
  const before = process.memoryUsage().arrayBuffers;
  const { hostname, port } = new URL(url);
  const clients = Array.from({ length: 40 }, () => connect(Number(port), hostname));
  await Promise.all(
    clients.map(async (client) => {
      client.write(`GET /manifest?key=${key} HTTP/1.1\r\nHost: x\r\n\r\n`);
      // The answer has begun, and is taken no further.
      await once(client, 'readable');
    }),
  );
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(10 * length);
  for (const client of clients) client.destroy();
});

describe('other viewers', () => {
  it('OHIF is opened on what is named, the token in the fragment', async () => {
    const base = await serve(`${WITH_TOKEN}${VIEWERS}`);
    const { location } = await ask('display?viewer=OHIF&archive=north&studyUID=1.2,1.3&access_token=T.o.k', {}, base);
    expect(location).toBe('https://ohif.example:8443/app/viewer/north?StudyInstanceUIDs=1.2,1.3#token=T.o.k');
  });

  it('OHIF is opened on the studies that an archive is asked for', async () => {
    const depths: unknown[] = [];
    archives.set('north', (_criteria, { depth }) => {
      depths.push(depth);
      return Promise.resolve(patientWith('1.7'));
    });
    const at = async (query: string) => (await ask(`display?viewer=OHIF&archive=north&${query}`)).location;
    expect(await at('patientID=P1')).toMatch(/\?StudyInstanceUIDs=1\.7$/);
    expect(await at('seriesUID=1.7.1')).toMatch(
      /\?StudyInstanceUIDs=1\.7&SeriesInstanceUIDs=1\.7\.1&initialSeriesInstanceUID=1\.7\.1$/,
    );
    expect(await at('studyUID=1.7&seriesUID=1.7.1&objectUID=1.7.1.1')).toMatch(
      /\?StudyInstanceUIDs=1\.7&initialSeriesInstanceUID=1\.7\.1&initialSopInstanceUID=1\.7\.1\.1$/,
    );
    expect(depths).toEqual(['study', 'study', 'study']);
  });

  it('says why OHIF cannot be opened', async () => {
    const of = (query: string) => problem(`display?viewer=OHIF&${query}`);
    expect(await of('studyUID=1.2')).toMatchObject({ status: 400, parameters: ['archive'] });
    expect((await of('archive=north&patientID=nobody')).status).toBe(404);
    archives.set('north', () => Promise.reject(new ConnectorError('north', 'unavailable', 'the link is down')));
    expect(await of('archive=north&patientID=P1')).toMatchObject({
      status: 502,
      detail: expect.stringContaining('the link is down'),
    });
    const cut = { severity: 'WARN' as const, title: 'Cut', description: 'Not all studies came.' };
    archives.set('north', () => Promise.resolve({ ...patientWith('1.7'), notices: [cut] }));
    expect(await of('archive=north&patientID=P1')).toMatchObject({ status: 502 });
  });

  it('3D Slicer is opened on one study of one archive', async () => {
    const at = (query: string, base = url) => ask(`display?viewer=SLICER&${query}`, {}, base);
    const base = await serve(`${WITH_TOKEN}${VIEWERS}`);
    expect((await at('archive=north&studyUID=1.2&access_token=t', base)).location).toBe(
      'slicer://viewer/?studyUID=1.2&dicomweb_endpoint=https%3A%2F%2Fdesk.example%2Frs&access_token=t',
    );
    const of = (query: string) => problem(`display?viewer=SLICER&${query}`);
    expect(await of('archive=north&studyUID=1.2,1.3')).toMatchObject({ status: 400, parameters: ['studyUID'] });
    archives.set('north', () =>
      Promise.resolve({
        ...patientWith('1.2'),
        patients: [...patientWith('1.2').patients, ...patientWith('1.3').patients],
      }),
    );
    expect(await of('archive=north&patientID=P1')).toEqual({
      status: 400,
      detail: 'patientID leads to 2 studies: 3D Slicer opens exactly one',
      parameters: ['patientID'],
    });
    expect(await of('studyUID=1.2')).toMatchObject({ status: 400, parameters: ['archive'] });
    expect((await of('archive=south&studyUID=1.2')).detail).toContain('slicer.archives.south.url is missing');
  });

  it('MicroDicom is opened by one identifier, at archives that it knows', async () => {
    expect((await ask('display?viewer=MICRODICOM&archive=north&accessionNumber=A%201')).location).toBe(
      'microdicom://?param=pacsServer&value=NORTH@north.example:104&param=pacsTagValue&value=00080050&value=A%201',
    );
    const of = (query: string) => problem(`display?viewer=MICRODICOM&${query}`);
    expect((await of('studyUID=1.2')).detail).toContain('microdicom.archives.south.url is missing');
    expect((await of('archive=north&patientID=1,2')).detail).toBe(
      'patientID is one of 2 identifiers: MicroDicom opens exactly one patient, study, accession number, series or object',
    );
    expect((await of('archive=north&patientID=1,2&studyUID=1.2')).parameters).toEqual(['patientID']);
    expect((await of('archive=north&studyUID=1.2,1.3')).parameters).toEqual(['studyUID']);
    expect((await of('archive=north&patientID=1^^^H')).parameters).toEqual(['patientID']);
    expect((await of('archive=north&patientID=1&mostRecentResults=1')).parameters).toEqual(['mostRecentResults']);
  });

  it('one without its keys is a 400 that names the missing one', async () => {
    const base = await serve(fakes('north'));
    for (const [viewer, key] of [
      ['OHIF', 'ohif.server.url'],
      ['SLICER', 'slicer.archives.<connector id>.url'],
      ['MICRODICOM', 'microdicom.archives.<connector id>.url'],
    ])
      expect(await problem(`display?studyUID=1.2&viewer=${viewer}`, {}, base)).toMatchObject({
        status: 400,
        parameters: ['viewer'],
        detail: expect.stringContaining(`the key ${key} is missing`),
      });
  });

  it('one whose key is invalid is a 400 that does not call the key missing', async () => {
    const base = await serve(`${fakes('north')}OHIF.Server.url: ftp://ohif.example\n`);
    expect(await problem('display?studyUID=1.2&viewer=OHIF', {}, base)).toMatchObject({
      status: 400,
      parameters: ['viewer'],
      detail: expect.stringMatching(/the key ohif has an error$/),
    });
  });
});

describe('Invoke Image Display (RAD-106)', () => {
  const paths = ['IHEInvokeImageDisplay', 'display/IHEInvokeImageDisplay', 'display/auth/IHEInvokeImageDisplay'];
  it.each(paths)('/%s', async (path) => {
    for (const method of ['GET', 'POST'])
      expect(
        (
          await ask(
            `${path}?requestType=STUDY&studyUID=1.2&viewerType=IHE_BIR&diagnosticQuality=true&keyImagesOnly=false`,
            { method },
          )
        ).status,
      ).toBe(302);
  });

  it('keeps the rules of the two kinds of request', async () => {
    const of = async (query: string) => (await problem(`IHEInvokeImageDisplay?${query}`)).parameters;
    expect(await of('studyUID=1.2')).toEqual(['requestType']);
    expect(await of('requestType=SERIES&studyUID=1.2')).toEqual(['requestType']);
    expect(await of('requestType=PATIENT&studyUID=1.2')).toEqual(['studyUID']);
    expect(await of('requestType=PATIENT&patientID=1,2')).toEqual(['patientID']);
    expect(await of('requestType=STUDY&patientID=1')).toEqual(['studyUID']);
    expect(await of('requestType=STUDY&studyUID=1.2&accessionNumber=A')).toEqual(['accessionNumber']);
    expect(await of('requestType=STUDY&studyUID=1.2&seriesUID=1')).toEqual(['seriesUID']);
    expect((await ask('IHEInvokeImageDisplay?requestType=PATIENT&patientID=1^^^H')).status).toBe(302);
    expect((await ask('IHEInvokeImageDisplay?requestType=STUDY&accessionNumber=A,B')).status).toBe(302);
  });

  it('says what is missing, all of it at once', async () => {
    const of = (query: string) => problem(`IHEInvokeImageDisplay?${query}`);
    expect(await of('')).toEqual({
      status: 400,
      detail: 'requestType is missing: PATIENT with patientID, or STUDY with studyUID or accessionNumber',
      parameters: ['requestType'],
    });
    expect((await of('requestType=STUDY')).detail).toBe(
      'studyUID is missing: requestType=STUDY needs it, or accessionNumber',
    );
    expect((await of('requestType=PATIENT')).detail).toBe('patientID is missing: requestType=PATIENT needs it');
    expect((await of('requestType=STUDY&studyuid=1.2')).parameters).toEqual(['studyuid', 'studyUID']);
  });

  it('shows the study, not all of the patient that is named beside it', async () => {
    const asked: unknown[] = [];
    archives.set('north', (criteria) => {
      asked.push(criteria);
      return Promise.resolve(patientWith('1.2'));
    });
    const query = 'requestType=STUDY&studyUID=1.22&patientID=P1&archive=north';
    await manifest(keyOf((await ask(`IHEInvokeImageDisplay?${query}`)).location));
    expect(asked).toEqual([{ ...emptyCriteria(), studyInstanceUids: ['1.22'] }]);
  });
});

describe('the guards of older servers', () => {
  it('request.ids and request.IID.level say what callers may ask by', async () => {
    const base = await serve(`${fakes('north')}request: { ids: [studyUID], IID.level: STUDY }\n`);
    expect((await ask('display?studyUID=1.2', {}, base)).status).toBe(302);
    expect(await problem('display?studyUID=1.2&patientID=1', {}, base)).toMatchObject({
      status: 400,
      parameters: ['patientID'],
      detail: 'patientID is not allowed on this server (request.ids)',
    });
    expect((await problem('manifest?accessionNumber=1', {}, base)).parameters).toEqual(['accessionNumber']);
    const iid = await serve(`${fakes('north')}request.IID.level: STUDY\n`);
    const path = 'IHEInvokeImageDisplay?requestType=PATIENT&patientID=1';
    expect((await problem(path, {}, iid)).parameters).toEqual(['requestType']);
  });

  it('hosts.allow says who may ask, by the address of the client; probes go by', async () => {
    const text = (allow: string) => `${fakes('north')}hosts.allow: ${allow}\nserver.trusted-proxies: 127.0.0.1\n`;
    const from = (client: string) => ({ headers: { 'x-forwarded-for': client } });
    const base = await serve(text('"10.0.0.0/8, 2001:db8::7, localhost"'));
    for (const client of ['10.1.2.3', '2001:db8::7', '127.0.0.1'])
      expect((await ask('display?studyUID=1.2', from(client), base)).status).toBe(302);
    for (const client of ['11.1.2.3', '2001:db8::8', '10.1.2.3, 11.1.2.3'])
      for (const path of ['display?studyUID=1.2', 'manifest?studyUID=1.2', 'manifest?key=x'])
        expect((await ask(path, from(client), base)).status).toBe(403);
    expect((await ask('health/live', from('11.1.2.3'), base)).status).toBe(200);
    const strict = await serve(text('10.0.0.0/8'));
    expect((await ask('display?studyUID=1.2', {}, strict)).status).toBe(403);
  });

  it('identifiers arrive encrypted where that is configured, and no others are taken', async () => {
    const base = await serve(`${fakes('north')}cryptography: { enabled: true, password: pass, mode: gcm }\n`);
    const asked: string[][] = [];
    archives.set('north', ({ patientIds }) => {
      asked.push(patientIds.map(({ id }) => id));
      return Promise.resolve(patientWith('1.2'));
    });
    const cipher = new SymmetricCipher('pass');
    for (const value of [`${cipher.encrypt('A')},${cipher.encrypt('B')}`, cipher.encrypt('C,D')])
      await fetch(`${base}/manifest?patientID=${value}`);
    expect(asked).toEqual([
      ['A', 'B'],
      ['C', 'D'],
    ]);
    for (const value of ['A', new SymmetricCipher('other').encrypt('A')])
      expect(await problem(`display?patientID=${value}`, {}, base)).toMatchObject({
        status: 400,
        detail: 'patientID is not encrypted as this server expects (cryptography)',
      });
  });

  it('identifiers that anybody could have altered are not taken where only authenticated ones are', async () => {
    const base = await serve(`${fakes('north')}cryptography: { enabled: true, password: pass }\n`);
    const cipher = new SymmetricCipher('pass');
    // Whoever knows what a CBC ciphertext of one block holds makes it hold something else, by its IV.
    const altered = Buffer.from(cipher.encrypt('MINE', 'cbc'), 'hex');
    for (const [index, byte] of [...Buffer.from('HERS')].entries())
      altered[index] = (altered[index] ?? 0) ^ byte ^ ('MINE'.charCodeAt(index) & 0xff);
    expect(cipher.decrypt(altered.toString('hex'))).toBe('HERS');
    for (const value of [altered.toString('hex'), cipher.encrypt('MINE', 'cbc')])
      expect((await problem(`display?patientID=${value}`, {}, base)).status).toBe(400);
    expect((await ask(`display?patientID=${cipher.encrypt('MINE')}`, {}, base)).status).toBe(302);
  });

  it('a caller without the key learns nothing from the answers where CBC is on', async () => {
    const base = await serve(
      `${fakes('north')}cryptography: { enabled: true, password: pass, mode: cbc }\nrequest.ids: patientID\n`,
    );
    const cipher = new SymmetricCipher('pass');
    const ofText = (text: string) => cipher.encrypt(text, 'cbc');
    expect((await ask(`display?patientID=${ofText('MINE')}`, {}, base)).status).toBe(302);
    const wrong = [
      ...['', ',', ' ', '\u0007', 'x'.repeat(600), 'patientID', '${id}', '^^^ISSUER', '&amp;x', 'a,\u0001'].map(ofText),
      ...Array.from({ length: 20 }, () => randomBytes(48).toString('hex')),
      ...['zz', '0', '00', 'MINE', cipher.encrypt('MINE')],
    ];
    const answers = await Promise.all(wrong.map((value) => problem(`display?patientID=${value}`, {}, base)));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    // A kind that is not allowed gets the same answer, whether it can be decrypted or not.
    const accession = await Promise.all(
      [ofText('A1'), 'zz'].map((value) => problem(`display?accessionNumber=${value}`, {}, base)),
    );
    expect(accession.map(({ detail }) => detail)).toEqual(Array(2).fill(expect.stringContaining('request.ids')));
  });
});

describe('the public address', () => {
  const baseOf = async (base: string, headers: Record<string, string> = {}) =>
    /"(.*)\/manifest\?/.exec(commandsOf((await ask('display?studyUID=1.2', { headers }, base)).location))?.[1];

  it('is server.public-url, with its path or else the context path', async () => {
    const text = (address: string) => `${fakes('north')}server.public-url: ${address}\n`;
    const plain = await serve(text('https://pacs.example/'), { contextPath: '/ctx' });
    expect(await baseOf(`${plain}/ctx`)).toBe('https://pacs.example/ctx');
    const path = await serve(text('https://pacs.example/outside/'), { contextPath: '/ctx' });
    expect(await baseOf(`${path}/ctx`)).toBe('https://pacs.example/outside');
  });

  it('comes from trusted proxies only', async () => {
    const forwarded = {
      forwarded: 'for=10.0.0.1;host=evil.example, for="[2001:db8::1]:99";host="pacs.example:8443";proto=https',
    };
    const older = { 'x-forwarded-host': 'pacs.example', 'x-forwarded-proto': 'https', 'x-forwarded-port': '8443' };
    expect(await baseOf(url, forwarded)).toBe(url);
    expect(await baseOf(url, older)).toBe(url);
    const base = await serve(`${fakes('north')}server.trusted-proxies: [127.0.0.0/8, "::1"]\n`);
    expect(await baseOf(base, forwarded)).toBe('https://pacs.example:8443');
    expect(await baseOf(base, older)).toBe('https://pacs.example:8443');
    expect(await baseOf(base, { ...older, 'x-forwarded-port': '443' })).toBe('https://pacs.example');
    expect((await ask('display?studyUID=1.2', { headers: { 'x-forwarded-host': 'a"b' } }, base)).status).toBe(400);
    expect(await baseOf(base)).toBe(base);
  });
});

it('lists every address with its methods, and describes them', async () => {
  const { status, response } = await ask('weasis', { method: 'DELETE' });
  expect(status).toBe(405);
  expect(response.headers.get('allow')).toBe('GET, HEAD, POST');
  const { paths } = (await (await fetch(`${url}/api-json`)).json()) as { paths: Record<string, object> };
  expect(Object.keys(paths)).toEqual(
    expect.arrayContaining(['/display', '/display/auth', '/weasis', '/display/weasis', '/IHEInvokeImageDisplay']),
  );
  expect(Object.keys(paths['/weasis'] ?? {}).sort()).toEqual(['get', 'post']);
});
