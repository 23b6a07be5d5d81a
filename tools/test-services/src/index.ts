export * from './process.js';
export * from './database-server.js';
export * from './mariadb.js';
export * from './postgresql.js';
export * from './dcmtk.js';
export * from './dicom-files.js';
export * from './orthanc.js';
export * from './redis.js';
