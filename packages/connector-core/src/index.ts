export * from './connector.js';
export * from './criteria.js';
export * from './errors.js';
export * from './filters.js';
export * from './limited-connector.js';
export * from './model.js';
export * from './patient-tree.js';
export * from './registry.js';
