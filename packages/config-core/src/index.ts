export * from './load.js';
export * from './setting.js';
