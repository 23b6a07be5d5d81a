export * from './compile-queries.js';
export { type CompiledQuery } from './compiled-query.js';
export * from './projection.js';
export { SelectError } from './select-error.js';
export { type ColumnType } from './values.js';
