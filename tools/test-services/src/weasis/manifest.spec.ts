import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openLaunch, openManifest, type WeasisRelease } from './index.js';
import { arcQueryOf, manifestOf, type ScriptedArchive, scriptedArchive, seriesOf } from './testing/scripted-archive.js';

let archive: ScriptedArchive;
beforeEach(async () => {
  archive = await scriptedArchive();
});
afterEach(() => archive.stop());

const RELEASES: WeasisRelease[] = ['4.6.6', '4.7.1', 'newest'];
const ONE = manifestOf(arcQueryOf('baseUrl="URL/wado"', seriesOf('1.1', 2)));

it.each(RELEASES)('%s shows what a manifest lists', async (release) => {
  const view = await openLaunch(`weasis://$dicom:get -w "${archive.manifest(ONE)}"`, { release });
  expect(view).toMatchObject({ images: 2, dialogs: [], missing: [], sopInstanceUids: ['1.1.1', '1.1.2'] });
  expect(view.firstImageMs).toBeGreaterThan(0);
  expect(view.patients).toEqual([
    {
      attributes: { PatientID: '7', PatientName: 'DOE^JANE' },
      studies: [
        {
          attributes: { StudyInstanceUID: '1' },
          series: [{ attributes: { SeriesInstanceUID: '1.1' }, listed: 2, images: 2 }],
        },
      ],
    },
  ]);
  expect(archive.requests[0]?.headers).toMatchObject({ accept: 'application/xml', 'accept-encoding': 'gzip' });
});

it('Windows drops an address of more than 2,000 characters silently', async () => {
  const launch = (length: number) => {
    const address = `weasis://$dicom:get -w "${archive.manifest(ONE)}"`;
    return `${address}$${'x'.repeat(length - address.length - 1)}`;
  };
  expect(await openLaunch(launch(2000), { windows: true })).toMatchObject({ images: 2 });
  expect(await openLaunch(launch(2001), { windows: true })).toMatchObject({ images: 0, dialogs: [], requests: [] });
  expect(await openLaunch(launch(2001))).toMatchObject({ images: 2 });
});

describe('what goes wrong on the way', () => {
  it('any status but 2xx: the body is thrown away, one retry, a dialog', async () => {
    const address = archive.manifest('');
    archive.answer = (_, response) => (response.writeHead(502).end(manifestOf(MESSAGE)), true);
    const view = await openManifest(address);
    expect(view).toMatchObject({ messages: [], dialogs: [{ kind: 'network-error', address, reason: 'status 502' }] });
    expect(archive.paths).toHaveLength(2);
  });

  it('the retry may succeed', async () => {
    const address = archive.manifest(ONE);
    archive.answer = (_, response) => archive.paths.length === 1 && (response.writeHead(500).end(), true);
    expect(await openManifest(address)).toMatchObject({ images: 2, dialogs: [] });
  });

  it('a cut connection: four tries', async () => {
    archive.answer = (request) => (request.socket.destroy(), true);
    expect(await openManifest(archive.manifest(ONE))).toMatchObject({ dialogs: [{ kind: 'network-error' }] });
    expect(archive.paths).toHaveLength(4);
  });

  it('no answer in time: two tries', async () => {
    archive.answer = () => true;
    const view = await openManifest(archive.manifest(ONE), { timeouts: { readMs: 50 } });
    expect(view.dialogs).toMatchObject([{ kind: 'network-error', reason: 'no answer in time' }]);
    expect(archive.paths).toHaveLength(2);
  });

  it('redirects are followed', async () => {
    archive.manifest(ONE);
    archive.answer = ({ url }, response) =>
      url === '/old' && (response.writeHead(302, { location: '/manifest' }).end(), true);
    expect(await openManifest(`${archive.url}/old`)).toMatchObject({ images: 2 });
  });

  it.each(['', '<manifest><arcQuery>', '<html><br></html>', '<manifest a="b & c"/>'])(
    'what is not well-formed is an error: %s',
    async (text) => {
      expect((await openManifest(archive.manifest(text))).dialogs).toMatchObject([{ kind: 'broken-manifest' }]);
    },
  );

  it('well-formed HTML: silently nothing', async () => {
    const view = await openManifest(archive.manifest('<html><p>Please log in.</p></html>'));
    expect(view).toMatchObject({ dialogs: [], patients: [] });
  });
});

