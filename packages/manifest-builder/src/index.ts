export { type ManifestElement, type MessageElement } from './model/elements.js';
export * from './gzip.js';
export { errors as manifestErrors } from './model/error-codes.js';
export { readGiven } from './join/given.js';
export { joinParts, type JoinPart } from './join/join.js';
export * from './model/manifest.js';
export { messageOf } from './arrange/message.js';
export * from './render.js';
export * from './schema.js';
