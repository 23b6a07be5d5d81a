import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { emptyCriteria } from '@pacs-connectors/connector-core';
import { type DatabaseServer, startMariadb, startPostgresql } from '@pacs-connectors/test-services';
import mysql from 'mysql2/promise';
import pg from 'pg';
import { type ColumnTypes, columnTypeQueries, compileQueries, describeQuery } from './compile-queries.js';

/** A connection reduced to what these tests ask of it. */
interface Client {
  /** Rows as texts, sorted. */
  rows(sql: string, bindings?: readonly unknown[]): Promise<string[]>;
  columns(sql: string): Promise<string[]>;
  close(): Promise<void>;
}

const SCHEMA = `
  create table patient (pk bigint primary key, pat_id varchar(64), padded char(10), amount decimal(20, 0), grp int);
  create table study (pk int primary key, patient_fk bigint, uid varchar(64), d varchar(20));
  create index patient_id on patient (pat_id);
  create index patient_padded on patient (padded);
  create index patient_amount on patient (amount);
`;
const IDS = ['P1', 'P2', 'P3', "O''Neil", '007', '7', 'Müller'];

/** Selects that every engine runs. {@link OWN} adds those in the syntax of one engine. The first column is the Patient ID. */
const COMMON = [
  'select p.pat_id from patient p',
  'select p.pat_id from patient p where p.grp = 1 or p.grp = 0',
  "select p.pat_id, 'x where y' from patient p -- where 1 = 1\n where /* order by */ p.grp >= 0 order by p.pat_id desc;",
  'select p.pat_id, count(*) c from patient p join study s on s.patient_fk = p.pk group by p.pat_id having count(*) > 1 order by 1',
  'select p.pat_id from patient p where p.pk in (select patient_fk from study where pk > 0 group by patient_fk)',
  'select p.pat_id from patient p where p.grp = 0 union select p.pat_id from patient p where p.grp = 1 or p.grp = 2 order by 1',
  '(select p.pat_id from patient p order by p.pk) union all (select p.pat_id from patient p where p.grp = 1)',
  'select p.pat_id from patient p except select p.pat_id from patient p where p.grp = 1',
  'with recursive c as (select 1 n union all select n + 1 from c where n < 3) select p.pat_id, n from patient p, c where n < p.pk or n = 1',
  'select p.pat_id, row_number() over (partition by p.pat_id order by p.pk) r from patient p where p.grp between 0 and 2',
  'select p.pat_id, extract(year from current_date), substring(p.pat_id from 1 for 2) from patient p',
];
const OWN: Record<'postgresql' | 'mysql', string[]> = {
  postgresql: [
    'select distinct on (p.pat_id) p.pat_id, p.pk from patient p order by p.pat_id, p.pk',
    "select p.pat_id, E'\\' where', $$ from 'x where $$, $q$;$q$ from patient p",
    `select p.pat_id from patient p where '{"a": 1}'::jsonb ? 'a' or '{"a": 1}'::jsonb ?? 'b'`,
    'select p.pat_id, (array[1, 2])[1:2] from patient p where p.grp is not distinct from p.grp or p.pk is null',
    'select p.pat_id, count(*) filter (where p.grp = 1) from patient p group by p.pat_id',
    'select p.pat_id, l.u from patient p, lateral (select max(uid) u from study where patient_fk = p.pk) l',
    'select p.pat_id, max(p.pk) over w from patient p window w as (partition by p.pat_id)',
    'with recursive r as (select 1 a union all select a + 1 from r where a < 3) search depth first by a set o select p.pat_id, a from patient p, r',
    'with c as not materialized (values (0), (1)) (with d as (select 2 n) select p.pat_id from patient p, d where p.grp in (table c)) union (select p.pat_id from patient p where p.grp = 2)',
    'select p.pat_id from /* a /* where */ b */ patient p where p.grp # 1 = 1 or p.grp = 1',
    'select p.pat_id as where from patient p',
  ],
  mysql: [
    'select p.pat_id, \'it\\\'s where\', "a \\" from" from patient p # where\n where p.grp >= 0 or p.pk = 1',
    'select sql_no_cache p.pat_id, p.`grp` as `where` from patient p use index for order by (primary)',
    'select /*!40001 sql_no_cache */ p.pat_id, 5--1 from patient p where p.grp = 1--1',
  ],
};

