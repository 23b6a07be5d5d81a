import { describe, expect, test } from '@jest/globals';
import { emptyCriteria, type SearchCriteria } from '@pacs-connectors/connector-core';
import knex from 'knex';
import { type DatabaseEngine, knexClientOf } from '../jdbc/index.js';
import { columnTypeQueries, compileQueries, type CriteriaColumns, describeQuery } from './compile-queries.js';

const SELECT = 'select p.id as patientId from patient p where p.active = 1 order by p.id';
const COLUMNS: CriteriaColumns = {
  patientId: 'p.pat_id',
  accessionNumber: "coalesce(s.acc, '')",
  studyInstanceUid: 's.uid',
  seriesInstanceUid: 'e.uid',
  sopInstanceUid: 'i."uid"',
};
const ENGINES: DatabaseEngine[] = ['postgresql', 'mysql', 'oracle', 'mssql', 'sqlite'];

function criteria(some: Partial<SearchCriteria>): SearchCriteria {
  return { ...emptyCriteria(), ...some };
}
const byPatient = (...ids: string[]) => criteria({ patientIds: ids.map((id) => ({ id })) });

describe('placeholders', () => {
  test.each<[DatabaseEngine, string, string]>([
    ['postgresql', '(p.pat_id in ($1, $2))', '(s.uid in ($1))'],
    ['mysql', '(p.pat_id in (?, ?))', '(s.uid in (?))'],
    ['oracle', '(p.pat_id in (:1, :2))', '(s.uid in (:1))'],
    ['mssql', '(p.pat_id in (@p0, @p1))', '(s.uid in (@p0))'],
    ['sqlite', '(p.pat_id in (?, ?))', '(s.uid in (?))'],
  ])('%s', (engine, byId, byUid) => {
    const asked = criteria({ patientIds: [{ id: 'A' }, { id: 'B', issuer: 'X' }], studyInstanceUids: ['1.2.3'] });
    const sql = (condition: string) =>
      `select p.id as patientId from patient p where (p.active = 1) and ${condition} order by p.id`;
    expect(compileQueries(SELECT, COLUMNS, asked, engine)).toEqual({
      queries: [
        { sql: sql(byId), bindings: ['A', 'B'] },
        { sql: sql(byUid), bindings: ['1.2.3'] },
      ],
      unsupported: [],
    });
  });

  test.each(ENGINES)('%s: as knex has them', (engine) => {
    const client = knex({ client: knexClientOf(engine), useNullAsDefault: true });
    const native = (condition: string, values: string[]) => {
      const { sql, bindings } = client.raw(`select a from t where (${condition})`, values).toSQL().toNative();
      return { sql, bindings };
    };
    const asked = criteria({ patientIds: [{ id: 'A' }, { id: 'B' }], studyInstanceUids: ['1.2.3'] });
    expect(compileQueries('select a from t', COLUMNS, asked, engine).queries).toEqual([
      native('p.pat_id in (?, ?)', ['A', 'B']),
      native('s.uid in (?)', ['1.2.3']),
    ]);
  });

  test('go on from one branch to the next', () => {
    const union = 'select a from t where x = 1 union all select a from u';
    expect(compileQueries(union, { patientId: 'a' }, byPatient('A', 'B'), 'postgresql').queries).toEqual([
      {
        sql: 'select a from t where (x = 1) and (a in ($1, $2)) union all select a from u where (a in ($3, $4))',
        bindings: ['A', 'B', 'A', 'B'],
      },
    ]);
  });
});

