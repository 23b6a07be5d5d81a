export { errors as wadoErrors } from './error-codes.js';
export * from './http/index.js';
export * from './wado-client.js';
export { formsOf, type RequestForm, type RequestOptions, type WadoService } from './wado-requests.js';
export * from './wado-retrieval.js';
