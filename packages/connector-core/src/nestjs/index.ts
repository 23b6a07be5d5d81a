export * from './connectors.module.js';
export * from './viewers.module.js';
