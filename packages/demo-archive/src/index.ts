export * from './demo-archive.js';
export * from './examples.js';
