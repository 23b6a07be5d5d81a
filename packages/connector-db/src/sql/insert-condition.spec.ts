import { describe, expect, test } from '@jest/globals';
import { type DatabaseEngine } from '../jdbc/index.js';
import { dialectOf } from './dialect.js';
import { insertCondition } from './insert-condition.js';
import { readStructure } from './query-structure.js';

const ALL: DatabaseEngine[] = ['postgresql', 'mysql', 'oracle', 'mssql', 'sqlite'];

/** `sql` with «C» where the condition goes. */
function inserted(sql: string, engine: DatabaseEngine): string {
  const dialect = dialectOf(engine);
  return insertCondition(readStructure(sql, dialect), dialect, ({ narrowed }) => (narrowed ? '«C»' : undefined));
}

/** Tests each row of `table` with each engine: a select, and the same select with the condition inserted. */
function cases(engines: DatabaseEngine[], table: [string, string][]): void {
  const rows = table.flatMap(([sql, expected]) => engines.map((engine) => [engine, sql, expected] as const));
  test.each(rows)('%s: %s', (engine, sql, expected) => {
    expect(inserted(sql, engine)).toBe(expected);
  });
}

describe('with and without WHERE', () => {
  cases(ALL, [
    ['select a from t', 'select a from t where «C»'],
    ['select a from t where x = 1', 'select a from t where (x = 1) and «C»'],
    ['select a from t where x = 1 or y = 2', 'select a from t where (x = 1 or y = 2) and «C»'],
    ['SELECT a\nFROM t\nWHERE x = 1\n', 'SELECT a\nFROM t\nWHERE (x = 1) and «C»'],
    ['select a from t where(x = 1)', 'select a from t where((x = 1)) and «C»'],
    ["select a from t where x='1'order by a", "select a from t where (x='1') and «C»order by a"],
    ['select a from t join u on t.x = u.x', 'select a from t join u on t.x = u.x where «C»'],
    ['select a from t, u where t.x = u.x', 'select a from t, u where (t.x = u.x) and «C»'],
    ['select distinct a from t', 'select distinct a from t where «C»'],
    ['select a from t where x between 1 and 2', 'select a from t where (x between 1 and 2) and «C»'],
    [
      'select case when x = 1 then y else z end a from t where case when x = 1 then 2 end = 2',
      'select case when x = 1 then y else z end a from t where (case when x = 1 then 2 end = 2) and «C»',
    ],
  ]);
});

describe('as sites end their files', () => {
  cases(ALL, [
    ['select a from t where', 'select a from t where «C»'],
    ['select a from t where ;', 'select a from t where «C»'],
    ['select a from t where order by a', 'select a from t where «C» order by a'],
    ['select a from t where x = 1 and', 'select a from t where (x = 1) and «C» '],
    ['select a from t where x = 1 and ; ;\n', 'select a from t where (x = 1) and «C» '],
    ['select a from t where and', 'select a from t where «C» '],
    ['select a from t; -- that is all', 'select a from t where «C»'],
    ['select a from t -- that is all', 'select a from t where «C»'],
    ['; select a from t', ' select a from t where «C»'],
    ['select a from t where x = t.and', 'select a from t where (x = t.and) and «C»'],
  ]);
});