function suite(engine: 'postgresql' | 'mysql', start: () => Promise<DatabaseServer>, connect: Connect): void {
  describe(engine, () => {
    let server: DatabaseServer;
    let client: Client;
    beforeAll(async () => {
      server = await start();
      const patients = IDS.map((id, index) => `(${index}, '${id}', '${id}', ${index}, ${index % 3})`);
      const studies = IDS.map((_, index) =>
        [0, 1].map((n) => `(${index * 2 + n}, ${index - (index % 2)}, '1.${index}.${n}', 'd')`),
      );
      // Enough rows that an index is worth its while.
      const more = Array.from({ length: 3000 }, (_, n) => `(${n + 1000}, 'M${n}', 'M${n}', ${n + 1000}, 5)`);
      await server.execute(
        `${SCHEMA} insert into patient values ${[...patients, ...more].join(', ')};
        insert into patient values (9007199254740993, 'big', 'big', 9007199254740993, 6);
        insert into study values ${studies.join(', ')}; analyze ${engine === 'mysql' ? 'table' : ''} patient;`,
      );
      client = await connect(server);
    });
    afterAll(async () => {
      await client?.close();
      await server?.stop();
    });

    const byPatient = (
      ids: string[],
      column = 'p.pat_id',
      types: ColumnTypes = {},
      select = 'select p.pat_id from patient p',
    ) =>
      compileQueries(
        select,
        { patientId: column },
        { ...emptyCriteria(), patientIds: ids.map((id) => ({ id })) },
        engine,
        [types],
      ).queries;
    const found = async (...args: Parameters<typeof byPatient>) => {
      const all: string[] = [];
      for (const { sql, bindings } of byPatient(...args)) all.push(...(await client.rows(sql, bindings)));
      return all;
    };

    test.each([...COMMON, ...OWN[engine]])('%s', async (select) => {
      const asked = ['P1', 'P3', "O'Neil", 'Müller', 'nobody', '%', "' or 1 = 1 -- "];
      // Another's condition put around the select as a table finds the same.
      const whole = await client.rows(select.replace('??', '?'));
      const expected = whole.filter((row) => asked.includes((JSON.parse(row) as string[])[0] ?? ''));
      expect(expected.length).toBeGreaterThan(0);
      expect(expected.length).toBeLessThan(whole.length);
      expect(await found(asked, 'p.pat_id', {}, select)).toEqual(expected);
      expect(await client.rows(describeQuery(select, engine).sql)).toEqual([]);
      for (const { sql } of columnTypeQueries(select, { patientId: 'p.pat_id' }, engine)) {
        expect(await client.columns(sql)).toHaveLength(1);
      }
    });

    test('numbers: the value as text finds its number, another text finds nothing and breaks nothing', async () => {
      for (const column of ['p.pk', 'p.amount']) {
        const types: ColumnTypes = { patientId: column === 'p.pk' ? 'bigint' : 'numeric' };
        expect(await found(['3', '5abc', 'abc', '', '99999999999999999999', '4e0', ' 4'], column, types)).toEqual([
          `["O'Neil"]`,
        ]);
        expect(await found(['0003'], column, types)).toEqual([`["O'Neil"]`]);
        expect(await found(['9007199254740993'], column, types)).toEqual(['["big"]']);
        // A comparison as floating-point numbers could find these neighbours equal.
        expect(await found(['9007199254740992', '9007199254740994'], column, types)).toEqual([]);
      }
    });

    test('CHAR: padding does not count', async () => {
      expect(await found(['P1', '007'], 'p.padded')).toEqual(['["007"]', '["P1"]']);
    });

    test.each<[string, ColumnTypes, string]>([
      ['p.pat_id', {}, 'patient_id'],
      ['p.padded', {}, 'patient_padded'],
      ['p.pk', { patientId: 'bigint' }, engine === 'mysql' ? 'PRIMARY' : 'patient_pkey'],
      ['p.amount', { patientId: 'numeric' }, 'patient_amount'],
    ])('an index on %s is used', async (column, types, index) => {
      for (const ids of [['6'], ['4', '5', '6']]) {
        const [query] = byPatient(ids, column, types);
        expect((await client.rows(`explain ${query?.sql}`, query?.bindings)).join()).toContain(index);
      }
    });

    test('as many values as one statement takes, and more', async () => {
      const ids = Array.from({ length: 70_000 }, (_, n) => `M${n}`);
      const queries = byPatient(ids);
      expect(queries).toHaveLength(2);
      expect((await found(ids)).length).toBe(3000);
    });
  });
}

type Connect = (server: DatabaseServer) => Promise<Client>;
const sorted = (rows: unknown[]) => rows.map((row) => JSON.stringify(row)).sort();

suite('postgresql', startPostgresql, async ({ host, port, user, password, database }) => {
  const client = new pg.Client({ host, port, user, password, database });
  await client.connect();
  const query = (text: string, values: readonly unknown[] = []) =>
    client.query({ text, values: [...values], rowMode: 'array' });
  return {
    rows: async (sql, bindings) => sorted((await query(sql, bindings)).rows),
    columns: async (sql) => (await query(sql)).fields.map(({ name }) => name),
    close: () => client.end(),
  };
});

suite('mysql', startMariadb, async ({ host, port, user, password, database }) => {
  const client = await mysql.createConnection({ host, port, user, password, database, rowsAsArray: true });
  const execute = (sql: string, bindings: readonly unknown[] = []) => client.execute(sql, [...bindings] as never[]);
  return {
    rows: async (sql, bindings) => sorted((await execute(sql, bindings))[0] as unknown[]),
    columns: async (sql) => (await execute(sql))[1].map(({ name }) => name),
    close: () => client.end(),
  };
});
