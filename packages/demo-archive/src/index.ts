export * from './demo-archive.js';
