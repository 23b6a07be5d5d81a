import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { emptyCriteria } from '@pacs-connectors/connector-core';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { compileQueries, describeQuery } from './compile-queries.js';
import { SelectError } from './select-error.js';

/**
 * These tests run selects that a grammar generates on SQLite. The select with the condition inside must find the same rows as
 * `SELECT * FROM (<select>) WHERE column IN (…)`.
 */
const IDS = ['P1', 'P2', 'P3', "O'Neil", 'where'];

let database: Database.Database;
beforeAll(() => {
  database = new Database(':memory:');
  database.exec(`create table pat (pk integer primary key, id text, "where" text, "order" integer);
    create table study (pk integer primary key, pat_fk integer, uid text, "from" text);`);
  const patient = database.prepare('insert into pat values (?, ?, ?, ?)');
  const study = database.prepare('insert into study values (?, ?, ?, ?)');
  IDS.forEach((id, index) => {
    patient.run(index, id, index % 2 ? 'from x where y' : null, index % 3);
    for (let each = 0; each <= index % 3; each++) study.run(index * 10 + each, index, `1.${index}.${each}`, `f${each}`);
  });
});
afterAll(() => void database.close());

const one = <Value>(...values: Value[]) => fc.constantFrom(...values);
/** White space and comments, some with words in them that must not be read. */
const gap = one(' ', '\n', ' /* where x union select */ ', ' -- order by "a\'\n', '\t', " /* it's ( */ ", '\n--\n');
const keyword = (text: string) =>
  fc.tuple(fc.boolean(), fc.array(gap, { minLength: 4, maxLength: 4 })).map(([upper, gaps]) => {
    const words = (upper ? text.toUpperCase() : text).split(' ');
    return (gaps[0] ?? ' ') + words.map((word, index) => word + (gaps[(index % 3) + 1] ?? ' ')).join('');
  });
/** The parts one after another. */
const sequence = (...parts: fc.Arbitrary<string>[]) => fc.tuple(...parts).map((texts) => texts.join(''));
const maybe = (part: fc.Arbitrary<string>) => fc.oneof(fc.constant(''), part);

const atom = one(
  'p.pk >= 0',
  'p."order" = 1',
  "p.[where] like '%where%'",
  "p.id <> 'order by'",
  "p.id = 'O''Neil'",
  'p.id is not distinct from p.id',
  'p.pk between 1 and 3',
  'p.pk in (select pat_fk from study where uid is not null group by pat_fk having count(*) > 1)',
  'exists (select 1 from study s2 where s2.pat_fk = p.pk order by 1 limit 1)',
  "case when p.pk = 1 then 'and' else 'or' end = 'or'",
  'p.`order` in (0, 2)',
  'not (p.pk = 2 or p.pk = 4)',
  '(select count(*) from (select 1 union all select 2 where 1)) = 2',
);
const predicate = fc.oneof(
  atom,
  sequence(atom, keyword('or'), atom),
  sequence(atom, keyword('and'), atom),
  sequence(atom, keyword('or'), atom, keyword('and'), atom),
);
const lastColumn = one(
  "'x where y'",
  'p."where"',
  '(select max(uid) from study where pat_fk = p.pk)',
  'p.[order]',
  '1',
);
const list = lastColumn.map((last) => `p.id as patientId, ${last} as "from"`);
const source = one(
  'pat p',
  'pat as p',
  'pat p left join study s on s.pat_fk = p.pk',
  'pat p join (select pat_fk from study where uid > \'1\' or 1) "order" on "order".pat_fk = p.pk',
  '(select * from pat where pk >= 0 order by pk) p',
  'pat p, (select 1 as "where")',
);
const where = fc.oneof(
  fc.constant(''),
  sequence(keyword('where'), predicate),
  sequence(keyword('where'), fc.constant('('), predicate, fc.constant(')')),
);
const head = sequence(keyword('select'), maybe(keyword('distinct')), list, keyword('from'), source);
const branch = sequence(head, where);
const cte = one(
  'with c as (select id from pat where pk > 1)\n',
  'with recursive c(n) as (select 1 union all select n + 1 from c where n < 3), d as (select * from c)\n',
);
const tail = sequence(
  maybe(sequence(keyword('order by'), one('1', '1 desc, 2', 'patientId'))),
  maybe(one(' ', ';', '\n; -- end')),
);
const select = sequence(
  maybe(cte),
  branch,
  fc.oneof(fc.constant(''), sequence(one('union', 'union all', 'except').chain(keyword), branch)),
  tail,
);

const asked = fc.subarray([...IDS, 'nobody', '%', "' or 1 = 1 --"], { minLength: 1 });

function rows(sql: string, bindings: unknown[] = []): string[] {
  return (
    database
      .prepare(sql)
      .raw()
      .all(...bindings) as unknown[][]
  )
    .map((row) => JSON.stringify(row))
    .sort();
}