describe('clauses after WHERE', () => {
  const tails = ['group by a', 'group by a having count(*) > 1', 'order by a', 'group\n/* x */ by a order -- y\n by a'];
  cases(
    ALL,
    tails.flatMap((tail): [string, string][] => [
      [`select a from t ${tail}`, `select a from t where «C» ${tail}`],
      [`select a from t where x = 1 ${tail}`, `select a from t where (x = 1) and «C» ${tail}`],
    ]),
  );
  const byEngine: Record<DatabaseEngine, string[]> = {
    postgresql: [
      'limit 5',
      'offset 5',
      'fetch first 5 rows only',
      'for update of t',
      'for no key update',
      'window w as (partition by a order by b)',
      'order by a is distinct from b limit 5',
    ],
    mysql: ['limit 5, 10', 'lock in share mode', 'for update', 'offset 5 rows fetch next 5 rows only'],
    oracle: [
      'start with a = 1 connect by prior a = b',
      'connect by nocycle prior a = b',
      'order siblings by a',
      'offset 5 rows',
      'fetch first 5 rows only',
      'for update',
      'qualify row_number() over (order by a) = 1',
    ],
    mssql: [
      "for xml path('x'), root('y')",
      'for json auto',
      'option (recompile, merge join)',
      'order by a offset 5 rows fetch next 5 rows only',
    ],
    sqlite: ['limit 5 offset 2', 'window w as (order by a)', 'order by a nulls last limit 1'],
  };
  for (const engine of ALL) {
    cases(
      [engine],
      byEngine[engine].flatMap((tail): [string, string][] => [
        [`select a from t ${tail}`, `select a from t where «C» ${tail}`],
        [`select a from t where x = 1 or y = 2 ${tail}`, `select a from t where (x = 1 or y = 2) and «C» ${tail}`],
      ]),
    );
  }
});

