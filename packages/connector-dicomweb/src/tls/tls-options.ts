import { type SecureContextOptions } from 'node:tls';
import { ConnectorError } from '@pacs-connectors/connector-core';
import { readStore, StoreError } from '@pacs-connectors/tls-stores';
import { codes } from '../errors/error-codes.js';
import { type KeyStoreSettings, type StoreSettings } from './store-settings.js';

/** The certificates of both sides. */
export interface TlsOptions {
  /** Certificate authorities that are trusted for the server; default: those of Node.js. */
  trust?: { ca: string[] };
  /** Our own certificate and key. */
  identity?: Pick<SecureContextOptions, 'cert' | 'key'>;
}

/**
 * Reads the stores.
 *
 * @throws ConnectorError (`dicomweb.store.unreadable`, `dicomweb.store.incomplete`) that names the key and the file.
 */
export function tlsOptions(
  connectorId: string,
  { keyStore, truststore }: { keyStore?: KeyStoreSettings; truststore?: StoreSettings },
): TlsOptions {
  const options: TlsOptions = {};
  if (truststore?.url !== undefined) {
    const { certificates } = read(connectorId, 'truststore', truststore.url, truststore);
    if (certificates.length === 0) {
      throw incomplete(connectorId, `truststore ${truststore.url} contains no certificate`);
    }
    options.trust = { ca: certificates };
  }
  if (keyStore?.url !== undefined) {
    const { key, certificates } = read(connectorId, 'key-store', keyStore.url, keyStore);
    if (key === undefined || certificates.length === 0) {
      throw incomplete(
        connectorId,
        `key-store ${keyStore.url} does not contain both a private key and its certificate`,
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
    throw new ConnectorError(connectorId, 'misconfigured', `${name}: ${error.message}`, {
      code: codes['dicomweb.store.unreadable'],
      remedy: error.remedy,
      cause: error,
    });
  }
}

function incomplete(connectorId: string, what: string): ConnectorError {
  const code = codes['dicomweb.store.incomplete'];
  return new ConnectorError(connectorId, 'misconfigured', what, { code, remedy: 'Add what is missing to the file.' });
}
