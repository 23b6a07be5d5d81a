export * from './projection.js';
export * from './compile-queries.js';
export { SelectError } from './select-error.js';
export { type ColumnType } from './values.js';
