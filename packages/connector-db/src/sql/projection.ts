import { type DatabaseEngine } from '../jdbc/index.js';
import { type CompiledQuery } from './compiled-query.js';

/** Columns of a select. */
export type Projection = readonly ProjectedColumn[];

export interface ProjectedColumn {
  /** As the database reports it. */
  name: string;
  isText: boolean;
  /** Whether two values are different although the collation of the database calls them equal. */
  isUid: boolean;
}

/** Returns the items of a select list for a column. `value` is the column, `name` its quoted name. */
type Items = (value: string, name: string, column: ProjectedColumn) => string[];

const DOUBLE_QUOTED = (name: string) => `"${name.replaceAll('"', '""')}"`;

interface Words {
  quoted(name: string): string;
  items: Items;
  /** A setting of the transaction by which the statement is faster. */
  setting?: string;
}

/** The engines that are supported. The tests use the real servers of these. */
const WORDS: Partial<Record<DatabaseEngine, Words>> = {
  postgresql: {
    quoted: DOUBLE_QUOTED,
    // PostgreSQL estimates that all rows are distinct, and would sort them on its disk. There are few, which fit into a hash table.
    setting: 'set local enable_sort = off',
    // Texts are compared by their bytes, which is also much faster to sort.
    items: (value, name, { isText }) => [isText ? `${value} collate "C" as ${name}` : `${value} as ${name}`],
  },
  mysql: {
    quoted: (name) => `\`${name.replaceAll('`', '``')}\``,
    items: (value, name, { isUid }) => [`${value} as ${name}`, ...(isUid ? [`cast(${value} as binary)`] : [])],
  },
  sqlite: {
    quoted: DOUBLE_QUOTED,
    items: (value, name, { isUid }) => [`${value} as ${name}`, ...(isUid ? [`cast(${value} as blob)`] : [])],
  },
};

/** Returns whether {@link projected} supports the engine. */
export function canProject(engine: DatabaseEngine): boolean {
  return WORDS[engine] !== undefined;
}

/** Returns the statement that a transaction with {@link projected} ones begins with, if the engine needs one. */
export function projectionSetting(engine: DatabaseEngine): CompiledQuery | undefined {
  const sql = WORDS[engine]?.setting;
  return sql === undefined ? undefined : { sql, bindings: [] };
}

/** Returns a statement for the distinct rows of some columns of `query`. */
export function projected(
  { sql, bindings }: CompiledQuery,
  projection: Projection,
  engine: DatabaseEngine,
): CompiledQuery {
  const words = WORDS[engine];
  if (!words) throw new TypeError(`no projection for ${engine}`);
  const items = projection.flatMap((column) => {
    const name = words.quoted(column.name);
    return words.items(`q.${name}`, name, column);
  });
  return { sql: `select distinct ${items.join(', ')} from (${sql}) q`, bindings };
}
