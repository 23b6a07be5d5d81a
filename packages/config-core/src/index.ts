export * from './check.js';
export {
  type ConfigurationDocument,
  type ConfigurationSource,
  type ConfigurationTexts,
  parseConfiguration,
  readConfiguration,
  readTexts,
} from './read-configuration.js';
export { errors as configurationErrors } from './errors/error-codes.js';
export * from './effective.js';
export * from './document/problems.js';
export * from './reader/setting.js';
export * from './settings/cache.js';
export * from './settings/connector-settings.js';
export * from './settings/global-configuration.js';
export * from './settings/guards.js';
export * from './settings/health.js';
export { HEADER_NAME, REFUSED_IN_HEADER, SET_BY_JAVA } from './settings/header-fault.js';
export * from './settings/is-http-url.js';
export { REFUSED_IN_ADDRESS } from './settings/is-retrieval-url.js';
export { type KnownPlugin } from './settings/known-plugin.js';
export * from './settings/logging.js';
export * from './settings/oauth2-clients.js';
export { BasicRetrieval, OAuth2Retrieval, RetrievalSettings, TruststoreSettings } from './settings/retrieval.js';
export * from './settings/shutdown.js';
export { IsScheme, type KnownViewer, type SettingsOfViewers, ViewerRule, ViewerSelection } from './settings/viewers.js';
export { CipherError, type CipherMode, DEFAULT_SALT, SymmetricCipher } from './values/cipher.js';
export { dicomTag } from './values/dicom-tag.js';
export { type SettingFormat } from './values/setting-format.js';
export { redact } from './values/redact.js';
export { configurationJsonSchema } from './schema/configuration-schema.js';
export { configurationReference } from './reference.js';
export * from './values/environment.js';
