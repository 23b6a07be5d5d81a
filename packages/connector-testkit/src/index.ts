export * from './conformance/index.js';
export * from './fixtures/fault-proxy.js';
export * from './fixtures/part10.js';
export * from './fixtures/sample-archive.js';
export * from './fixtures/sample-launch.js';
