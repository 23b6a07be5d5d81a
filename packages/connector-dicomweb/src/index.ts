export * from './dicomweb-connector.js';
export * from './dicomweb-plugin.js';
export * from './dicomweb-settings.js';
export { errors as dicomWebErrors } from './errors/error-codes.js';
export * from './tls/store-settings.js';
