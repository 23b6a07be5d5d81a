export * from './demo-archive.js';
export * from './demo-archive-error.js';
export { errors as demoErrors } from './error-codes.js';
export * from './examples.js';
