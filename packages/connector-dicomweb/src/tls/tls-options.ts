import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { ConnectorError } from '@pacs-connectors/connector-core';
import { type KeyStoreSettings, type StoreSettings } from '../dicomweb-settings.js';

/** What TLS needs to know of the two sides. */
export interface TlsOptions {
  /** Certificates that the server is trusted by; not set: those that Node.js comes with. */
  trust?: Pick<SecureContextOptions, 'ca'>;
  /** Our own certificate and key. */
  identity?: Pick<SecureContextOptions, 'cert' | 'key' | 'pfx' | 'passphrase'>;
}

/**
 * Reads the stores.
 *
 * @throws ConnectorError (`misconfigured`) naming the key, the file and what is wrong with it.
 */
export function tlsOptions(
  connectorId: string,
  stores: { keyStore?: KeyStoreSettings; truststore?: StoreSettings },
): TlsOptions {
  const { keyStore, truststore } = stores;
  const options: TlsOptions = {};
  if (truststore?.url !== undefined) {
    const { content, format } = readStore(connectorId, 'truststore', truststore.url, truststore.type);
    if (format !== 'PEM') {
      throw misconfigured(
        connectorId,
        `truststore ${truststore.url} is no PEM file.`,
        `Convert it: openssl pkcs12 -in ${truststore.url} -nokeys -out ca.pem`,
      );
    }
    options.trust = { ca: content };
    tried(connectorId, `truststore ${truststore.url}`, options.trust);
  }
  if (keyStore?.url !== undefined) {
    const { content, format } = readStore(connectorId, 'key-store', keyStore.url, keyStore.type);
    options.identity =
      format === 'PEM'
        ? { cert: content, key: content, passphrase: keyStore.password }
        : { pfx: content, passphrase: keyStore.keyStorePassword ?? keyStore.password };
    tried(connectorId, `key-store ${keyStore.url}`, options.identity);
  }
  return options;
}

function readStore(connectorId: string, key: string, url: string, type: string | undefined) {
  let content: Buffer;
  try {
    content = readFileSync(url.startsWith('file:') ? fileURLToPath(url) : url);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw misconfigured(connectorId, `${key} ${url} cannot be read (${code}).`, `See ${key}.url.`, error);
  }
  const java = content.length >= 4 && [0xfeedfeed, 0xcececece].includes(content.readUInt32BE(0));
  if (java || /^(jks|jceks)$/i.test(type ?? '')) {
    throw misconfigured(
      connectorId,
      `${key} ${url} is a Java key store, which only Java reads.`,
      `Convert it: keytool -importkeystore -srckeystore ${url} -destkeystore store.p12 -deststoretype PKCS12`,
    );
  }
  return { content, format: content.includes('-----BEGIN ') ? ('PEM' as const) : ('PKCS12' as const) };
}

/** Lets OpenSSL read it now, so that what is wrong is said at the start and not by the first question. */
function tried(connectorId: string, what: string, options: SecureContextOptions): void {
  try {
    createSecureContext(options);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = code ?? message;
    if (/mac verify|MAC_VERIFY|bad decrypt|BAD_DECRYPT|BAD_PASSWORD/i.test(`${reason} ${message}`)) {
      throw misconfigured(connectorId, `${what} does not open with its password.`, 'See password.', error);
    }
    if (/unsupported/i.test(`${reason} ${message}`)) {
      throw misconfigured(
        connectorId,
        `${what} is encrypted in a way that OpenSSL 3 no longer reads.`,
        'Convert it: openssl pkcs12 -legacy -in OLD -nodes -out store.pem',
        error,
      );
    }
    throw misconfigured(
      connectorId,
      `${what} holds no usable certificate and key (${reason}).`,
      'See the file.',
      error,
    );
  }
}

function misconfigured(connectorId: string, what: string, remedy: string, cause?: unknown): ConnectorError {
  return new ConnectorError(connectorId, 'misconfigured', what, { remedy, cause });
}