describe('forms of a manifest', () => {
  const unlabelled = (): string => {
    const text = ONE.replaceAll('URL', archive.url);
    archive.answer = ({ url }, response) => url === '/zipped' && (response.end(gzipSync(text)), true);
    return `${archive.url}/zipped`;
  };

  it('gzip is recognised by its first bytes by the newest only', async () => {
    const [older, newest] = [await openManifest(unlabelled(), { release: '4.7.1' }), await openManifest(unlabelled())];
    expect([older.images, older.dialogs.length, newest.images]).toEqual([0, 1, 2]);
  });

  it.each(RELEASES)('%s unzips what says that it is zipped', async (release) => {
    const text = ONE.replaceAll('URL', archive.url);
    archive.answer = ({ url }, response) =>
      url === '/zipped' && (response.setHeader('content-encoding', 'gzip').end(gzipSync(text)), true);
    expect(await openManifest(`${archive.url}/zipped`, { release })).toMatchObject({ images: 2, dialogs: [] });
  });

  it('JSON is read by the newest only', async () => {
    const Instance = [{ SOPInstanceUID: '1.1.1', InstanceNumber: 1 }];
    const Study = [{ StudyInstanceUID: '1', Series: [{ SeriesInstanceUID: '1.1', Instance }] }];
    const arcQuery = [{ arcId: 'a', baseUrl: 'URL', Patient: [{ PatientID: '7', Study }] }];
    const address = archive.manifest(JSON.stringify({ manifest: { arcQuery } }));
    expect(await openManifest(address)).toMatchObject({ images: 1, dialogs: [] });
    expect(await openManifest(address, { release: '4.7.1' })).toMatchObject({ images: 0, dialogs: [{}] });
  });

  it('base64 in the command is read by 4.6.6 only', async () => {
    const text = ONE.replaceAll('URL', archive.url);
    const address = `weasis://$dicom:get -i ${encodeURIComponent(gzipSync(text).toString('base64'))}`;
    expect(await openLaunch(address, { release: '4.6.6' })).toMatchObject({ images: 2 });
    expect(await openLaunch(address, { release: '4.7.1' })).toMatchObject({ images: 0 });
  });

  it('a single DICOM file is shown', async () => {
    const view = await openLaunch(`weasis://$dicom:get -r "${archive.url}/1.1.1"`);
    expect(view).toMatchObject({ images: 1, patients: [{ attributes: { PatientID: '7' } }] });
  });
});

const MESSAGE = '<arcQuery arcId="b" baseUrl=""><Message title="t" description="d"/></arcQuery>';

it('messages open dialogs; without a title or a description they do not; severity is WARN by default', async () => {
  const texts = ['title="" description="d"', 'title="t"', 'title="t" description="d" severity="ERROR"'];
  const other = `<arcQuery arcId="c" baseUrl="">${texts.map((text) => `<Message ${text}/>`).join('')}</arcQuery>`;
  const view = await openManifest(archive.manifest(manifestOf(MESSAGE, other)));
  expect(view.messages.map(({ severity }) => severity)).toEqual(['WARN', 'ERROR']);
  expect(view.dialogs).toMatchObject([
    { kind: 'message', title: 't', description: 'd' },
    { kind: 'message', severity: 'ERROR' },
  ]);
});

it('commands run one after the other; downloads start at the end of each', async () => {
  const first = archive.manifest(ONE);
  let imageAsked = () => {};
  const downloading = new Promise<void>((resolve) => (imageAsked = resolve));
  archive.answer = ({ url }, response) => {
    if (url?.startsWith('/wado')) imageAsked();
    // Is answered only once an image of the first command is asked for.
    if (url === '/slow') void downloading.then(() => response.end(manifestOf()));
    return url === '/slow';
  };
  const view = await openLaunch(`weasis://$dicom:get -w "${first}"$dicom:get -w "${archive.url}/slow"`);
  expect(view).toMatchObject({ images: 2, dialogs: [], failedCommands: [] });
});

it('a command that fails leaves the others', async () => {
  const view = await openLaunch(`weasis://$dicom:get -w "http://a/%2525"$dicom:get -w "${archive.manifest(ONE)}"`);
  expect(view).toMatchObject({ images: 2, failedCommands: ['dicom:get: % outside single quotes'] });
});
