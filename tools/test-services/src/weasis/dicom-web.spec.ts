import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openLaunch, openManifest, type WeasisRelease } from './index.js';
import {
  arcQueryOf,
  imageOf,
  manifestOf,
  type ScriptedArchive,
  scriptedArchive,
  sendImages,
  seriesOf,
} from './testing/scripted-archive.js';

let archive: ScriptedArchive;
beforeEach(async () => {
  archive = await scriptedArchive();
});
afterEach(() => archive.stop());

const RELEASES: WeasisRelease[] = ['4.6.6', '4.7.1', 'newest'];
const WEB = 'baseUrl="URL/rs" queryMode="DICOM_WEB"';

/** Images shown by each release. */
async function imagesOf(text: string): Promise<number[]> {
  const address = archive.manifest(text);
  const images: number[] = [];
  for (const release of RELEASES) {
    const view = await openManifest(address, { release });
    expect(view.dialogs).toEqual([]);
    images.push(view.images);
  }
  return images;
}

/** Answers QIDO-RS and WADO-RS of study 1 with the series 1.1, of two images. */
function serveStudy(): void {
  const json = (tags: Record<string, string>) =>
    JSON.stringify([Object.fromEntries(Object.entries(tags).map(([tag, value]) => [tag, { Value: [value] }]))]);
  const answers: [RegExp, string][] = [
    [/^\/rs\/studies\?/, json({ '0020000D': '1', '00100020': '7' })],
    [/\/studies\/1\/series\?/, json({ '0020000E': '1.1', '00080060': 'CT' })],
    [
      /\/studies\/1\/series\/1\.1\/instances$/,
      json({ '00080018': '1.1.1' }).replace(']}}]', ']}},{"00080018":{"Value":["1.1.2"]}}]'),
    ],
  ];
  archive.answer = (request, response) => {
    const answer = answers.find(([path]) => path.test(request.url ?? ''))?.[1];
    if (answer !== undefined) return (response.end(answer), true);
    if (request.url !== '/rs/studies/1/series/1.1') return false;
    sendImages(request, response, [imageOf('1.1.1'), imageOf('1.1.2')]);
    return true;
  };
}

describe('instances', () => {
  it('without file addresses are asked for by WADO-URI: nothing is shown', async () => {
    archive.answer = ({ url }, response) =>
      (url ?? '').startsWith('/rs?requestType=WADO') && (response.writeHead(404).end(), true);
    expect(await imagesOf(manifestOf(arcQueryOf(WEB, seriesOf('1.1', 2))))).toEqual([0, 0, 0]);
  });

  const series = seriesOf('1.1', 1, '', 'DirectDownloadFile="/studies/1/series/1.1/instances/1.1.1"');

  it('with them are shown from 4.7.1 on; 4.6.6 asks for no multipart', async () => {
    archive.answer = (request, response) => {
      if (request.url?.startsWith('/manifest')) return false;
      request.headers.accept ??= 'multipart/related';
      sendImages(request, response, [imageOf('1.1.1')]);
      return true;
    };
    expect(await imagesOf(manifestOf(arcQueryOf(WEB, series)))).toEqual([0, 1, 1]);
    expect(archive.requests.at(-1)?.headers.accept).toBe(
      'multipart/related;type="application/dicom";transfer-syntax=*',
    );
  });

  it('in an answer that is not multipart are not shown', async () => {
    archive.answer = ({ url }, response) => (url ?? '').startsWith('/rs') && (response.end(imageOf('1.1.1')), true);
    expect(await imagesOf(manifestOf(arcQueryOf(WEB, series)))).toEqual([1, 0, 0]);
    const accept = '<httpTag key="Accept" value="application/dicom"/>';
    expect(await imagesOf(manifestOf(arcQueryOf(WEB, series, accept)))).toEqual([1, 1, 1]);
  });

  it('with overridden tags are not shown', async () => {
    const text = manifestOf(arcQueryOf(`${WEB} overrideDicomTagsList="0x00100010,1048608"`, series));
    expect((await imagesOf(text)).slice(1)).toEqual([0, 0]);
  });
});

