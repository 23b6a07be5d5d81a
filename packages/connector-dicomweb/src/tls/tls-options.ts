import { type SecureContextOptions } from 'node:tls';
import { ConnectorError } from '@pacs-connectors/connector-core';
import { readStore, StoreError } from '@pacs-connectors/tls-stores';
import { type KeyStoreSettings, type StoreSettings } from './store-settings.js';

/** What TLS needs to know of the two sides. */
export interface TlsOptions {
  /** Certificates that the server is trusted by; not set: those that Node.js comes with. */
  trust?: { ca: string[] };
  /** Our own certificate and key. */
  identity?: Pick<SecureContextOptions, 'cert' | 'key'>;
}

/**
 * Reads the stores.
 *
 * @throws ConnectorError (`misconfigured`) naming the key, the file and what is wrong with it.
 */
export function tlsOptions(
  connectorId: string,
  { keyStore, truststore }: { keyStore?: KeyStoreSettings; truststore?: StoreSettings },
): TlsOptions {
  const options: TlsOptions = {};
  if (truststore?.url !== undefined) {
    const { certificates } = read(connectorId, 'truststore', truststore.url, truststore);
    if (certificates.length === 0) {
      throw misconfigured(connectorId, `truststore ${truststore.url} holds no certificate`, 'See truststore.url.');
    }
    options.trust = { ca: certificates };
  }
  if (keyStore?.url !== undefined) {
    const { key, certificates } = read(connectorId, 'key-store', keyStore.url, keyStore);
    if (key === undefined || certificates.length === 0) {
      throw misconfigured(
        connectorId,
        `key-store ${keyStore.url} does not hold both a private key and its certificate`,
        'Put both into it.',
      );
    }
    options.identity = { key, cert: certificates.join('\n') };
  }
  return options;
}

function read(connectorId: string, name: string, url: string, { type, password, keyStorePassword }: KeyStoreSettings) {
  try {
    return readStore({ url, type, storePassword: keyStorePassword ?? password, keyPassword: password });
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    throw misconfigured(connectorId, `${name}: ${error.message}`, error.remedy, error);
  }
}

function misconfigured(connectorId: string, what: string, remedy: string, cause?: unknown): ConnectorError {
  return new ConnectorError(connectorId, 'misconfigured', what, { remedy, cause });
}
