import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  emptyCriteria,
  filterStudies,
  type Depth,
  type Patient,
  type SearchCriteria,
  type StudyFilters,
} from '@pacs-connectors/connector-core';
import { startMariadb, startPostgresql, temporaryFolder } from '@pacs-connectors/test-services';
import Sqlite from 'better-sqlite3';
import { type DatabaseConnector } from './database-connector.js';
import { type DatabaseSettings } from './database-settings.js';
import { connectorOf } from './testing/connectors.js';

/** 12 studies of patient M-1 with 3 series of 5 images, and one study of M-2. `taken` counts down; two studies have no date. */
const TABLES = `
create table arc (pid varchar(20), issuer varchar(20), study varchar(64), taken varchar(20), about varchar(40), series varchar(64), kind varchar(8),
  sop varchar(64), num int);
`;
const rows = () => {
  const all: (string | number | null)[][] = [];
  for (let study = 1; study <= 13; study++) {
    const pid = study === 13 ? 'M-2' : 'M-1';
    const taken =
      study === 5 ? 'soon' : study === 6 ? null : `2022-${String(13 - Math.min(study, 12)).padStart(2, '0')}-17`;
    for (let series = 1; series <= 3; series++) {
      const kind = study % 4 === 0 ? 'PT' : series === 3 ? 'SR' : 'CT';
      for (let image = 1; image <= 5; image++) {
        all.push([
          pid,
          study % 2 ? 'N' : 'S',
          `7.${study}`,
          taken,
          `Knee ${study}`,
          `7.${study}.${series}`,
          kind,
          `7.${study}.${series}.${image}`,
          image,
        ]);
      }
    }
  }
  // Two studies whose UIDs differ by letter case only, and are equal in some collations.
  all.push(
    ['M-3', 'N', '7.A', '2022-05-05', 'x', '7.1x', 'CT', '7.1x.1', 1],
    ['M-3', 'N', '7.a', '2022-05-05', 'x', '7.1X', 'CT', '7.1X.1', 1],
  );
  const literal = (value: string | number | null) =>
    value === null ? 'null' : typeof value === 'number' ? String(value) : `'${value}'`;
  return `insert into arc values ${all.map((row) => `(${row.map(literal).join(', ')})`).join(', ')};`;
};
const SELECT =
  'select a.pid as patientId, a.issuer as issuerOfPatientId, a.study as studyInstanceUid, a.taken as studyDate, a.about as studyDescription, ' +
  'a.series as seriesInstanceUid, a.kind as modality, a.sop as sopInstanceUid, a.num as instanceNumber from arc a';

const ZEROS =
  "create table zeros (pid int(4) zerofill, acc int(6) zerofill, study varchar(9)); insert into zeros values (42, 7, '8.1');";

interface Archive {
  settings: Partial<DatabaseSettings>;
  stop(): Promise<void>;
}
const ofServer = async (start: typeof startPostgresql, more = ''): Promise<Archive> => {
  const server = await start();
  await server.execute(TABLES + rows() + more);
  const { jdbcUrl: uri, user, password } = server;
  return { settings: { uri, user, password }, stop: () => server.stop() };
};
const onSqlite = async (): Promise<Archive> => {
  const folder = await temporaryFolder('filters');
  const database = new Sqlite(`${folder.path}/a.db`);
  database.exec(TABLES + rows());
  database.close();
  return { settings: { uri: `jdbc:sqlite:${folder.path}/a.db` }, stop: () => folder.remove() };
};

