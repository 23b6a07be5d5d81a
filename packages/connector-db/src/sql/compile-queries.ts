import { IDENTIFIER_KINDS, type IdentifierKind, type SearchCriteria } from '@pacs-connectors/connector-core';
import { type DatabaseEngine } from '../jdbc/index.js';
import { columnExpression } from './column-expression.js';
import { type CompiledQuery } from './compiled-query.js';
import { type Dialect, dialectOf } from './dialect.js';
import { canProject } from './projection.js';
import { editedText, insertCondition } from './insert-condition.js';
import { type Branch, type QueryStructure, readStructure } from './query-structure.js';
import { type Comparand, type ColumnType, comparands } from './values.js';

/** The site's expressions, each valid inside its select: `db-connector.query.*-column`. */
export interface CriteriaColumns {
  patientId?: string;
  accessionNumber?: string;
  studyInstanceUid?: string;
  seriesInstanceUid?: string;
  sopInstanceUid?: string;
}

/** The types of the columns in one branch of the select, as the database reports them for {@link columnTypeQueries}. */
export type ColumnTypes = Partial<Record<keyof CriteriaColumns, ColumnType>>;

export interface CompiledQueries {
  /** All of them must run. Their rows together are the answer; some rows may come twice. Empty if nothing can match. */
  queries: CompiledQuery[];
  /** Kinds of identifier in the criteria that have no column. */
  unsupported: IdentifierKind[];
  /** The number of rows that the select itself returns at most, if it says so. */
  rowLimit?: number;
}

/** The column by which each kind of identifier is looked for. */
export const COLUMN_OF_KIND = {
  patientIds: 'patientId',
  studyInstanceUids: 'studyInstanceUid',
  accessionNumbers: 'accessionNumber',
  seriesInstanceUids: 'seriesInstanceUid',
  sopInstanceUids: 'sopInstanceUid',
} as const satisfies Record<IdentifierKind, keyof CriteriaColumns>;

/**
 * Returns the statements that find the rows of `criteria`: the site's select with a condition in each of its branches. No part of
 * `criteria` becomes text of SQL, and wildcards in it have no meaning. Issuers and filters are not compared.
 *
 * Each kind of identifier has separate statements, because a database may use no index for a condition on two columns. Only a
 * select that groups or limits its rows gets one condition for all kinds, because its rows depend on all rows that match.
 *
 * @param types for each branch, in the order of {@link columnTypeQueries}: in a union, one branch may have a number where another
 *   has a text
 * @param studies only rows with one of these texts in the column of the Study Instance UID are needed; see {@link canNarrow}
 * @throws SelectError if the select or a column is not understood with certainty
 */
export function compileQueries(
  select: string,
  columns: CriteriaColumns,
  criteria: SearchCriteria,
  engine: DatabaseEngine,
  types: readonly ColumnTypes[] = [],
  studies?: readonly string[],
): CompiledQueries {
  const dialect = dialectOf(engine);
  const structure = readStructure(select, dialect);
  const kinds = IDENTIFIER_KINDS.filter((kind) => criteria[kind].length > 0);
  const supported = kinds.filter((kind) => columns[COLUMN_OF_KIND[kind]]);
  // Each branch has its own values: no style of placeholders lets two places share one in every engine.
  const branches = structure.branches.filter(({ narrowed }) => narrowed);
  const all = Math.floor(dialect.maxBindings / branches.length);
  const narrowing = branches.length === 1 && studies ? narrowingTo(studies, types[0] ?? {}) : [];
  const narrowed = placeholdersOf(narrowing) <= all / 2;
  const most = narrowed ? all - placeholdersOf(narrowing) : all;
  const together = structure.groupsOrLimits ? [supported] : supported.map((kind) => [kind]);
  const queries = together.flatMap((some) => {
    const parts = branches.map((_branch, index) => split(comparisons(some, types[index] ?? {}), most));
    const count = Math.max(...parts.map(({ length }) => length));
    return Array.from({ length: count }, (_, part) =>
      compile(
        structure,
        dialect,
        parts.map((ofBranch) => ofBranch[part] ?? []),
        narrowed ? narrowing : [],
      ),
    );
  });
  const unsupported = kinds.filter((kind) => !supported.includes(kind));
  return { queries, unsupported, ...(structure.rowLimit !== undefined && { rowLimit: structure.rowLimit }) };

  function narrowingTo(uids: readonly string[], branchTypes: ColumnTypes): Comparison[] {
    const type = branchTypes.studyInstanceUid ?? 'text';
    const values = comparands(uids, type, engine);
    if (!columns.studyInstanceUid || values.length === 0) return [];
    const expression = columnExpression(columns.studyInstanceUid, engine);
    return [{ expression: type === 'other' ? dialect.textOf(expression) : expression, values }];
  }

  function comparisons(some: readonly IdentifierKind[], branchTypes: ColumnTypes): Comparison[] {
    return some.flatMap((kind): Comparison[] => {
      const column = COLUMN_OF_KIND[kind];
      const type = branchTypes[column] ?? 'text';
      const texts = kind === 'patientIds' ? criteria.patientIds.map(({ id }) => id) : criteria[kind];
      const values = comparands(texts, type, engine);
      if (values.length === 0) return [];
      const expression = columnExpression(columns[column] as string, engine);
      return [{ expression: type === 'other' ? dialect.textOf(expression) : expression, values }];
    });
  }
}

/**
 * Returns whether a search may read some studies of the select apart from others: with {@link compileQueries}' `studies`, and in
 * the statements of {@link projected}.
 */
export function canNarrow(select: string, engine: DatabaseEngine): boolean {
  return canProject(engine) && readStructure(select, dialectOf(engine)).rowsAreIndependent;
}

