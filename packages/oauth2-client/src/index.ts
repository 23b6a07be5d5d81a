export * from './client-credentials.js';
export { errors as oauth2Errors } from './error-codes.js';
export * from './oauth2-error.js';
export * from './registered-client.js';