describe('what only looks like a clause', () => {
  cases(ALL, [
    ["select 'where' from t", "select 'where' from t where «C»"],
    ["select 'it''s where' a from t", "select 'it''s where' a from t where «C»"],
    ['select "where" from t', 'select "where" from t where «C»'],
    ['select a /* from x where */ from t', 'select a /* from x where */ from t where «C»'],
    ['select a -- from x where\nfrom t', 'select a -- from x where\nfrom t where «C»'],
    ['select t.order, t.where from t', 'select t.order, t.where from t where «C»'],
    ['select a as "from" from t', 'select a as "from" from t where «C»'],
    ['select a as from from t', 'select a as from from t where «C»'],
    ['select (select b from u where u.a = t.a) from t', 'select (select b from u where u.a = t.a) from t where «C»'],
    ['select a from (select a from t where x = 1) s', 'select a from (select a from t where x = 1) s where «C»'],
    [
      'select a from t where x in (select x from u where y = 1 group by x)',
      'select a from t where (x in (select x from u where y = 1 group by x)) and «C»',
    ],
    [
      'select extract(year from d), substring(a from 1 for 2), trim(both from b) from t',
      'select extract(year from d), substring(a from 1 for 2), trim(both from b) from t where «C»',
    ],
    [
      'select row_number() over (partition by a order by b) from t',
      'select row_number() over (partition by a order by b) from t where «C»',
    ],
    [
      'select listagg(a, 1) within group (order by a) from t',
      'select listagg(a, 1) within group (order by a) from t where «C»',
    ],
    [
      'select count(*) filter (where x = 1) from t group by a',
      'select count(*) filter (where x = 1) from t where «C» group by a',
    ],
    ['select a from t -- note\norder by a', 'select a from t where «C» -- note\norder by a'],
    [
      'select a from t where x = 1 -- and y = 2\norder by a',
      'select a from t where (x = 1) and «C» -- and y = 2\norder by a',
    ],
    ['select a from t where -- mine\n x = 1', 'select a from t where -- mine\n (x = 1) and «C»'],
    ['/*+ hint */ select /*+ hint */ a from t', '/*+ hint */ select /*+ hint */ a from t where «C»'],
    ['select {fn x} from t'.replace(/\{.*\}/, 'a'), 'select a from t where «C»'],
  ]);

  cases(
    ['postgresql'],
    [
      ['select a[1:2], b[(select 1)] from t', 'select a[1:2], b[(select 1)] from t where «C»'],
      ["select a::text, E'\\' from x where' from t", "select a::text, E'\\' from x where' from t where «C»"],
      ["select E'a'\n'\\' where' from t", "select E'a'\n'\\' where' from t where «C»"],
      ["select '\\' from t", "select '\\' from t where «C»"],
      ["select U&'\\0061' from t", "select U&'\\0061' from t where «C»"],
      [
        'select $$ from x where $$, $q$ $$ where $q$ from t',
        'select $$ from x where $$, $q$ $$ where $q$ from t where «C»',
      ],
      ['select a$where$ from t', 'select a$where$ from t where «C»'],
      ['select /* a /* b */ where */ a from t', 'select /* a /* b */ where */ a from t where «C»'],
      [
        "select a from t where d ? 'k' and d ?| array['x']",
        "select a from t where (d ? 'k' and d ?| array['x']) and «C»",
      ],
      [
        "select a from t where d ?? 'k' or d ??| array['x']",
        "select a from t where (d ? 'k' or d ?| array['x']) and «C»",
      ],
      ["select '??' from t", "select '??' from t where «C»"],
      ['select a is not distinct from b from t', 'select a is not distinct from b from t where «C»'],
      ['select a from t where a is distinct from b or c', 'select a from t where (a is distinct from b or c) and «C»'],
      ['select a from rows from (f(1), g(2)) as x', 'select a from rows from (f(1), g(2)) as x where «C»'],
      ['select rows from t', 'select rows from t where «C»'],
      [
        'select a from t, lateral (select 1 where true) l',
        'select a from t, lateral (select 1 where true) l where «C»',
      ],
      ['select distinct on (a) a from t order by a', 'select distinct on (a) a from t where «C» order by a'],
      ['select "a""where" from t', 'select "a""where" from t where «C»'],
      ['select a # b from t', 'select a # b from t where «C»'],
    ],
  );
  cases(
    ['mysql'],
    [
      ["select 'it\\'s where' from t", "select 'it\\'s where' from t where «C»"],
      ['select "it\\"s where" from t', 'select "it\\"s where" from t where «C»'],
      ['select `where` from t', 'select `where` from t where «C»'],
      ['select a # from x where\nfrom t', 'select a # from x where\nfrom t where «C»'],
      ['select a from t where x = 5--1', 'select a from t where (x = 5--1) and «C»'],
      ['select /*!40001 SQL_NO_CACHE */ a from t', 'select /*!40001 SQL_NO_CACHE */ a from t where «C»'],
      ['select a from t use index for order by (i)', 'select a from t use index for order by (i) where «C»'],
      ['select a from t for system_time as of now() x', 'select a from t for system_time as of now() x where «C»'],
      ['select {fn now()} from t', 'select {fn now()} from t where «C»'],
    ],
  );
  cases(
    ['oracle'],
    [
      ["select q'[it's where]', nq'!from '!' from t", "select q'[it's where]', nq'!from '!' from t where «C»"],
      ["select Q'(a)b)' from t", "select Q'(a)b)' from t where «C»"],
      ['select a from t partition for (1)', 'select a from t partition for (1) where «C»'],
      ['select a, limit, offset from t', 'select a, limit, offset from t where «C»'],
      ['select a from t, u where t.x = u.x(+)', 'select a from t, u where (t.x = u.x(+)) and «C»'],
      ['select 1.5d, .5 from t', 'select 1.5d, .5 from t where «C»'],
      ['select a from t as of timestamp sysdate', 'select a from t as of timestamp sysdate where «C»'],
    ],
  );
  cases(
    ['mssql'],
    [
      ['select [where], [a]]from] from t', 'select [where], [a]]from] from t where «C»'],
      ["select N'where' from #t", "select N'where' from #t where «C»"],
      ['select top 10 a from t with (nolock)', 'select top 10 a from t with (nolock) where «C»'],
      ['select top (10) with ties a from t order by a', 'select top (10) with ties a from t where «C» order by a'],
      ['select @@version, limit from t', 'select @@version, limit from t where «C»'],
      ['select a from t inner merge join u on t.x = u.x', 'select a from t inner merge join u on t.x = u.x where «C»'],
      ['select a from t for system_time all', 'select a from t for system_time all where «C»'],
      ['select a from t cross apply (select b from u) x', 'select a from t cross apply (select b from u) x where «C»'],
      ['select a /* a /* b */ where */ from t', 'select a /* a /* b */ where */ from t where «C»'],
    ],
  );
  cases(
    ['sqlite'],
    [
      ['select [where], `from` from t', 'select [where], `from` from t where «C»'],
      ["select '\\' from t", "select '\\' from t where «C»"],
      ['select a /* a /* b */ from t', 'select a /* a /* b */ from t where «C»'],
      ['select a /*/*/ from t /* x */', 'select a /*/*/ from t where «C»'],
    ],
  );
});

