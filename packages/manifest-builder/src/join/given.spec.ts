import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type ManifestElement } from '../model/elements.js';
import { type ArcQuery } from '../model/manifest.js';
import { rendered } from '../testing/render.js';
import { type Answer, anyAnswer, part, range, seriesIn } from '../testing/join-parts.js';
import { readGiven } from './given.js';
import { joinParts, type JoinPart } from './join.js';

/** Joins the parts in the order that they are answered in, each beside what was given before it. */
async function oneByOne(parts: readonly JoinPart[], { readBack = false } = {}): Promise<ArcQuery[][]> {
  const given: ArcQuery[] = [];
  const manifests: ArcQuery[][] = [];
  for (const answered of parts) {
    const arcQueries = await joinParts([answered], given);
    manifests.push(arcQueries);
    given.push(...(readBack ? readGiven(await rendered({ arcQueries }, 'json')) : arcQueries));
  }
  return manifests;
}

const summary = (arcQueries: readonly ArcQuery[]) =>
  arcQueries.map((query) => ({
    arcId: query.arcId,
    series: Object.fromEntries(
      seriesIn([query]).map(({ seriesInstanceUid, instances }) => [seriesInstanceUid, instances.length]),
    ),
    says: (query.notices ?? []).map(({ title }) => title),
  }));

/** An archive may list an image more than once; it is written once. */
const imagesIn = (query: ArcQuery) =>
  new Set(seriesIn([query]).flatMap(({ instances }) => instances.map(({ sopInstanceUid }) => sopInstanceUid)));

const site = (answers: Record<string, Answer>) => Object.entries(answers).map(([id, answer]) => part(id, answer));

describe('archives that are given to the viewer one by one', () => {
  it('keep what was given first, and count what only a later one has', async () => {
    const answers = site({
      fast: { studies: { '1': { '1.1': range(11) } } },
      slow: { studies: { '1': { '1.1': range(13), '1.2': range(2) } } },
    });
    const [first = [], second = []] = await oneByOne(answers);
    expect(summary(first)).toEqual([{ arcId: 'fast', series: { '1.1': 11 }, says: [] }]);
    expect(summary(second)).toEqual([
      { arcId: 'slow', series: { '1.2': 2 }, says: ['Archive slow: images not shown'] },
    ]);
    expect(second[0]?.notices?.[0]?.description).toMatch(/^2 images of 1 series are only in archive slow/);
  });

  it('complete a series where the viewer fetches from both in one way', async () => {
    const query = { baseUrl: 'http://pacs.example/wado', httpTags: [], additionalParameters: undefined };
    const [, second = []] = await oneByOne(
      site({
        a: { studies: { '1': { '1.1': range(8) } }, query },
        b: { studies: { '1': { '1.1': range(13, 7), '1.2': range(1) } }, query },
      }),
    );
    expect(summary(second)).toEqual([
      { arcId: 'a', series: { '1.1': 5 }, says: [] },
      { arcId: 'b', series: { '1.2': 1 }, says: [] },
    ]);
    expect(second[0]?.baseUrl).toBe('http://pacs.example/wado');
  });

  it.each([false, true])(
    'complete a series in the way that its first images are fetched, read back: %s',
    async (readBack) => {
      const query = {
        httpTags: [],
        additionalParameters: undefined,
        transferSyntaxUid: '1.2.840.10008.1.2.4.50',
        compressionRate: 75,
        overrideDicomTags: [0x00100010, 0x00100020],
      };
      const wado = { ...query, baseUrl: 'http://pacs.example/wado' };
      const [, second = []] = await oneByOne(
        site({
          a: { studies: { '1': { '1.1': [1] } }, query: wado },
          b: { studies: { '1': { '1.1': [1, 2] } }, query: wado },
        }),
        { readBack },
      );
      const text = await rendered({ arcQueries: second }, 'json');
      const { manifest } = JSON.parse(text) as { manifest: ManifestElement };
      expect(manifest.arcQuery[0]).toMatchObject({ arcId: 'a', overrideDicomTagsList: '0x00100010,0x00100020' });
      expect(manifest.arcQuery[0]?.Patient[0]?.Study[0]?.Series[0]).toMatchObject({
        WadoTransferSyntaxUID: '1.2.840.10008.1.2.4.50',
        WadoCompressionRate: 75,
        Instance: [{ SOPInstanceUID: '1.1.2' }],
      });
    },
  );

  it.each([false, true])('complete a series of DICOMweb archives at one address, read back: %s', async (readBack) => {
    const query: Partial<ArcQuery> = {
      baseUrl: 'http://pacs.example/rs/',
      queryMode: 'DICOM_WEB',
      httpTags: [],
      additionalParameters: undefined,
    };
    const [, second = []] = await oneByOne(
      site({
        a: { studies: { '1': { '1.1': [1] } }, query },
        b: { studies: { '1': { '1.1': [1, 2] } }, query },
      }),
      { readBack },
    );
    expect(summary(second)[0]).toEqual({ arcId: 'a', series: { '1.1': 1 }, says: [] });
  });

  it('say so where the viewer has got a study whose list of images it fetches by itself', async () => {
    const answers = site({
      web: { studies: { '1': null, '2': { '2.1': null } } },
      listed: { studies: { '1': { '1.1': range(3) }, '2': { '2.1': range(2), '2.2': range(1) } } },
    });
    const [, second = []] = await oneByOne(answers);
    expect(summary(second)).toEqual([
      { arcId: 'listed', series: { '1.1': 3, '2.2': 1 }, says: ['Archive listed: images may be missing'] },
    ]);
    expect(second[0]?.notices?.[0]?.description).toMatch(/^Archive listed lists 5 images of series/);
  });

  it('keep the spelling of a patient that was given', async () => {
    const [, second = []] = await oneByOne(
      site({
        a: { studies: { '1': { '1.1': [1] } } },
        b: { studies: { '2': { '2.1': [1] } }, patient: { patientName: 'DOE^JANE^LONGER' } },
      }),
    );
    expect(second[0]?.patients[0]?.patientName).toBe('DOE^JANE');
  });

  it('have nothing more to give where they are asked again', async () => {
    const answers = site({ a: { studies: { '1': { '1.1': range(3) }, '2': null } }, b: { separate: true } });
    const given = await joinParts(answers);
    expect(await joinParts(answers, given)).toEqual([]);
    const apart = site({ a: { studies: { '1': { '1.1': range(3) } }, separate: true } });
    expect(await joinParts(apart, await joinParts(apart))).toEqual([]);
  });
});

