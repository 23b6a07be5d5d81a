import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openManifest, type WeasisOptions, type WeasisRelease } from './index.js';
import {
  arcQueryOf,
  imageOf,
  manifestOf,
  type ScriptedArchive,
  scriptedArchive,
  seriesOf,
} from './testing/scripted-archive.js';

let archive: ScriptedArchive;
beforeEach(async () => {
  archive = await scriptedArchive();
});
afterEach(() => archive.stop());

const open = (text: string, options: WeasisOptions = {}) => openManifest(archive.manifest(text), options);
const one = (attributes: string, series = '', instance = '', before = '') =>
  manifestOf(arcQueryOf(attributes, seriesOf('1.1', 1, series, instance), before));
/** Addresses of images that were asked for. */
const asked = () => archive.paths.filter((path) => !path.startsWith('/manifest'));

const WADO = '?requestType=WADO&studyUID=1&seriesUID=1.1&objectUID=1.1.1&contentType=application%2Fdicom';
const BASE = 'baseUrl="URL/wado"';

describe('the address of an image', () => {
  it.each([
    ['WADO-URI', BASE, '', '', `/wado${WADO}`],
    ['no slash and no ? is mended', 'baseUrl="URL/wado?a=b"', '', '', `/wado?a=b${WADO}`],
    ['a file address', BASE, '', 'DirectDownloadFile="/x/1.1.1"', '/wado/x/1.1.1'],
    ['a whole file address', 'baseUrl=""', '', 'DirectDownloadFile="URL/x/1.1.1"', '/x/1.1.1'],
    ['a transfer syntax as it is', BASE, 'WadoTransferSyntaxUID="*"', '', `/wado${WADO}&transferSyntax=*`],
    [
      'a quality beside it',
      BASE,
      'WadoTransferSyntaxUID="1.2.4" WadoCompressionRate="75"',
      '',
      `/wado${WADO}&transferSyntax=1.2.4&imageQuality=75`,
    ],
    ['no quality alone', BASE, 'WadoCompressionRate="75"', '', `/wado${WADO}`],
  ])('%s', async (_, attributes, series, instance, path) => {
    expect((await open(one(attributes, series, instance))).images).toBe(1);
    expect(asked()).toEqual([path]);
  });

  it.each<[WeasisRelease, string]>([
    ['4.6.6', '&studyUID=&seriesUID='],
    ['4.7.1', ''],
    ['newest', ''],
  ])('%s with requireOnlySOPInstanceUID', async (release, parents) => {
    await open(one(`${BASE} requireOnlySOPInstanceUID="true"`), { release });
    expect(asked()).toEqual([`/wado?requestType=WADO${parents}&objectUID=1.1.1&contentType=application%2Fdicom`]);
  });

  it.each<[WeasisRelease, string]>([
    ['4.6.6', '&old=1'],
    ['4.7.1', '&new=1'],
    ['newest', '&new=1'],
  ])('%s reads its own spelling of the extra parameters', async (release, extra) => {
    await open(one(`${BASE} additionnalParameters="&amp;old=1" additionalParameters="&amp;new=1"`), { release });
    expect(asked()).toEqual([`/wado${WADO}${extra}`]);
  });
});

describe('addresses that end the reading', () => {
  const before = arcQueryOf(BASE, seriesOf('1.1', 1));
  const after = arcQueryOf(BASE, seriesOf('1.2', 1));

  it.each<[string, string, WeasisRelease[]]>([
    ['missing', '', ['4.6.6', '4.7.1', 'newest']],
    ['{', 'baseUrl="URL/{x}"', ['4.7.1', 'newest']],
    ['a blank', 'baseUrl="URL/a b"', ['newest']],
    ['^', 'baseUrl="URL/a^b"', ['newest']],
    ['a bad %', 'baseUrl="URL/a%zz"', ['newest']],
    ['a quote', 'baseUrl="URL/a&quot;b"', ['newest']],
  ])('%s', async (_, attributes, ending) => {
    const images: Record<string, number> = {};
    for (const release of ['4.6.6', '4.7.1', 'newest'] as const) {
      const view = await open(manifestOf(before, arcQueryOf(attributes, ''), after), { release });
      images[release] = view.images;
      expect(view.dialogs).toEqual([]);
    }
    const expected = (release: WeasisRelease) => (ending.includes(release) ? 1 : 2);
    expect(images).toEqual({ '4.6.6': expected('4.6.6'), '4.7.1': expected('4.7.1'), newest: expected('newest') });
  });
});