describe('several branches', () => {
  cases(ALL, [
    ['select a from t union select a from u', 'select a from t where «C» union select a from u where «C»'],
    [
      'select a from t where x = 1 union all select a from u where y = 2 or z = 3 order by a',
      'select a from t where (x = 1) and «C» union all select a from u where (y = 2 or z = 3) and «C» order by a',
    ],
    ['(select a from t)', '(select a from t where «C»)'],
    ['((select a from t where))', '((select a from t where «C»))'],
    [
      '(select a from t order by a) union (select a from u where x = 1) order by 1',
      '(select a from t where «C» order by a) union (select a from u where (x = 1) and «C») order by 1',
    ],
    [
      'select a from t union all (select a from u union select a from v)',
      'select a from t where «C» union all (select a from u where «C» union select a from v where «C»)',
    ],
    // What is taken away, or compared with, stays whole: a condition there could bring back what the site has hidden.
    ['select a from t except select a from u', 'select a from t where «C» except select a from u'],
    ['select a from t intersect select a from u', 'select a from t where «C» intersect select a from u'],
    [
      'select a from t except (select a from u union select a from v) union select a from w',
      'select a from t where «C» except (select a from u union select a from v) union select a from w where «C»',
    ],
    [
      'with c as (select a from t where x = 1) select a from c',
      'with c as (select a from t where x = 1) select a from c where «C»',
    ],
    [
      'with c (a) as (select 1), d as (select a from c union select 2) select a from d where x order by a',
      'with c (a) as (select 1), d as (select a from c union select 2) select a from d where (x) and «C» order by a',
    ],
  ]);
  cases(
    ['postgresql', 'mysql', 'sqlite'],
    [
      [
        'with recursive c as (select 1 union all select n + 1 from c where n < 5) select a from c limit 3',
        'with recursive c as (select 1 union all select n + 1 from c where n < 5) select a from c where «C» limit 3',
      ],
    ],
  );
  cases(
    ['postgresql'],
    [
      [
        'with a as not materialized (values (1)), b as materialized (table t) (with c as (select 1) select a from a)',
        'with a as not materialized (values (1)), b as materialized (table t) (with c as (select 1) select a from a where «C»)',
      ],
      [
        'with recursive r as (select 1) search depth first by a, b set c cycle a set d using e, s as (select 2) select a from s',
        'with recursive r as (select 1) search depth first by a, b set c cycle a set d using e, s as (select 2) select a from s where «C»',
      ],
    ],
  );
  cases(['oracle'], [['select a from t minus select a from u', 'select a from t where «C» minus select a from u']]);
  cases(
    ['mssql'],
    [
      [
        "with xmlnamespaces ('u' as n), c as (select 1 a) select a from c option (maxrecursion 0)",
        "with xmlnamespaces ('u' as n), c as (select 1 a) select a from c where «C» option (maxrecursion 0)",
      ],
    ],
  );
});

