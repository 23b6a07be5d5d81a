export * from './client-credentials.js';
export * from './oauth2-error.js';
export * from './registered-client.js';
