/** One statement for the engine's driver, which gets both parts unchanged. (knex's `raw` would read question marks as bindings.) */
export interface CompiledQuery {
  /** The site's select with the condition in it; placeholders in the engine's style: `$1`, `?`, `:1`, `@p0`. */
  sql: string;
  /** The values of the placeholders, in order: texts, and for SQLite whole numbers too. */
  bindings: unknown[];
}