describe.each([
  ['PostgreSQL', () => ofServer(startPostgresql)],
  ['MariaDB', () => ofServer(startMariadb, ZEROS)],
  ['SQLite', onSqlite],
] as const)('filters and depth on %s', (name, start) => {
  let archive: Archive;
  let connector: DatabaseConnector;
  const open = (more: Partial<DatabaseSettings> = {}) =>
    connectorOf({
      uri: '',
      select: SELECT,
      patientIdColumn: 'a.pid',
      studyInstanceUidColumn: 'a.study',
      seriesInstanceUidColumn: 'a.series',
      ...archive.settings,
      ...more,
    });
  beforeAll(async () => {
    archive = await start();
    connector = open();
  });
  afterAll(async () => {
    await connector.close();
    await archive.stop();
  });
  const search = (question: Partial<SearchCriteria>, depth: Depth = 'instance', from = connector) =>
    from.search({ ...emptyCriteria(), ...question }, { signal: AbortSignal.timeout(25_000), depth });
  const studiesOf = (patients: readonly Patient[]) => patients.flatMap(({ studies }) => studies);
  const imagesOf = (patients: readonly Patient[]) =>
    studiesOf(patients).flatMap(({ series }) => series.flatMap(({ instances }) => instances));
  /** Every column of the answer, in one order. */
  const linesOf = (patients: readonly Patient[]) =>
    patients
      .flatMap(({ studies, ...patient }) =>
        studies.flatMap(({ series, ...study }) =>
          series.flatMap(({ instances, ...one }) =>
            instances.map((instance) => JSON.stringify({ ...patient, ...study, ...one, ...instance })),
          ),
        ),
      )
      .sort();

  const QUESTIONS: Partial<SearchCriteria>[] = [
    { patientIds: [{ id: 'M-1' }] },
    { patientIds: [{ id: 'M-1', issuer: 'N' }], studyInstanceUids: ['7.13'] },
    { patientIds: [{ id: 'M-3' }] },
    { seriesInstanceUids: ['7.2.1', '7.9.3'] },
    { patientIds: [{ id: 'nobody' }] },
  ];
  const FILTERS: StudyFilters[] = [
    { mostRecentResults: 1 },
    { mostRecentResults: 3 },
    { mostRecentResults: 50 },
    { lowerDateTime: { date: '20220601' }, upperDateTime: { date: '20220917' } },
    { lowerDateTime: { date: '20400101' } },
    { modalitiesInStudy: ['PT'], mostRecentResults: 2 },
    { modalitiesInStudy: ['SR'], upperDateTime: { date: '20220401' } },
    { containsInDescription: ['nee 1'] },
    { modalitiesInStudy: ['US'] },
  ];

  it.each(FILTERS)('%j: the studies that pass are as whole as without the filter', async (filters) => {
    for (const question of QUESTIONS) {
      const whole = await search(question);
      const { patients } = await search({ ...question, filters });
      expect(linesOf(filterStudies(patients, filters))).toEqual(linesOf(filterStudies(whole.patients, filters)));
    }
  });

  it('the newest study of a patient does not read the images of the others', async () => {
    const { patients } = await search({ patientIds: [{ id: 'M-1' }], filters: { mostRecentResults: 1 } });
    expect(studiesOf(patients).map(({ studyInstanceUid }) => studyInstanceUid)).toEqual(['7.1']);
    expect(imagesOf(patients)).toHaveLength(15);
  });

  it('dates that cannot be read are counted, also those of studies that are left out', async () => {
    const { notices } = await search({ patientIds: [{ id: 'M-1' }], filters: { mostRecentResults: 1 } });
    expect(notices.map(({ code }) => code)).toEqual(['db.rows.date-unreadable']);
  });

  it.each(['study', 'series'] as const)('depth %s: all studies, and no images are read', async (depth) => {
    const { patients, notices } = await search({ patientIds: [{ id: 'M-1' }] }, depth);
    expect(studiesOf(patients)).toHaveLength(12);
    expect(studiesOf(patients).map(({ series }) => series.length)).toEqual(Array(12).fill(3));
    expect(studiesOf(patients)[0]).toMatchObject({
      studyDescription: expect.stringMatching(/^Knee/),
      series: [{ modality: expect.any(String) }, {}, {}],
    });
    expect(imagesOf(patients)).toEqual([]);
    expect(notices.map(({ code }) => code)).toEqual(['db.rows.date-unreadable']);
    const twins = await search({ patientIds: [{ id: 'M-3' }] }, depth);
    expect(
      studiesOf(twins.patients)
        .map(({ studyInstanceUid }) => studyInstanceUid)
        .sort(),
    ).toEqual(['7.A', '7.a']);
  });

  const onlyOn = (engine: string, ...values: string[]) => (name === engine ? values : []);
  it.each([
    'select a.pid as patientId, a.pid as patientId, a.study as studyInstanceUid, a.series as seriesInstanceUid, a.sop as sopInstanceUid, a.taken as studyDate, a.kind as modality from arc a',
    `${SELECT} order by a.num limit 1000`,
    `${SELECT} where a.num > 0 union all ${SELECT} where a.num < 0`,
    SELECT.replace('a.num as', 'row_number() over (order by a.sop) as'),
    `-- newest first\n${SELECT} order by a.taken desc; -- end`,
    ...onlyOn('PostgreSQL', SELECT.replace('a.about as', "json_build_object('a', a.about) as")),
    ...onlyOn('SQLite', SELECT.replace('a.study as studyInstanceUid', 'a.study studyInstanceUid')),
  ])('%s: the same studies', async (select) => {
    const other = open({ select });
    try {
      const filters = { mostRecentResults: 2 };
      const whole = await search({ patientIds: [{ id: 'M-1' }] }, 'instance', other);
      const { patients } = await search({ patientIds: [{ id: 'M-1' }], filters }, 'instance', other);
      const found = filterStudies(patients, filters);
      expect(studiesOf(found)).toHaveLength(2);
      const lines = linesOf(filterStudies(whole.patients, filters));
      // A row's number depends on the other rows.
      expect(linesOf(found)).toEqual(lines);
      expect(studiesOf((await search({ patientIds: [{ id: 'M-1' }] }, 'series', other)).patients)).toHaveLength(12);
    } finally {
      await other.close();
    }
  });

  // Only MySQL and MariaDB have such columns.
  if (name === 'MariaDB') {
    it('a ZEROFILL column keeps its zeros at every depth', async () => {
      const other = open({
        select:
          'select z.pid as patientId, z.acc as accessionNumber, z.study as studyInstanceUid, z.study as seriesInstanceUid, z.study as sopInstanceUid from zeros z',
        patientIdColumn: 'z.pid',
        studyInstanceUidColumn: 'z.study',
        seriesInstanceUidColumn: undefined,
      });
      try {
        for (const depth of ['instance', 'series', 'study'] as const) {
          const { patients } = await search({ patientIds: [{ id: '42' }] }, depth, other);
          expect(patients).toMatchObject([{ patientId: '0042', studies: [{ accessionNumber: '000007' }] }]);
          if (depth !== 'instance') expect(imagesOf(patients)).toEqual([]);
        }
      } finally {
        await other.close();
      }
    });
  }

  it('a column that contains another text than the select returns costs no study', async () => {
    const other = open({ studyInstanceUidColumn: "concat('urn:', a.study)" });
    try {
      const filters = { mostRecentResults: 2 };
      const { patients } = await search({ patientIds: [{ id: 'M-1' }], filters }, 'instance', other);
      expect(imagesOf(filterStudies(patients, filters))).toHaveLength(30);
    } finally {
      await other.close();
    }
  });
});