it('shows each series from one address, each image once, and counts every other, in whatever order they answer', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyAnswer, { maxLength: 4 }), fc.boolean(), async (answers, readBack) => {
      const parts = answers.map((answer, index) => part(`a${index}`, answer));
      const manifests = await oneByOne(parts, { readBack });
      const all = manifests.flat();
      const addresses = new Map<string, Set<string>>();
      for (const query of all)
        for (const { seriesInstanceUid } of seriesIn([query]))
          addresses.set(seriesInstanceUid, (addresses.get(seriesInstanceUid) ?? new Set<string>()).add(query.baseUrl));
      for (const one of addresses.values()) expect(one.size).toBe(1);
      const images = all.flatMap((query) => [...imagesIn(query)]);
      const shown = new Set(images);
      expect(shown.size).toBe(images.length);
      for (const [index, { arcQuery }] of parts.entries()) {
        // Those that a later one may add are missing when it is said.
        const until = new Set(
          manifests.slice(0, index + 1).flatMap((some) => some.flatMap((one) => [...imagesIn(one)])),
        );
        const missing = [...imagesIn(arcQuery)].filter((uid) => !until.has(uid)).length;
        const notices = all.filter(({ arcId }) => arcId === arcQuery.arcId).flatMap((one) => one.notices ?? []);
        expect(new Set(notices.map(({ title }) => title)).size).toBe(notices.length);
        const counted = (title: string, pattern: RegExp) =>
          notices
            .filter((notice) => notice.title.endsWith(title))
            .reduce((sum, { description }) => sum + Number(pattern.exec(description)?.[1]), 0);
        const beside = counted(': images may be missing', /lists (\d+) image/);
        const only = counted(': images not shown', /^(\d+) image/);
        expect(only).toBeLessThanOrEqual(missing);
        expect(only + beside).toBeGreaterThanOrEqual(missing);
      }
    }),
    { numRuns: 300 },
  );
});
