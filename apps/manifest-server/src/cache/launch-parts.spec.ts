import { describe, expect, it } from '@jest/globals';
import { type ArcQuery } from '@pacs-connectors/manifest-builder';
import fc from 'fast-check';
import { type Part } from '../manifest/manifest.service.js';
import { LaunchParts } from './launch-parts.js';

/** What an archive answers: the numbers of its images by series. */
type Series = Record<string, number[]>;

function answerOf(arcId: string, series: Series, baseUrl = `http://${arcId}.example/wado`): Part {
  const study = {
    studyInstanceUid: '1',
    series: Object.entries(series).map(([uid, images]) => ({
      seriesInstanceUid: uid,
      instances: images.map((image) => ({ sopInstanceUid: `${uid}.${image}` })),
    })),
  };
  const patients = study.series.length === 0 ? [] : [{ patientId: '1', studies: [study] }];
  return { arcQuery: { arcId, baseUrl, patients }, durationMs: 1 };
}

/** The parts of a launch, and what they contain. */
function setUp(count: number) {
  const made: ArcQuery[][] = [];
  const parts = new LaunchParts({
    count,
    given: [],
    isSeparate: () => false,
    keep: ({ manifest }) => {
      made.push(manifest.arcQueries);
      return Promise.resolve();
    },
  });
  return { parts, made };
}

const imagesIn = (arcQueries: readonly ArcQuery[]) =>
  arcQueries.flatMap(({ arcId, baseUrl, patients }) =>
    patients.flatMap(({ studies }) =>
      studies.flatMap(({ series }) =>
        series.flatMap(({ seriesInstanceUid, instances }) =>
          instances.map(({ sopInstanceUid }) => ({ arcId, baseUrl, series: seriesInstanceUid, image: sopInstanceUid })),
        ),
      ),
    ),
  );

describe('a part that is asked for', () => {
  it('leaves a series to an archive that has more of it and has answered as well, whichever was first', async () => {
    const { parts, made } = setUp(3);
    const answers = [answerOf('small', { '1.1': [1, 2], '1.2': [1] }), answerOf('full', { '1.1': [1, 2, 3] })];
    for (const answer of answers) parts.addAnswer(answer);
    parts.request(1);
    parts.request(2);
    await parts.finish([...answers, answerOf('late', {})]);
    const shown = made.map((part) => imagesIn(part).map(({ arcId, image }) => `${arcId} ${image}`));
    expect(shown).toEqual([['small 1.2.1'], ['full 1.1.1', 'full 1.1.2', 'full 1.1.3'], []]);
    expect(made[0]?.[0]?.notices?.map(({ title }) => title)).toEqual(['Archive small: incomplete copies']);
  });

  it('has images that an archive before it left to it, where both are at one address', async () => {
    const { parts, made } = setUp(3);
    const address = 'http://pacs.example/wado';
    const answers = [answerOf('a', { '1.1': [1, 9] }, address), answerOf('b', { '1.1': [1, 2, 3] }, address)];
    for (const answer of answers) parts.addAnswer(answer);
    parts.request(1);
    await parts.finish([...answers, answerOf('c', {})]);
    expect(imagesIn(made[0] ?? [])).toEqual([]);
    expect(imagesIn(made[1] ?? []).map(({ image }) => image)).toEqual(['1.1.1', '1.1.2', '1.1.3', '1.1.9']);
  });
});

it('every image is in one part, from one address for each series, or counted, whenever archives answer and parts are asked for', async () => {
  const series = fc.dictionary(
    fc.constantFrom('1.1', '1.2', '1.3'),
    fc.uniqueArray(fc.nat({ max: 4 }), { minLength: 1 }),
  );
  const archive = fc.record({ series, shared: fc.boolean() });
  const site = fc.array(archive, { minLength: 2, maxLength: 4 }).chain((archives) =>
    fc.record({
      archives: fc.constant(archives),
      events: fc.shuffledSubarray(
        archives.flatMap((_, index): { answered?: number; wanted: number }[] => [
          { answered: index, wanted: 0 },
          { wanted: index + 1 },
        ]),
        { minLength: 1 },
      ),
    }),
  );
  await fc.assert(
    fc.asyncProperty(site, async ({ archives, events }) => {
      const { parts, made } = setUp(archives.length);
      const answers = archives.map(({ series: own, shared }, index) =>
        answerOf(`a${index}`, own, shared ? 'http://shared.example' : undefined),
      );
      for (const event of events) {
        if (event.answered !== undefined) parts.addAnswer(answers[event.answered]!);
        else parts.request(event.wanted);
        await new Promise((resolve) => setImmediate(resolve));
      }
      await parts.finish(answers);
      expect(made).toHaveLength(archives.length);
      const shown = imagesIn(made.flat());
      expect(new Set(shown.map(({ image }) => image)).size).toBe(shown.length);
      for (const uid of ['1.1', '1.2', '1.3'])
        expect(
          new Set(shown.filter((one) => one.series === uid).map(({ baseUrl }) => baseUrl)).size,
        ).toBeLessThanOrEqual(1);
      for (const [index, { series: own }] of archives.entries()) {
        const missing = Object.entries(own).flatMap(([uid, images]) =>
          images.filter((image) => !shown.some((one) => one.image === `${uid}.${image}`)),
        );
        const counted = made
          .flat()
          .filter(({ arcId }) => arcId === `a${index}`)
          .flatMap(({ notices = [] }) => notices.map(({ description }) => /^(\d+) images? of/.exec(description)?.[1]));
        const sum = counted.reduce<number>((total, number) => total + Number(number ?? 0), 0);
        // One that is shown later, from another archive, may have been counted before.
        expect(sum).toBeGreaterThanOrEqual(missing.length);
      }
    }),
    { numRuns: 200 },
  );
});
