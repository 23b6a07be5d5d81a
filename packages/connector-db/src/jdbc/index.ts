export * from './database-address.js';
export { parseJdbcUrl } from './jdbc-url.js';
