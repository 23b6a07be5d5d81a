export * from './address-length.js';
export * from './launch-error.js';
export * from './microdicom.js';
export * from './ohif.js';
export * from './slicer.js';
export * from './weasis.js';
