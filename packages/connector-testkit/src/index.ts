export * from './sample-archive.js';