/** Returns the select with a condition that is never true, which yields the names of its columns and no row. */
export function describeQuery(select: string, engine: DatabaseEngine): CompiledQuery {
  const dialect = dialectOf(engine);
  // In every branch, also in those without the criteria, so that nothing is read.
  return { sql: insertCondition(readStructure(select, dialect), dialect, () => '(1 = 0)'), bindings: [] };
}

export interface ColumnTypeQuery extends CompiledQuery {
  /** The configured column of each column of the answer. */
  columns: (keyof CriteriaColumns)[];
  /** For MySQL: a statement of one row with the collations of the columns. */
  collations?: CompiledQuery;
}

/**
 * Returns, for each branch of the select, a statement that yields no row and the configured columns only. The types that the driver
 * reports for it are those that {@link compileQueries} needs. It fails if a column is not valid inside the select.
 *
 * @throws SelectError if the select or a column is not understood with certainty
 */
export function columnTypeQueries(select: string, columns: CriteriaColumns, engine: DatabaseEngine): ColumnTypeQuery[] {
  const dialect = dialectOf(engine);
  const structure = readStructure(select, dialect);
  const configured = Object.values(COLUMN_OF_KIND).flatMap((column) => {
    const expression = columns[column];
    return expression ? [{ column, expression: columnExpression(expression, engine) }] : [];
  });
  if (configured.length === 0) return [];
  const list = (item: (expression: string) => string) =>
    configured.map(({ expression }, index) => `${item(expression)} as c${index + 1}`).join(', ');
  return structure.branches
    .filter(({ narrowed }) => narrowed)
    .map((branch) => ({
      sql: bareSelect(
        structure,
        dialect,
        branch,
        list((expression) => expression),
      ),
      bindings: [],
      columns: configured.map(({ column }) => column),
      // An aggregate yields a row although none matches.
      ...(engine === 'mysql' && {
        collations: {
          sql: bareSelect(
            structure,
            dialect,
            branch,
            list((expression) => `collation(max(${expression}))`),
          ),
          bindings: [],
        },
      }),
    }));
}

interface Comparison {
  expression: string;
  values: readonly Comparand[];
}

function placeholdersOf(comparisons: readonly Comparison[]): number {
  return comparisons
    .flatMap(({ values }) => values)
    .reduce((sum, { condition }) => sum + (condition?.placeholders ?? 1), 0);
}

/** Splits comparisons into parts of at most `most` placeholders; usually one. */
function split(comparisons: readonly Comparison[], most: number): Comparison[][] {
  const parts: Comparison[][] = [];
  let room = 0;
  for (const { expression, values } of comparisons) {
    let taken: Comparand[] = [];
    for (const value of values) {
      const placeholders = value.condition?.placeholders ?? 1;
      if (room < placeholders) {
        parts.push([]);
        room = most;
        taken = [];
      }
      if (taken.length === 0) parts.at(-1)?.push({ expression, values: taken });
      taken.push(value);
      room -= placeholders;
    }
  }
  return parts;
}

/**
 * @param comparisons those of each branch that is narrowed; a branch without any has no rows that match
 * @param narrowing what the rows must match too
 */
function compile(
  structure: QueryStructure,
  dialect: Dialect,
  comparisons: readonly (readonly Comparison[])[],
  narrowing: readonly Comparison[],
): CompiledQuery {
  const bindings: unknown[] = [];
  const bind = (value: unknown) => dialect.placeholder(bindings.push(value) - 1);
  let branch = 0;
  const sql = insertCondition(structure, dialect, ({ narrowed }) => {
    if (!narrowed) return undefined;
    const conditions = (comparisons[branch++] ?? []).flatMap(conditionsOf);
    const wanted = `(${conditions.join(' or ') || '1 = 0'})`;
    return narrowing.length === 0 ? wanted : `(${wanted} and (${narrowing.flatMap(conditionsOf).join(' or ')}))`;
  });
  return { sql, bindings };

  function conditionsOf({ expression, values }: Comparison): string[] {
    const lists = chunks(
      values.filter(({ condition }) => !condition),
      dialect.maxInList,
    ).map((some) => `${expression} in (${some.map(member).join(', ')})`);
    return [...lists, ...values.flatMap(({ value, condition }) => condition?.sql(expression, () => bind(value)) ?? [])];
  }

  function member({ value, cast }: Comparand): string {
    return cast === undefined ? bind(value) : `cast(${bind(value)} as ${cast})`;
  }
}

function chunks<Value>(values: readonly Value[], size: number): (readonly Value[])[] {
  if (values.length === 0) return [];
  if (values.length <= size) return [values];
  return Array.from({ length: Math.ceil(values.length / size) }, (_, index) =>
    values.slice(index * size, (index + 1) * size),
  );
}

/** Returns `[WITH …] SELECT list FROM … WHERE (1 = 0)` with the tables of the branch. */
function bareSelect({ sql, tokens }: QueryStructure, dialect: Dialect, branch: Branch, list: string): string {
  const text = (first: number, after: number) =>
    editedText(sql, tokens, dialect, tokens[first]?.start ?? 0, tokens[after - 1]?.end ?? 0);
  const from = text(branch.from ?? 0, branch.where ?? branch.end);
  return branch.withs.reduceRight(
    (inner, [first, after], depth) =>
      // Between a WITH and a query that has its own WITH, a SELECT is needed.
      depth === branch.withs.length - 1
        ? `${text(first, after)} ${inner}`
        : `${text(first, after)} select * from (${inner}) q${depth + 1}`,
    `select ${list} ${from} where (1 = 0)`,
  );
}
