import { type DatabaseEngine } from '../jdbc/index.js';
import { type CompiledQuery } from './compiled-query.js';

interface Words {
  quoted(name: string): string;
  /** Returns SQL by which two values are equal only if each of their characters is. */
  exact(expression: string): string;
}

/** The engines whose real servers the tests of this page use. */
const WORDS: Partial<Record<DatabaseEngine, Words>> = {
  postgresql: {
    quoted: (name) => `"${name.replaceAll('"', '""')}"`,
    exact: (expression) => `cast(${expression} as text) collate "C"`,
  },
  mysql: {
    quoted: (name) => `\`${name.replaceAll('`', '``')}\``,
    exact: (expression) => `cast(${expression} as binary)`,
  },
  sqlite: {
    quoted: (name) => `"${name.replaceAll('"', '""')}"`,
    exact: (expression) => `cast(${expression} as blob)`,
  },
};

/** Columns of a select, by the names that the database reports. */
export interface Projection {
  names: readonly string[];
  /** Those among `names` whose values differ although the collation of the database may call them equal. */
  exact: readonly string[];
}

/** Returns whether {@link projected} knows the engine. */
export function canProject(engine: DatabaseEngine): boolean {
  return WORDS[engine] !== undefined;
}

/** Returns a statement for the distinct rows of some columns of `query`. */
export function projected(
  { sql, bindings }: CompiledQuery,
  projection: Projection,
  engine: DatabaseEngine,
): CompiledQuery {
  const words = WORDS[engine];
  if (!words) throw new TypeError(`no projection for ${engine}`);
  const column = (name: string) => `q.${words.quoted(name)}`;
  const exact = projection.exact.map((name, index) => `${words.exact(column(name))} as exact${index + 1}`);
  return {
    sql: `select distinct ${[...projection.names.map((name) => `${column(name)} as ${words.quoted(name)}`), ...exact].join(', ')} from (${sql}) q`,
    bindings,
  };
}
