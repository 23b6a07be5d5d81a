export * from './conformance/index.js';
export * from './sample-archive.js';
