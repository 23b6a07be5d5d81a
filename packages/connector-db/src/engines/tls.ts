import { readFile } from 'node:fs/promises';
import { type ConnectionOptions } from 'node:tls';
import { type DatabaseTls } from '../jdbc/index.js';
import { codes } from '../errors/error-codes.js';
import { UnusableSettingError } from '../errors/unusable-setting-error.js';

/** Returns Node's options for a TLS connection as the JDBC URL asks for it; `undefined` if it asks for none. */
export async function tlsOptions(tls: DatabaseTls): Promise<ConnectionOptions | undefined> {
  if (tls.mode === 'disable') return undefined;
  const options: ConnectionOptions = { rejectUnauthorized: tls.mode.startsWith('verify') };
  // The certificate's chain is checked, its name is not.
  if (tls.mode === 'verify-ca') options.checkServerIdentity = () => undefined;
  if (tls.serverName) options.servername = tls.serverName;
  const ca = tls.ca ?? (tls.caFile && (await readPem(tls.caFile))) ?? (await readTrustStore(tls.trustStoreFile));
  if (ca) options.ca = ca;
  if (tls.certFile) options.cert = await readPem(tls.certFile);
  if (tls.keyFile) options.key = await readPem(tls.keyFile);
  if (tls.keyStoreFile) options.pfx = await readTlsFile(tls.keyStoreFile);
  if (tls.minVersion) options.minVersion = tls.minVersion;
  if (tls.maxVersion) options.maxVersion = tls.maxVersion;
  if (tls.keyPassword) options.passphrase = tls.keyPassword;
  return options;
}

/** Reads a key or certificate as PEM. Java's drivers also accept DER (`.pk8`), but Node.js needs PEM. */
async function readPem(file: string): Promise<Buffer> {
  return requirePem(
    await readTlsFile(file),
    file,
    'openssl x509 -inform der -in FILE -out FILE.pem (a certificate), openssl pkcs8 -inform der -in FILE -nocrypt -out FILE.pem (a key).',
  );
}

/** Reads the trust store that a JDBC URL names. @throws UnusableSettingError if it is not PEM */
export async function readTrustStore(file: string | undefined): Promise<Buffer | undefined> {
  if (!file) return undefined;
  return requirePem(
    await readTlsFile(file),
    `the trust store ${file}`,
    'openssl pkcs12 -in FILE -nokeys -out FILE.pem (PKCS12), after keytool -importkeystore -srckeystore FILE -destkeystore FILE.p12 -deststoretype PKCS12 (JKS).',
  );
}

function requirePem(content: Buffer, name: string, command: string): Buffer {
  if (content.includes('-----BEGIN')) return content;
  throw new UnusableSettingError(codes['db.tls-file.not-pem'], `${name} is not PEM`, `Convert it: ${command}`);
}

/**
 * Reads a file that the JDBC URL names.
 *
 * @throws UnusableSettingError
 */
export async function readTlsFile(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    throw new UnusableSettingError(
      codes['db.tls-file.not-readable'],
      `${file} cannot be read (${(error as NodeJS.ErrnoException).code})`,
      'Check the path in the JDBC URL and the permissions of the file.',
      error,
    );
  }
}