describe('values', () => {
  test('never become text of SQL', () => {
    const evil = ["' or '1' = '1", '%', '*', '"; drop table t; --', '$1', '?', ':1', '@p0', '\\', '\u2019'];
    for (const engine of ENGINES) {
      const { queries } = compileQueries('select a from t', { patientId: 'a' }, byPatient(...evil), engine);
      expect(queries).toHaveLength(1);
      expect(queries[0]?.bindings).toEqual(evil);
      expect(queries[0]?.sql.replace(/\(a in \((?:(?:\$\d+|\?|:\d+|@p\d+)(?:, )?){10}\)\)/, 'C')).toBe(
        'select a from t where C',
      );
    }
  });

  test('once each; none that is blank or holds NUL', () => {
    const asked = byPatient('A', 'B', 'A', '', '  ', 'C\0');
    expect(compileQueries(SELECT, COLUMNS, asked, 'postgresql').queries[0]?.bindings).toEqual(['A', 'B']);
    expect(compileQueries(SELECT, COLUMNS, byPatient('', '\t'), 'oracle')).toEqual({ queries: [], unsupported: [] });
  });

  test('no criteria: nothing is asked', () => {
    expect(compileQueries(SELECT, COLUMNS, emptyCriteria(), 'mysql')).toEqual({ queries: [], unsupported: [] });
  });

  test('beside a number only what can be its text', () => {
    const ids = [
      '7',
      '7abc',
      ' 7',
      '7.0',
      '+7',
      '-7',
      '0',
      '7e1',
      '0032768',
      '99999999999',
      'x',
      '٧',
      '7\n',
      '1' + '0'.repeat(64),
    ];
    const kept = (type: 'smallint' | 'integer' | 'bigint' | 'numeric' | 'text') =>
      compileQueries(SELECT, COLUMNS, byPatient(...ids), 'postgresql', [{ patientId: type }]).queries[0]?.bindings;
    expect(kept('smallint')).toEqual(['7', '-7', '0']);
    expect(kept('integer')).toEqual(['7', '-7', '0', '32768']);
    expect(kept('bigint')).toEqual(['7', '-7', '0', '32768', '99999999999']);
    expect(kept('numeric')).toEqual(['7', '-7', '0', '32768', '99999999999']);
    expect(kept('text')).toEqual(ids);
    expect(compileQueries(SELECT, COLUMNS, byPatient('x'), 'mysql', [{ patientId: 'integer' }]).queries).toEqual([]);
  });

  test('a number with zeros before it is that number', () => {
    for (const type of ['integer', 'numeric'] as const) {
      const { queries } = compileQueries(SELECT, COLUMNS, byPatient('007', '7', '-08', '000'), 'oracle', [
        { patientId: type },
      ]);
      expect(queries[0]?.bindings).toEqual(['7', '-8', '0']);
    }
  });

  test('the limits of whole numbers', () => {
    const limits = ['9223372036854775807', '9223372036854775808', '-9223372036854775808', '-9223372036854775809'];
    expect(
      compileQueries(SELECT, COLUMNS, byPatient(...limits), 'mssql', [{ patientId: 'bigint' }]).queries[0]?.bindings,
    ).toEqual(['9223372036854775807', '-9223372036854775808']);
  });

  test('SQLite looks for a whole number as text and as number', () => {
    expect(
      compileQueries('select a from t', { patientId: 'a' }, byPatient('7', '07', '9223372036854775808'), 'sqlite')
        .queries,
    ).toEqual([
      {
        sql: 'select a from t where (a in (?, ?, ?) or (a = ? and cast(a as text) = ?))',
        bindings: ['7', 7n, '07', '9223372036854775808', '9223372036854775808'],
      },
    ]);
  });
});

describe('a union of a number and a text', () => {
  const union = 'select a from t union all select a from u';
  const queries = (ids: string[], engine: DatabaseEngine = 'postgresql') =>
    compileQueries(union, { patientId: 'a' }, byPatient(...ids), engine, [{ patientId: 'integer' }, {}]).queries;

  test('each branch is compared with what it can hold', () => {
    expect(queries(['7', 'P1', '08'])).toEqual([
      {
        sql: 'select a from t where (a in ($1, $2)) union all select a from u where (a in ($3, $4, $5))',
        bindings: ['7', '8', '7', 'P1', '08'],
      },
    ]);
  });

  test('the branch that can hold none of it yields nothing', () => {
    expect(queries(['P1'])).toEqual([
      { sql: 'select a from t where (1 = 0) union all select a from u where (a in ($1))', bindings: ['P1'] },
    ]);
  });

  test('every branch is asked for all that it can hold, in however many statements', () => {
    const ids = Array.from({ length: 3000 }, (_, index) => (index % 3 === 0 ? String(index) : `P${index}`));
    const asked = queries(ids, 'mssql');
    expect(asked.map(({ bindings }) => bindings.length)).toEqual([1000 + 1049, 1049, 902]);
    expect(asked.flatMap(({ bindings }) => bindings).sort()).toEqual(
      [...ids, ...ids.filter((id) => /^\d/.test(id))].sort(),
    );
  });
});

