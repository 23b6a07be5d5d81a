export * from './dicom-connector.js';
export * from './dicom-plugin.js';
export * from './dicom-settings.js';
export { errors as dicomErrors } from './errors/error-codes.js';
