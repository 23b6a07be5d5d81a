import { readFile } from 'node:fs/promises';
import { type ConnectionOptions } from 'node:tls';
import { type DatabaseTls } from '../jdbc/index.js';
import { UnusableSettingError } from './unusable-setting-error.js';

/** Node's options for a TLS connection as the JDBC URL wants it; `undefined` where it wants none. */
export async function tlsOptions(tls: DatabaseTls): Promise<ConnectionOptions | undefined> {
  if (tls.mode === 'disable') return undefined;
  const options: ConnectionOptions = { rejectUnauthorized: tls.mode.startsWith('verify') };
  // The certificate's chain is checked, the name in it is not.
  if (tls.mode === 'verify-ca') options.checkServerIdentity = () => undefined;
  if (tls.serverName) options.servername = tls.serverName;
  const ca = tls.ca ?? (tls.caFile && (await readPem(tls.caFile))) ?? (await readTrustStore(tls.trustStoreFile));
  if (ca) options.ca = ca;
  if (tls.certFile) options.cert = await readPem(tls.certFile);
  if (tls.keyFile) options.key = await readPem(tls.keyFile);
  if (tls.keyStoreFile) options.pfx = await read(tls.keyStoreFile);
  if (tls.keyPassword) options.passphrase = tls.keyPassword;
  return options;
}

/** Java's drivers take keys and certificates in DER too (`.pk8`); Node takes PEM. */
async function readPem(file: string): Promise<Buffer> {
  const content = await read(file);
  if (content.includes('-----BEGIN')) return content;
  throw new UnusableSettingError(
    `${file} is not PEM`,
    'Convert it: openssl x509 -inform der -in FILE -out FILE.pem (a certificate), openssl pkcs8 -inform der -in FILE -nocrypt -out FILE.pem (a key).',
  );
}

async function readTrustStore(file: string | undefined): Promise<Buffer | undefined> {
  if (!file) return undefined;
  const content = await read(file);
  if (content.includes('-----BEGIN')) return content;
  throw new UnusableSettingError(
    `the trust store ${file} is not PEM`,
    `Convert it: openssl pkcs12 -in FILE -nokeys -out FILE.pem (PKCS12), after keytool -importkeystore -srckeystore FILE -destkeystore FILE.p12 -deststoretype PKCS12 (JKS).`,
  );
}

async function read(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    throw new UnusableSettingError(
      `${file} cannot be read (${(error as NodeJS.ErrnoException).code})`,
      'See whether the file that the JDBC URL names exists for this process.',
      error,
    );
  }
}
