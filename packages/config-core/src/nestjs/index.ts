export * from './connectors-config.module.js';
export * from './connectors-configuration.js';
