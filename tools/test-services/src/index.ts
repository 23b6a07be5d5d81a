export * from './process.js';
export * from './database-server.js';
export * from './mariadb.js';
export * from './postgresql.js';
