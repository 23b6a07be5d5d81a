export * from './database-connector.js';
export * from './database-plugin.js';
export * from './database-settings.js';
export { errors as dbErrors } from './errors/error-codes.js';
