export * from './date-time.js';
export * from './identifiers.js';
export { modalityValues, valuesOf } from './values.js';