describe('partial manifests', () => {
  const seriesOnly = '<Series SeriesInstanceUID="1.1"/>';

  it('a series without instances is loaded with seriesRetrieve by the newest only', async () => {
    serveStudy();
    expect(await imagesOf(manifestOf(arcQueryOf(`${WEB} seriesRetrieve="true"`, seriesOnly)))).toEqual([0, 0, 2]);
    expect(await imagesOf(manifestOf(arcQueryOf(WEB, seriesOnly)))).toEqual([0, 0, 0]);
  });

  it('an archive that is not DICOM_WEB has none', async () => {
    serveStudy();
    const text = manifestOf(arcQueryOf('baseUrl="URL/rs" seriesRetrieve="true"', seriesOnly));
    expect(await imagesOf(text)).toEqual([0, 0, 0]);
    expect(archive.paths.filter((path) => !path.startsWith('/manifest'))).toEqual([]);
  });

  it('overridden tags work there', async () => {
    serveStudy();
    const attributes = `${WEB} seriesRetrieve="true" overrideDicomTagsList="0x00100010"`;
    expect(await imagesOf(manifestOf(arcQueryOf(attributes, seriesOnly)))).toEqual([0, 0, 2]);
  });

  it('a study without series is asked for them by the newest', async () => {
    serveStudy();
    expect(await imagesOf(manifestOf(arcQueryOf(`${WEB} seriesRetrieve="true"`, '')))).toEqual([0, 0, 2]);
    expect(archive.paths.filter((path) => path.includes('/series?'))).toEqual([
      '/rs/studies/1/series?includefield=0008103E,00080060,0020000E,00200011,00081190',
    ]);
    const listed = await openManifest(archive.manifest(manifestOf(arcQueryOf(WEB, ''))));
    expect(listed).toMatchObject({
      images: 0,
      listed: [{ studies: [{ series: [{ attributes: { Modality: 'CT' } }] }] }],
    });
  });

  it('a patient without studies is asked for them by the newest', async () => {
    serveStudy();
    const text = `<arcQuery arcId="a" ${WEB} seriesRetrieve="true"><Patient PatientID="7 8"/></arcQuery>`;
    expect(await imagesOf(manifestOf(text))).toEqual([0, 0, 2]);
    expect(archive.paths).toContain('/rs/studies?00100020=7+8');
  });
});

describe('dicom:rs', () => {
  const launch = (rest: string) =>
    `weasis://${encodeURIComponent(`$dicom:rs --url "${archive.url}/rs" ${rest}`).replaceAll('%20', '+')}`;

  it.each(RELEASES)('%s shows everything', async (release) => {
    serveStudy();
    const view = await openLaunch(launch('-r "studyUID=1" -H "Authorization: Bearer x"'), { release });
    expect(view).toMatchObject({ images: 2, dialogs: [], missing: [] });
    const whole = archive.paths.includes('/rs/studies/1/series/1.1');
    expect(whole).toBe(release === 'newest');
    expect(new Set(archive.requests.map(({ headers }) => headers.authorization))).toEqual(new Set(['Bearer x']));
  });

  it.each([
    ['patientID=A B/ü', '00100020=A+B%2F%C3%BC'],
    ['patientID=7^^^HOSPITAL', '00100020=7&00100021=HOSPITAL'],
    ['accessionNumber=A+B', '00080050=A+B'],
  ])('encodes a patient id itself and copies everything else: %s', async (query, expected) => {
    serveStudy();
    const view = await openLaunch(launch(`-r "${query}"`));
    expect(archive.paths[0]).toBe(`/rs/studies?${expected}`);
    expect(view.images).toBe(2);
  });

  it('sends headers and parameters of its options where they belong', async () => {
    serveStudy();
    const options = '--query-header "X: q" --retrieve-header "X: r" --query-ext "&a=1" --retrieve-ext "?b=2"';
    await openLaunch(launch(`-r "studyUID=1" ${options} --accept-ext ";q=1" --show-whole-study`));
    const [search, image] = [archive.requests[0], archive.requests.at(-1)];
    expect([search?.url, search?.headers['x']]).toEqual(['/rs/studies?0020000D=1&a=1', 'q']);
    expect([image?.url, image?.headers['x']]).toEqual(['/rs/studies/1/series/1.1?b=2', 'r']);
    expect(image?.headers.accept).toMatch(/;q=1$/);
  });

  it('has no other options', async () => {
    await expect(openLaunch(launch('--token x'))).rejects.toThrow('dicom:rs has no option --token');
  });
});