const withoutEnd = (sql: string) => sql.replace(/;[^;]*$/, '');
const criteriaFor = (ids: string[]) => ({ ...emptyCriteria(), patientIds: ids.map((id) => ({ id })) });

describe('on a real SQLite', () => {
  test('the condition inside finds what it finds outside', () => {
    let found = 0;
    fc.assert(
      fc.property(select, asked, (sql, ids) => {
        const expected = rows(
          `select * from (${withoutEnd(sql)}\n) where patientId in (${ids.map(() => '?').join()})`,
          ids,
        );
        const { queries } = compileQueries(sql, { patientId: 'p.id' }, criteriaFor(ids), 'sqlite');
        found += expected.length;
        expect(queries.flatMap(({ sql: own, bindings }) => rows(own, bindings))).toEqual(expected);
      }),
      { numRuns: 1500 },
    );
    // The generated selects do find something.
    expect(found).toBeGreaterThan(1000);
  });

  test('a select that ends in WHERE or AND is one without', () => {
    fc.assert(
      fc.property(head, fc.option(predicate), keyword('where'), keyword('and'), asked, (start, old, wh, and, ids) => {
        const complete = old === null ? start : start + wh + old;
        const dangling = old === null ? start + wh : complete + and;
        const [plain, ended] = [complete, dangling].map((sql) =>
          compileQueries(sql, { patientId: 'p.id' }, criteriaFor(ids), 'sqlite').queries.flatMap((query) =>
            rows(query.sql, query.bindings),
          ),
        );
        expect(ended).toEqual(plain);
      }),
      { numRuns: 500 },
    );
  });

  test('described, it yields no row and the same columns', () => {
    fc.assert(
      fc.property(select, (sql) => {
        const described = database.prepare(describeQuery(sql, 'sqlite').sql);
        expect(described.all()).toEqual([]);
        expect(described.columns().map(({ name }) => name)).toEqual(['patientId', 'from']);
      }),
      { numRuns: 1000 },
    );
  });

  test('whatever SQLite makes of quotes and comments, so do we, or refuse', () => {
    const piece = one(
      ...[
        "'",
        '"',
        '`',
        '[',
        ']',
        '--',
        '\n',
        '/*',
        '*/',
        '/',
        '(',
        ')',
        ';',
        '#',
        '\\',
        '$$',
        "''",
        "E'",
        '/*!',
        '\r',
      ],
      ...[' where ', ' from ', ' or ', ' and ', ' order by 1 ', ' as ', ' x ', ' p.pk ', '1', ', ', '='],
      ...[
        "'a\\'",
        '"c"',
        "/* ' */",
        "-- '\n",
        '-- "\n',
        '/*/*/',
        ' union all select p.id, 1, 2 from pat p ',
        ' is not ',
      ],
    );
    const pieces = fc.array(piece, { maxLength: 5 }).map((texts) => texts.join(''));
    const start = one('', ' where 1 = 1 ');
    let compared = 0;
    fc.assert(
      fc.property(pieces, pieces, pieces, start, pieces, (a, b, c, wh, d) => {
        const sql = `select p.id, 1 ${a}, 2 ${b} from pat p ${c}${wh}${d}`;
        let whole: string[];
        try {
          whole = rows(sql);
        } catch {
          return;
        }
        let queries;
        try {
          ({ queries } = compileQueries(sql, { patientId: 'p.id' }, criteriaFor(['P2']), 'sqlite'));
        } catch (error) {
          expect(error).toBeInstanceOf(SelectError);
          return;
        }
        compared++;
        const expected = whole.filter((row) => (JSON.parse(row) as string[])[0] === 'P2');
        expect(queries.flatMap((query) => rows(query.sql, query.bindings))).toEqual(expected);
      }),
      { numRuns: 20_000 },
    );
    expect(compared).toBeGreaterThan(50);
  });

  test('aggregates keep their groups', () => {
    const sql =
      'select p.id as patientId, count(*) as n from pat p join study s on s.pat_fk = p.pk where s.pk > 0 or 1 ' +
      'group by p.id having count(*) > 1 order by count(*) desc';
    const { queries } = compileQueries(sql, { patientId: 'p.id' }, criteriaFor(['P2', 'P3', "O'Neil"]), 'sqlite');
    expect(queries.flatMap((query) => rows(query.sql, query.bindings))).toEqual(['["P2",2]', '["P3",3]']);
  });

  test('numbers, with and without a declared type', () => {
    database.exec('create table numbers (declared integer, bare, words text); insert into numbers values (7, 7, 7)');
    for (const patientId of ['declared', 'bare', 'words', 'declared + 0', "bare || ''"]) {
      const { queries } = compileQueries('select 1 from numbers', { patientId }, criteriaFor(['7']), 'sqlite');
      expect(queries.flatMap((query) => rows(query.sql, query.bindings))).toEqual(['[1]']);
    }
  });
});