describe('headers', () => {
  const tag = (key: string, value: string) => `<httpTag key="${key}" value="${value}"/>`;
  const headers = () => archive.requests.find(({ url }) => url?.startsWith('/wado'))?.headers;

  it('every httpTag before the patients is sent, an empty one too; one behind them is not', async () => {
    const text = one(BASE, '', '', tag('X-One', '1') + tag('X-Empty', ''));
    await open(text.replace('</arcQuery>', `${tag('X-Late', '1')}</arcQuery>`));
    expect(headers()).toMatchObject({ 'x-one': '1', 'x-empty': '' });
    expect(headers()).not.toHaveProperty('x-late');
  });

  it('webLogin replaces an Authorization', async () => {
    await open(one(`${BASE} webLogin="dTpw"`, '', '', tag('authorization', 'Bearer x')));
    expect(headers()?.authorization).toBe('Basic dTpw');
  });

  it.each(['Host', 'Connection', 'Content-Length', 'Upgrade', 'Expect'])(
    'Java refuses %s: no image and no dialog in the newer releases',
    async (key) => {
      const text = one(BASE, '', '', tag(key, key === 'Expect' ? '100-continue' : '0'));
      for (const release of ['4.7.1', 'newest'] as const)
        expect(await open(text, { release })).toMatchObject({ images: 0, dialogs: [] });
      expect(asked()).toEqual([]);
      if (key !== 'Expect') expect(await open(text, { release: '4.6.6' })).toMatchObject({ images: 1 });
    },
  );

  it.each([tag('X Y', '1'), tag('', '1'), tag('X', 'a&#10;b')])('an illegal one ends the reading: %s', async (text) => {
    const view = await open(one(BASE, '', '', text));
    expect(view).toMatchObject({ images: 0, dialogs: [{ kind: 'broken-manifest' }] });
  });
});

describe('the transfer', () => {
  const answerImages = (answer: ScriptedArchive['answer']) => {
    archive.answer = (request, response) =>
      request.url?.startsWith('/manifest') ? false : (answer(request, response), true);
  };

  it.each([204, 206, 401, 404, 500])('%i: missing, no retry, no dialog', async (status) => {
    answerImages((_, response) => void response.writeHead(status).end(status === 204 ? undefined : imageOf('1.1.1')));
    const view = await open(one(BASE));
    expect(view).toMatchObject({ images: 0, dialogs: [], missing: [{ reason: `status ${status}` }] });
    expect(asked()).toHaveLength(1);
  });

  it.each([
    ['HTML', Buffer.from('<html></html>')],
    ['another image', imageOf('1.1.2')],
    ['an image without its pixels', imageOf('1.1.1').subarray(0, -(12 + 2 * 16 * 16))],
    ['an image with two UIDs', Buffer.from(imageOf('1.1.1').toString('latin1').replace('1.1.1', '1.1.2'), 'latin1')],
    ['half an image', imageOf('1.1.1').subarray(0, 300)],
  ])('%s is skipped silently', async (_, body) => {
    answerImages((__, response) => void response.end(body));
    expect(await open(one(BASE))).toMatchObject({ images: 0, dialogs: [], missing: [{}], firstImageMs: undefined });
  });

  it('redirects are followed', async () => {
    answerImages(({ url }, response) =>
      url === '/moved'
        ? void response.end(imageOf('1.1.1'))
        : void response.writeHead(307, { location: '/moved' }).end(),
    );
    expect(await open(one(BASE))).toMatchObject({ images: 1 });
  });

  it('no answer in time: failed', async () => {
    answerImages(() => undefined);
    const view = await open(one(BASE), { timeouts: { imageMs: 50 } });
    expect(view).toMatchObject({ images: 0, dialogs: [], missing: [{ reason: 'no answer in time' }] });
    expect(asked()).toHaveLength(1);
  });

  it.each<[WeasisRelease, number, number]>([
    ['4.6.6', 4, 1],
    ['4.7.1', 8, 0],
    ['newest', 8, 0],
  ])('%s tries a cut connection %i times', async (release, tries, dialogs) => {
    answerImages((request) => void request.socket.destroy());
    const view = await open(one(BASE), { release });
    expect([asked().length, view.images, view.dialogs.length]).toEqual([tries, 0, dialogs]);
  });

  it('an answer that ends early is a cut', async () => {
    answerImages((request, response) => {
      response.writeHead(200, { 'content-length': 5000 }).write(imageOf('1.1.1'));
      setTimeout(() => request.socket.destroy(), 20);
    });
    expect(await open(one(BASE))).toMatchObject({ images: 0, missing: [{}] });
    expect(asked()).toHaveLength(8);
  });

  it('a cut that heals costs nothing', async () => {
    answerImages((request, response) => {
      if (asked().length < 8) request.socket.destroy();
      else response.end(imageOf('1.1.1'));
    });
    expect(await open(one(BASE))).toMatchObject({ images: 1, dialogs: [] });
  });

  it('3 series at once, 4 images of each; first, last, middle, halves', async () => {
    const waiting: (() => void)[] = [];
    let most = 0;
    answerImages((request, response) => {
      const uid = /objectUID=([\d.]+)/.exec(request.url ?? '')?.[1] ?? '';
      waiting.push(() => response.end(imageOf(uid)));
      most = Math.max(most, waiting.length);
      // Once no more can come, everything that waits is answered.
      if (waiting.length === 12) setTimeout(() => waiting.splice(0).forEach((answer) => answer()), 50);
      else if (most === 12) setTimeout(() => waiting.splice(0).forEach((answer) => answer()), 20);
    });
    const series = ['1.1', '1.2', '1.3', '1.4'].map((uid) => seriesOf(uid, 9)).join('');
    const view = await open(manifestOf(arcQueryOf(BASE, series)));
    expect([view.images, most]).toEqual([36, 12]);
    const order = asked().flatMap((path) => /objectUID=1\.1\.(\d+)/.exec(path)?.[1] ?? []);
    expect(order).toEqual(['1', '9', '5', '3', '7', '2', '4', '6', '8']);
  });
});
