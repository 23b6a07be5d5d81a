// Measures 10,000 instances of one study from PostgreSQL, through the connector and with a bare `pg` query in the same run.
// It also measures how long the event loop is blocked meanwhile, and a search by two kinds of identifier.
import { emptyCriteria, filterStudies } from '@pacs-connectors/connector-core';
import { startPostgresql } from '@pacs-connectors/test-services';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import pg from 'pg';
import { DatabaseConnector } from '../dist/index.js';

const ROWS = 10_000;
const ROUNDS = 40;
const SELECT = `select p.pat_id as "patientId", p.pat_name as "patientName", p.birth_date as "patientBirthDate",
  p.sex as "patientSex", s.study_uid as "studyInstanceUid", s.study_date as "studyDate", s.accession_no as "accessionNumber",
  s.study_id as "studyId", s.ref_physician as "referringPhysicianName", s.study_desc as "studyDescription",
  e.series_uid as "seriesInstanceUid", e.modality as "modality", e.series_desc as "seriesDescription",
  e.series_no as "seriesNumber", i.sop_uid as "sopInstanceUid", i.inst_no as "instanceNumber"
  from patient p join study s on s.patient_fk = p.pk join series e on e.study_fk = s.pk
  join instance i on i.series_fk = e.pk`;

const server = await startPostgresql();
await server.execute(`
create table patient (pk int primary key, pat_id varchar(64), pat_name varchar(64), birth_date date, sex char(1));
create table study (pk int primary key, patient_fk int, study_uid varchar(64), study_date timestamp, accession_no varchar(16),
  study_id varchar(16), ref_physician varchar(64), study_desc varchar(64));
create table series (pk int primary key, study_fk int, series_uid varchar(64), modality varchar(16), series_desc varchar(64), series_no int);
create table instance (pk int primary key, series_fk int, sop_uid varchar(64), inst_no int);
insert into patient values (1, 'BENCH', 'Bench^Mark', '1970-01-01', 'O');
insert into study values (1, 1, '2.25.1', '2024-01-31 10:11:12', 'A1', 'S1', 'Doctor^Who', 'CT of everything');
insert into series select n, 1, '2.25.1.' || n, 'CT', 'series ' || n, n from generate_series(1, 10) n;
insert into instance select n, (n - 1) / ${ROWS / 10} + 1, '2.25.142388606682979734443363120399.' || n, n from generate_series(1, ${ROWS}) n;
analyze;`);

const bare = new pg.Client({
  host: server.host,
  port: server.port,
  user: server.user,
  password: server.password,
  database: server.database,
});
await bare.connect();
const connector = new DatabaseConnector({
  id: 'bench',
  type: 'DB',
  deactivated: [],
  settings: {
    uri: server.jdbcUrl,
    user: server.user,
    password: server.password,
    select: SELECT,
    patientIdColumn: 'p.pat_id',
    studyInstanceUidColumn: 's.study_uid',
    sopInstanceUidColumn: 'i.sop_uid',
  },
});
const signal = AbortSignal.timeout(600_000);
const criteria = { ...emptyCriteria(), studyInstanceUids: ['2.25.1'] };

async function byBareDriver() {
  const { rows } = await bare.query(`${SELECT} where s.study_uid = any($1)`, [['2.25.1']]);
  if (rows.length !== ROWS) throw new Error(`${rows.length} rows`);
}

async function byConnector() {
  const { patients } = await connector.search(criteria, { signal, depth: 'instance' });
  const count = patients[0].studies[0].series.reduce((sum, series) => sum + series.instances.length, 0);
  if (count !== ROWS) throw new Error(`${count} instances`);
}

