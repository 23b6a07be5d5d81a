export * from './connectors.module.js';
