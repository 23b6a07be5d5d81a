export { type Archive, startArchive } from './archive.js';
export * from './demo-archive.js';
export * from './demo-site.js';
export * from './errors/demo-archive-error.js';
export { errors as demoErrors } from './errors/error-codes.js';
export * from './examples.js';
export { importFolder, type ImportResult } from './storage/import-folder.js';
