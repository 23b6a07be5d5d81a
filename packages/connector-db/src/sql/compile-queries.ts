import { IDENTIFIER_KINDS, type IdentifierKind, type SearchCriteria } from '@pacs-connectors/connector-core';
import { type DatabaseEngine } from '../jdbc/index.js';
import { columnExpression } from './column-expression.js';
import { type Dialect, dialectOf } from './dialect.js';
import { editedText, insertCondition } from './insert-condition.js';
import { type Branch, type QueryStructure, readStructure } from './query-structure.js';
import { type ColumnType, valuesFor } from './values.js';

/**
 * One statement in the words of the engine's own driver: both parts are handed to it as they are. (knex's `raw` would
 * take question marks of the site's own SQL for bindings.)
 */
export interface CompiledQuery {
  /** The site's select with the condition in it; placeholders in the engine's style: `$1`, `?`, `:1`, `@p0`. */
  sql: string;
  /** The placeholders' values, in order: texts, and for SQLite wholes too. */
  bindings: unknown[];
}

/** The site's expressions, each valid inside its select: `db-connector.query.*-column`. */
export interface CriteriaColumns {
  patientId?: string;
  accessionNumber?: string;
  studyInstanceUid?: string;
  seriesInstanceUid?: string;
  sopInstanceUid?: string;
}

/** What the columns hold in one branch of the select, where the database was asked by {@link columnTypeQueries}. */
export type ColumnTypes = Partial<Record<keyof CriteriaColumns, ColumnType>>;

