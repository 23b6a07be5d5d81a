export { type ManifestElement, type MessageElement } from './elements.js';
export * from './gzip.js';
export { readGiven } from './join/given.js';
export { joinParts, type JoinPart } from './join/join.js';
export * from './manifest.js';
export { messageOf } from './message.js';
export * from './render.js';
export * from './schema.js';
export * from './launch/index.js';
