import { describe, expect, it } from '@jest/globals';
import { emptyCriteria, type SearchResult } from '@pacs-connectors/connector-core';
import { type DatabaseConnector } from './database-connector.js';
import { ask } from './testing/connectors.js';
import { PRODUCTS, question, until, useSampleServer } from './testing/servers.js';

const imagesOf = ({ patients }: SearchResult) =>
  patients.flatMap(({ studies }) => studies.flatMap(({ series }) => series.flatMap(({ instances }) => instances)));

describe.each(PRODUCTS)('the deadline: $name', (product) => {
  const sample = useSampleServer(product);
  const running = () => sample.number(product.running);
  /** 900 rows at once; the following take 0.02 s each. */
  const slowFrom900 = () => {
    const slow = product.slow.replace('20', '0.02');
    return sample.selectOf(`case when n.i > 900 then ${slow} else 'quick' end as studyId`, 5_000);
  };
  const partOf = (search: Promise<SearchResult>) =>
    search.then((result) => ({ images: imagesOf(result).length, notices: result.notices }));
  const search = (connector: DatabaseConnector, ms: number) =>
    connector.search(
      { ...emptyCriteria(), ...question },
      { signal: AbortSignal.timeout(ms), deadline: performance.now() + ms, depth: 'instance' },
    );
  const notice = (images: number) => [
    {
      severity: 'WARN',
      code: 'db.rows.deadline-passed',
      description: expect.stringContaining(` ${images} images of one study came`),
      missing: { level: 'study' },
    },
  ];

  it('returns the images whose rows came, says that others may be missing, and ends the statement', async () => {
    const connector = sample.openWith(slowFrom900());
    await connector.check(AbortSignal.timeout(20_000));
    const start = performance.now();
    const { images, notices } = await partOf(search(connector, 3_000));
    expect(performance.now() - start).toBeLessThan(15_000);
    expect(images).toBeGreaterThanOrEqual(200);
    expect(images).toBeLessThan(5_000);
    expect(notices).toMatchObject(notice(images));
    await until(async () => (await running()) === 0);
    expect(connector.connections().inUse).toBe(0);
  });

  it('returns them too if the signal itself ends the search', async () => {
    const { images, notices } = await partOf(ask(sample.openWith(slowFrom900()), question, AbortSignal.timeout(3_000)));
    expect(notices).toMatchObject(notice(images));
  });

  it('returns them if the time of the statement is over', async () => {
    const connector = sample.openWith(slowFrom900(), { statementTimeout: 2_000 });
    const { images, notices } = await partOf(ask(connector, question));
    expect(images).toBeGreaterThanOrEqual(200);
    expect(notices).toMatchObject(notice(images));
    await connector.check(AbortSignal.timeout(20_000));
  });

  it('is an error if no row came', async () => {
    await expect(search(sample.openSlow(), 700)).rejects.toMatchObject({ kind: 'timeout' });
  });

  it('of a caller that leaves is an error, whatever came', async () => {
    const caller = new AbortController();
    const pending = ask(sample.openWith(slowFrom900()), question, caller.signal).catch((error: unknown) => error);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    caller.abort();
    expect(await pending).toMatchObject({ name: 'ConnectorError', kind: 'cancelled' });
  });
});

describe.each(PRODUCTS)('limits: $name', (product) => {
  const sample = useSampleServer(product);

  it('an answer ends at max-instances, and a notice says that there are more', async () => {
    const connector = sample.openWith(sample.selectOf('n.i as instanceNumber', 30_000), { maxInstances: 1_500 });
    const result = await ask(connector, question);
    const images = imagesOf(result).length;
    expect(images).toBeGreaterThan(1_500);
    expect(images).toBeLessThan(3_000);
    expect(result.notices).toMatchObject([
      {
        code: 'db.rows.limit-reached',
        description: expect.stringContaining(` ${images} images of one study are shown`),
        missing: { level: 'study' },
      },
    ]);
    expect(
      imagesOf(await ask(sample.openWith(sample.selectOf('1 as seriesNumber', 700), { maxInstances: 700 }), question)),
    ).toHaveLength(700);
    await until(async () => connector.connections().inUse === 0);
  });

  it.each([
    ['studies without images', "concat('1.3.', n.i)", 'null', 'null'],
    ['series without images', "'1.2'", "concat('1.2.', n.i)", 'null'],
    ['rows of other issuers', "concat('1.3.', n.i)", "concat('1.2.', n.i)", "'1'"],
  ])('an answer of many %s ends at max-instances too', async (what, study, series, sop) => {
    const select = `select 'P' as patientId, 'OTHER' as issuerOfPatientId, ${study} as studyInstanceUid, ${series} as seriesInstanceUid, ${sop} as sopInstanceUid from ${product.rows(30_000)}`;
    const connector = sample.openWith(select, { maxInstances: 900 });
    const issuer = what === 'rows of other issuers' ? 'MINE' : undefined;
    const { patients, notices } = await ask(connector, { patientIds: [{ id: 'P', issuer }] });
    expect(patients.flatMap(({ studies }) => studies).length).toBeLessThan(1_500);
    expect(notices.map(({ code }) => code)).toContain('db.rows.limit-reached');
  });

  it.each([
    ['limit 40', 40],
    ['order by 4 limit 40 offset 2', 40],
    [product.engine === 'mysql' ? 'limit 3, 40' : 'fetch first 40 rows only', 40],
    ['limit 70', undefined],
    ['limit 39 offset 30', undefined],
  ])('a select that ends in "%s"', async (tail, limit) => {
    const { notices } = await ask(sample.openWith(`${sample.selectOf('1 as seriesNumber', 60)} ${tail}`), question);
    expect(notices).toMatchObject(
      limit === undefined
        ? []
        : [
            {
              code: 'db.select.limit-reached',
              description: expect.stringContaining(`returned ${limit} rows, which is the limit of its select`),
              missing: { level: 'study' },
            },
          ],
    );
  });

  it('studies that are all from another issuer are counted', async () => {
    const result = await ask(sample.open(), { patientIds: [{ id: '0042', issuer: 'HOSPITAL_Q' }] });
    expect(result.patients).toEqual([]);
    expect(result.notices).toMatchObject([
      { severity: 'WARN', code: 'db.issuer.other', missing: { level: 'study', count: expect.any(Number) } },
    ]);
  });
});