export interface CompiledQueries {
  /** All are to be run: their rows together, of which some may come twice, are the answer. None: nothing can match. */
  queries: CompiledQuery[];
  /** Kinds of identifier that were asked for and have no column: whoever reads the answer has to be told. */
  unsupported: IdentifierKind[];
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
 * The statements that find the rows of `criteria`: the site's select, in each of its branches the condition that one of
 * the columns equals one of the values. No part of `criteria` becomes text of SQL, and its wildcards mean nothing.
 *
 * A patient's issuer is not looked at; filters neither.
 *
 * @param types for each branch, in the order of {@link columnTypeQueries}: a union may have a number where another branch has text
 * @throws SelectError where the select or a column is not understood for certain
 */
export function compileQueries(
  select: string,
  columns: CriteriaColumns,
  criteria: SearchCriteria,
  engine: DatabaseEngine,
  types: readonly ColumnTypes[] = [],
): CompiledQueries {
  const dialect = dialectOf(engine);
  const structure = readStructure(select, dialect);
  const kinds = IDENTIFIER_KINDS.filter((kind) => criteria[kind].length > 0);
  const unsupported = kinds.filter((kind) => !columns[COLUMN_OF_KIND[kind]]);
  const comparisonsWith = (branchTypes: ColumnTypes) =>
    kinds.flatMap((kind): Comparison[] => {
      const column = COLUMN_OF_KIND[kind];
      const expression = columns[column];
      if (!expression) return [];
      const texts = kind === 'patientIds' ? criteria.patientIds.map(({ id }) => id) : criteria[kind];
      const values = valuesFor(texts, branchTypes[column] ?? 'text', engine);
      return values.length > 0 ? [{ expression: columnExpression(expression, engine), values }] : [];
    });
  // Each branch has its values for itself: none of the placeholders' styles lets two places share one everywhere.
  const branches = structure.branches.filter(({ narrowed }) => narrowed);
  const most = Math.floor(dialect.maxBindings / branches.length);
  const parts = branches.map((_branch, index) => split(comparisonsWith(types[index] ?? {}), most));
  const count = Math.max(...parts.map(({ length }) => length));
  const queries = Array.from({ length: count }, (_, part) =>
    compile(
      structure,
      dialect,
      parts.map((ofBranch) => ofBranch[part] ?? []),
    ),
  );
  return { queries, unsupported };
}

/** The select with a condition that is never true: to learn its columns' names without reading rows. */
export function describeQuery(select: string, engine: DatabaseEngine): CompiledQuery {
  const dialect = dialectOf(engine);
  // In every branch, also in those that the criteria stay out of: nothing is to be read.
  return { sql: insertCondition(readStructure(select, dialect), dialect, () => '(1 = 0)'), bindings: [] };
}

export interface ColumnTypeQuery extends CompiledQuery {
  /** Which column each column of the answer is. */
  columns: (keyof CriteriaColumns)[];
}

/**
 * For each branch of the select, a query that yields no row and has the configured columns as its only ones: what the
 * driver tells of their types is what {@link compileQueries} wants to know. It fails where a column is not valid inside
 * the select, which is worth an error at start.
 *
 * @throws SelectError where the select or a column is not understood for certain
 */
export function columnTypeQueries(select: string, columns: CriteriaColumns, engine: DatabaseEngine): ColumnTypeQuery[] {
  const dialect = dialectOf(engine);
  const structure = readStructure(select, dialect);
  const configured = Object.values(COLUMN_OF_KIND).flatMap((column) => {
    const expression = columns[column];
    return expression ? [{ column, expression: columnExpression(expression, engine) }] : [];
  });
  if (configured.length === 0) return [];
  const list = configured.map(({ expression }, index) => `${expression} as c${index + 1}`).join(', ');
  return structure.branches
    .filter(({ narrowed }) => narrowed)
    .map((branch) => ({
      sql: bareSelect(structure, dialect, branch, list),
      bindings: [],
      columns: configured.map(({ column }) => column),
    }));
}

interface Comparison {
  expression: string;
  values: readonly (string | bigint)[];
}

/** Parts of at most `most` values; usually one. */
function split(comparisons: readonly Comparison[], most: number): Comparison[][] {
  const parts: Comparison[][] = [];
  let room = 0;
  for (const { expression, values } of comparisons) {
    for (let at = 0; at < values.length;) {
      if (room === 0) {
        parts.push([]);
        room = most;
      }
      const taken = values.slice(at, at + room);
      parts.at(-1)?.push({ expression, values: taken });
      at += taken.length;
      room -= taken.length;
    }
  }
  return parts;
}

/** @param comparisons those of each branch that is narrowed; none: it has no rows that match */
function compile(
  structure: QueryStructure,
  dialect: Dialect,
  comparisons: readonly (readonly Comparison[])[],
): CompiledQuery {
  const bindings: unknown[] = [];
  const bind = (value: unknown) => dialect.placeholder(bindings.push(value) - 1);
  let branch = 0;
  const sql = insertCondition(structure, dialect, ({ narrowed }) => {
    if (!narrowed) return undefined;
    const lists = (comparisons[branch++] ?? []).flatMap(({ expression, values }) =>
      chunks(values, dialect.maxInList).map((some) => `${expression} in (${some.map(bind).join(', ')})`),
    );
    return `(${lists.join(' or ') || '1 = 0'})`;
  });
  return { sql, bindings };
}

function chunks<Value>(values: readonly Value[], size: number): (readonly Value[])[] {
  if (values.length <= size) return [values];
  return Array.from({ length: Math.ceil(values.length / size) }, (_, index) =>
    values.slice(index * size, (index + 1) * size),
  );
}

/** `[WITH …] SELECT list FROM … WHERE (1 = 0)` with what the branch has after its FROM. */
function bareSelect({ sql, tokens }: QueryStructure, dialect: Dialect, branch: Branch, list: string): string {
  const text = (first: number, after: number) =>
    editedText(sql, tokens, dialect, tokens[first]?.start ?? 0, tokens[after - 1]?.end ?? 0);
  const from = text(branch.from ?? 0, branch.where ?? branch.end);
  return branch.withs.reduceRight(
    (inner, [first, after], depth) =>
      // Around a query that has its own WITH, another has to have a SELECT between.
      depth === branch.withs.length - 1
        ? `${text(first, after)} ${inner}`
        : `${text(first, after)} select * from (${inner}) q${depth + 1}`,
    `select ${list} ${from} where (1 = 0)`,
  );
}
