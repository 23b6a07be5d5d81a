export { errors as tlsErrors } from './error-codes.js';
export * from './read-store.js';
export { type StoreContent, StoreError, type StoreSettings } from './store.js';
export * from './tls-faults.js';