describe('kinds', () => {
  test('each by its column, in one order', () => {
    const asked = criteria({
      patientIds: [{ id: 'P' }],
      studyInstanceUids: ['1'],
      accessionNumbers: ['A'],
      seriesInstanceUids: ['2'],
      sopInstanceUids: ['3'],
    });
    const conditions = [
      'p.pat_id in ($1)',
      's.uid in ($1)',
      "(coalesce(s.acc, '')) in ($1)",
      'e.uid in ($1)',
      'i."uid" in ($1)',
    ];
    expect(compileQueries('select a from t', COLUMNS, asked, 'postgresql').queries.map(({ sql }) => sql)).toEqual(
      conditions.map((condition) => `select a from t where (${condition})`),
    );
    // Rows that depend on all rows that match need all kinds in one condition.
    expect(compileQueries('select a from t group by a', COLUMNS, asked, 'postgresql').queries[0]?.sql).toBe(
      'select a from t where (p.pat_id in ($1) or s.uid in ($2) or ' +
        `(coalesce(s.acc, '')) in ($3) or e.uid in ($4) or i."uid" in ($5)) group by a`,
    );
  });

  test.each<[DatabaseEngine, string, number]>([
    ['postgresql', 'select a from t order by a', 2],
    ['postgresql', 'select distinct a from t for share', 2],
    ['postgresql', 'select a from t limit 10', 1],
    ['postgresql', 'select a from t union select a from u order by 1 offset 5', 1],
    ['mysql', 'select a from t having count(*) > 1', 1],
    ['oracle', 'select a from t fetch first 10 rows only', 1],
    ['mssql', 'select top 10 a from t', 1],
    ['mssql', 'select a from (select top 10 a from t group by a) t', 2],
  ])('%s: %s has %i statements for two kinds', (engine, select, count) => {
    const asked = criteria({ patientIds: [{ id: 'P' }], studyInstanceUids: ['1'] });
    expect(compileQueries(select, { patientId: 'a', studyInstanceUid: 'b' }, asked, engine).queries).toHaveLength(
      count,
    );
  });

  test('reports a criterion without a column, and queries the others', () => {
    const asked = criteria({ patientIds: [{ id: 'P' }], accessionNumbers: ['A'], sopInstanceUids: [''] });
    expect(compileQueries('select a from t', { patientId: 'a' }, asked, 'mysql')).toEqual({
      queries: [{ sql: 'select a from t where (a in (?))', bindings: ['P'] }],
      unsupported: ['accessionNumbers', 'sopInstanceUids'],
    });
  });
});

describe('long lists', () => {
  const many = (count: number) => byPatient(...Array.from({ length: count }, (_, index) => `P${index}`));
  const shape = (select: string, count: number, engine: DatabaseEngine) =>
    compileQueries(select, { patientId: 'a' }, many(count), engine).queries.map(({ bindings }) => bindings.length);

  test.each<[DatabaseEngine, number]>([
    ['postgresql', 65_535],
    ['mysql', 65_535],
    ['oracle', 65_535],
    ['mssql', 2098],
    ['sqlite', 32_766],
  ])('%s: %d values in one statement', (engine, limit) => {
    expect(shape('select a from t', limit, engine)).toEqual([limit]);
    expect(shape('select a from t', limit + 1, engine)).toEqual([limit, 1]);
    const half = Math.floor(limit / 2);
    expect(shape('select a from t union select a from u', half + 1, engine)).toEqual([half * 2, 2]);
  });

  test('every value is asked exactly once', () => {
    const asked = criteria({
      ...many(3000),
      studyInstanceUids: Array.from({ length: 3000 }, (_, index) => `1.${index}`),
    });
    const { queries } = compileQueries('select a from t', COLUMNS, asked, 'mssql');
    expect(queries.flatMap(({ bindings }) => bindings)).toEqual([
      ...asked.patientIds.map(({ id }) => id),
      ...asked.studyInstanceUids,
    ]);
    for (const { sql, bindings } of queries) {
      expect(sql.match(/@p\d+/g)).toEqual(bindings.map((_, index) => `@p${index}`));
    }
    expect(queries).toHaveLength(4);
  });

  test('Oracle: lists of 1,000', () => {
    const { queries } = compileQueries('select a from t', { patientId: 'a' }, many(2001), 'oracle');
    expect(queries[0]?.sql.match(/a in \([^)]*\)/g)?.map((list) => list.split(',').length)).toEqual([1000, 1000, 1]);
    expect(queries[0]?.sql).toMatch(
      /^select a from t where \(a in \(:1, .*:1000\) or a in \(:1001, .*\) or a in \(:2001\)\)$/,
    );
  });
});

