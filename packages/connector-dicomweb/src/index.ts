export * from './dicomweb-connector.js';
export * from './dicomweb-plugin.js';
export * from './dicomweb-settings.js';
export * from './tls/store-settings.js';