async function time(work) {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
try {
  for (let n = 0; n < 10; n++) {
    await byBareDriver();
    await byConnector();
  }
  // By turns, so that whatever else the machine does hits both.
  const [baselines, values] = [[], []];
  for (let n = 0; n < ROUNDS; n++) {
    baselines.push(await time(byBareDriver));
    values.push(await time(byConnector));
  }
  const [value, baseline] = [median(values), median(baselines)];
  report({ name: `connector-db: ${ROWS} rows from PostgreSQL, grouped / bare pg`, value, baseline, target: 1.7 });

  const delay = async (work) => {
    const histogram = monitorEventLoopDelay({ resolution: 1 });
    histogram.enable();
    for (let n = 0; n < 5; n++) await Promise.all(Array.from({ length: 8 }, work));
    histogram.disable();
    return histogram.percentile(99) / 1e6;
  };
  const held = await delay(byConnector);
  report({
    name: 'connector-db: event-loop delay p99 during 8 such questions at once / 25 ms',
    value: held,
    baseline: 25,
    target: 1,
  });

  // Two kinds of identifier, against both in one condition (`or`), which cannot use the indexes of two tables.
  await server.execute(`
insert into patient select n, 'P' || n, 'Bench^' || n, '1970-01-01', 'O' from generate_series(2, 8000) n;
insert into study select n, n, '2.25.2.' || n, '2024-01-31 10:11:12', 'B' || n, 'S', null, null from generate_series(2, 8000) n;
insert into series select n + 10, n, '2.25.3.' || n, 'MR', null, 1 from generate_series(2, 8000) n;
insert into instance select n + ${ROWS}, (n - 1) / 100 + 12, '2.25.4.' || n, n % 100 from generate_series(1, 799900) n;
create index on patient (pat_id); create index on study (patient_fk); create index on study (study_uid);
create index on series (study_fk); create index on instance (series_fk); create index on instance (sop_uid);
vacuum analyze;`);
  const byTwoKinds = async () => {
    const two = { ...emptyCriteria(), patientIds: [{ id: 'P77' }], sopInstanceUids: ['2.25.4.500000'] };
    const { patients } = await connector.search(two, { signal, depth: 'instance' });
    if (patients.length !== 2) throw new Error(`${patients.length} patients`);
  };
  const byOneCondition = async () => {
    const { rows } = await bare.query(`${SELECT} where p.pat_id in ($1) or i.sop_uid in ($2)`, [
      'P77',
      '2.25.4.500000',
    ]);
    if (rows.length !== 101) throw new Error(`${rows.length} rows`);
  };
  const [together, apart] = [[], []];
  for (let n = 0; n < 5; n++) {
    together.push(await time(byOneCondition));
    apart.push(await time(byTwoKinds));
  }
  report({
    name: 'connector-db: patient and instance in one search of 800,000 instances / both in one condition',
    value: median(apart),
    baseline: median(together),
    target: 0.1,
  });

  // The newest study of a patient with 100,000 images, against all of them and the filter afterwards.
  await server.execute(`
insert into patient values (9001, 'LONG', 'Bench^Long', '1970-01-01', 'O');
insert into study select n + 9000, 9001, '2.25.5.' || n, timestamp '2004-01-31 10:11:12' + n * interval '9 days', 'C' || n, 'S', null, null from generate_series(1, 400) n;
insert into series select n + 20000, n + 9000, '2.25.6.' || n, 'MR', null, 1 from generate_series(1, 400) n;
insert into instance select n + 1000000, (n - 1) / 250 + 20001, '2.25.7.' || n, n % 250 from generate_series(1, 100000) n;
vacuum analyze;`);
  const ofLong = { ...emptyCriteria(), patientIds: [{ id: 'LONG' }] };
  const newest = { ...ofLong, filters: { mostRecentResults: 1 } };
  const check = (patients) => {
    const studies = filterStudies(patients, newest.filters)[0].studies;
    if (studies.length !== 1 || studies[0].series[0].instances.length !== 250) throw new Error('another study');
  };
  const [wholes, newests] = [[], []];
  for (let n = 0; n < 6; n++) {
    const whole = await time(async () =>
      check((await connector.search(ofLong, { signal, depth: 'instance' })).patients),
    );
    const one = await time(async () => check((await connector.search(newest, { signal, depth: 'instance' })).patients));
    // The first search asks for the columns of the select.
    if (n === 0) continue;
    wholes.push(whole);
    newests.push(one);
  }
  report({
    name: 'connector-db: newest study of a patient with 100,000 images / all of them, filtered afterwards',
    value: median(newests),
    baseline: median(wholes),
    target: 0.1,
  });
} finally {
  await bare.end();
  await connector.close();
  await server.stop();
}

function report({ name, value, baseline, target }) {
  console.log(JSON.stringify({ name, value, baseline, unit: 'ms', ratio: value / baseline, target }));
}