describe('columns', () => {
  const compiled = (patientId: string, engine: DatabaseEngine = 'postgresql') =>
    compileQueries('select a from t', { patientId }, byPatient('P'), engine).queries[0]?.sql;

  test.each([
    ['p.pat_id', 'p.pat_id'],
    [' "p"."pat id" ', '"p"."pat id"'],
    ['p.pat_id -- ours', 'p.pat_id'],
    ['trim(p.pat_id)', '(trim(p.pat_id))'],
    ["p.a || '-' || p.b", "(p.a || '-' || p.b)"],
    ['(select x from u where u.a = t.a)', '((select x from u where u.a = t.a))'],
    ['a -- first\n || b', '(a -- first\n || b)'],
    ["d ->> 'x' ?? 'y'", "(d ->> 'x' ? 'y')"],
    ['a is distinct from b', '(a is distinct from b)'],
    ['a or b', '(a or b)'],
    ['a.', '(a.)'],
  ])('%s', (column, expression) => {
    expect(compiled(column)).toBe(`select a from t where (${expression} in ($1))`);
  });

  test.each([
    ['  -- nothing', 'empty'],
    ['a, b', 'contains , and'],
    ['a; drop table t', ';'],
    ['a as b', 'AS'],
    ['a where b = c', 'WHERE'],
    ['a) or (b', 'a ) without an opening bracket'],
    ['(a', 'never closed'],
    ["a || 'x", 'never ends'],
    ['a /* x', 'never ends'],
    ['$1', 'parameter'],
    ['a union select b', 'UNION'],
    ["'a'", 'a constant, not a column'],
    ["(e'a' || $$b$$)", 'a constant, not a column'],
    ['1', 'a constant, not a column'],
  ])('%s is refused', (column, reason) => {
    expect(() => compiled(column)).toThrow(reason);
  });

  test('what others quote names with is a text to MySQL: no column', () => {
    expect(() => compiled('"pat_id"', 'mysql')).toThrow(
      'The column "pat_id" is a constant, not a column of the select (line 1, column 1). Write `…` instead of "…": in MySQL and MariaDB, "…" is a text.',
    );
    expect(compiled('`pat_id`', 'mysql')).toContain('`pat_id` in (?)');
    expect(compiled('"pat_id"', 'oracle')).toContain('"pat_id" in (:1)');
  });
});

describe('questions before the first one', () => {
  test('describeQuery: no row, from any branch', () => {
    expect(describeQuery('select a from t where x = 1 or y = 2 except select a from u order by a;', 'mssql')).toEqual({
      sql: 'select a from t where (x = 1 or y = 2) and (1 = 0) except select a from u where (1 = 0) order by a',
      bindings: [],
    });
  });

  test('columnTypeQueries: the columns alone, for each branch that yields rows', () => {
    const select =
      'with c as (select 1 x) select distinct a, count(*) from c join t on c.x = t.x where t.y group by a having count(*) > 1 ' +
      'union all (with d as (select 2) select b from d where) except select b from e order by 1 limit 5';
    expect(columnTypeQueries(select, { sopInstanceUid: 'z.uid', patientId: 'z.a + 1' }, 'postgresql')).toEqual([
      {
        sql: 'with c as (select 1 x) select (z.a + 1) as c1, z.uid as c2 from c join t on c.x = t.x where (1 = 0)',
        bindings: [],
        columns: ['patientId', 'sopInstanceUid'],
      },
      {
        sql:
          'with c as (select 1 x) ' +
          'select * from (with d as (select 2) select (z.a + 1) as c1, z.uid as c2 from d where (1 = 0)) q1',
        bindings: [],
        columns: ['patientId', 'sopInstanceUid'],
      },
    ]);
    expect(columnTypeQueries(select, {}, 'postgresql')).toEqual([]);
  });
});