describe('refused, with the place and the reason', () => {
  const everywhere: [string, string][] = [
    ['', 'empty'],
    [' ; -- nothing\n', 'empty'],
    ['delete from t', 'DELETE (line 1, column 1)'],
    ['insert into t select a from u', 'INSERT'],
    ['update t set a = 1', 'UPDATE'],
    ['explain select a from t', 'EXPLAIN'],
    ['select a from t; select b from u', 'more than one statement (line 1, column 16)'],
    ['select a from t; drop table t;', 'more than one statement'],
    ['select a from t select b from u', 'a second SELECT'],
    ['select a', 'Add FROM to every SELECT.'],
    ['select 1 where x = 1', 'WHERE'],
    ['select a from t union select 1', 'without FROM'],
    ['select a from', 'nothing after it'],
    ['select a into b from t', 'INTO'],
    ["select a from t into outfile 'x'", 'INTO'],
    ['select a from t where x = 1 where y = 2', 'a WHERE that is not the only one'],
    ['select a from t order by a where x = 1', 'a WHERE that is not the only one'],
    ['select a from t from u', 'a second FROM'],
    ['select a from t group a', 'GROUP without BY'],
    ['select a from t where x = 1 or', 'ends in OR'],
    ['select a from t where not', 'ends in NOT'],
    ['select a from t join u on t.x = u.x and', 'FROM ends in AND'],
    ['select a from t union values (1)', 'UNION without a SELECT'],
    ['select a from t union table u', 'UNION without a SELECT'],
    ['values (1)', 'VALUES'],
    ['table t', 'TABLE'],
    ['(values (1))', 'VALUES'],
    ['with c as (delete from t returning a) select a from c', 'a WITH that is not a query'],
    ['with c as ((update t set a = 1)) select a from c', 'a WITH that is not a query'],
    ['with c as (select 1)', 'its end'],
    ['with c (select 1) select a from c', 'a WITH that cannot be read'],
    ['with c as (select 1) delete from t', 'DELETE'],
    ['(select a from t) s', 'S after a query in parentheses'],
    ['(select a from t) order by a union select a from u', 'an unexpected clause'],
    ['select a from (t', 'a ( that is never closed'],
    ['select a from t)', 'a ) without an opening bracket'],
    ['select a from t where (x = 1', 'never closed'],
    ["select 'a from t", "a ' that never ends (line 1, column 8)"],
    ['select "a from t', 'a " that never ends'],
    ['select a /* from t', 'a comment that never ends'],
    ['select a from t where x = 1and y = 2', 'a number with a word at its end'],
    ['select a from\u00a0t', 'U+00A0'],
    ['select a from t -- \0\n', 'NUL'],
    ['select a from t -- x\rwhere y = 1', 'carriage return'],
  ];
  const byEngine: Record<DatabaseEngine, [string, string][]> = {
    postgresql: [
      ['select a from t where x = $1', 'a parameter, which has no value here'],
      ['select $a$ from t', 'a $a$ that never ends'],
      ["select {d '2020-01-01'} from t", 'a {'],
      ['select a from t fetch', 'FETCH'],
    ],
    mysql: [
      ['select a from t where x = ?', 'a parameter, which has no value here'],
      ['select a from t /*!50000 where x = 1 */', 'execute'],
      ['select a from t /*M! union select b from u */', 'execute'],
      ["select 'a\\' from t", "a ' that never ends"],
      ['select a from t procedure analyse()', 'PROCEDURE'],
    ],
    oracle: [
      ['select a from t where x = :x', 'a parameter, which has no value here'],
      ['select a from t where x = :1', 'a parameter, which has no value here'],
      ["select q'[a' from t", "a q'[ that never ends"],
      ['with function f return number is begin return 1; end; select a from t', 'more than one statement'],
    ],
    mssql: [
      ['select a from t where x = @x', 'a parameter, which has no value here'],
      ['select a from t delete from t', 'DELETE, which begins another statement'],
      ["select a from t exec('x')", 'EXEC'],
      ['select a from t where x = 1 drop table t', 'DROP'],
      ['select [a from t', 'a ] that never ends'],
    ],
    sqlite: [
      ['select a from t where x = ?', 'a parameter, which has no value here'],
      ['select a from t where x = :x', 'a parameter, which has no value here'],
      ['select a from t where x = @x', 'a parameter, which has no value here'],
      ['select a from t where x = $x', 'a parameter, which has no value here'],
      ['select [a from t', 'a [ that never ends'],
    ],
  };
  test.each(ALL.flatMap((engine) => [...everywhere, ...byEngine[engine]].map((row) => [engine, ...row] as const)))(
    '%s: %s',
    (engine, sql, reason) => {
      expect(() => inserted(sql, engine)).toThrow(reason);
    },
  );

  test('the message names line and column, and what to do', () => {
    expect(() => inserted('select a\n from t\n where x = 1 or', 'oracle')).toThrow(
      'The select is not understood: its WHERE ends in OR (line 3, column 14). Remove it: the condition is added with AND.',
    );
  });
});
