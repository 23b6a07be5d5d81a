import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import forge from 'node-forge';
import { codes } from './error-codes.js';
import { javaStoreType, readJavaStore } from './java-store.js';
import { conversion, keyPasswordWrong, type StoreContent, StoreError, type StoreSettings } from './store.js';

const TYPES = new Set(['PEM', 'PKCS12', 'P12', 'PFX', 'JKS', 'JCEKS']);

/**
 * Reads a key store or truststore in PKCS12, JKS, JCEKS or PEM. PKCS12 is read as OpenSSL and Java's `keytool` write it. It
 * may contain only certificates, or use the old ciphers that OpenSSL 3 rejects.
 *
 * @throws StoreError
 */
export function readStore(settings: StoreSettings): StoreContent {
  const path = settings.url.startsWith('file:') ? filePath(settings.url) : settings.url;
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    const code = (error as { code?: string }).code ?? 'no code';
    const limit = code === 'EMFILE' || code === 'ENFILE';
    const remedy = limit ? 'Raise the limit of open files of this process.' : 'Correct its url or its permissions.';
    throw new StoreError(codes['tls.store.unreadable'], `the store ${path} cannot be opened (${code})`, remedy, error);
  }
  if (javaStoreType(bytes)) return checked(path, readJavaStore(path, bytes, settings));
  const type = settings.type?.toUpperCase().replace(/[^A-Z0-9]/g, '');
  if (type !== undefined && !TYPES.has(type)) {
    throw new StoreError(
      codes['tls.store.type-unsupported'],
      `the store ${path} is of type ${type}; supported types are PKCS12, JKS, JCEKS and PEM`,
      conversion(path),
    );
  }
  const pem = bytes.includes('-----BEGIN ');
  return checked(path, pem ? readPem(path, bytes.toString('latin1'), settings) : readPkcs12(path, bytes, settings));
}

/** Returns the content with the certificate of its key first. TLS reports these faults at the first connection, or never. */
function checked(path: string, { key, certificates }: StoreContent): StoreContent {
  const damaged = (what: string, cause?: unknown) =>
    new StoreError(codes['tls.store.damaged'], `the ${what} in ${path} is damaged`, 'Copy the file again.', cause);
  if (certificates.length === 0 && key === undefined) {
    throw new StoreError(
      codes['tls.store.empty'],
      `the store ${path} contains no certificate and no key`,
      'Check that its url names the right file.',
    );
  }
  if (certificates.some((pem) => certificateOf(pem) === undefined)) throw damaged('certificate');
  if (key === undefined || certificates.length === 0) return { certificates, ...(key === undefined ? {} : { key }) };
  let privateKey: KeyObject;
  try {
    privateKey = createPrivateKey(key);
  } catch (error) {
    throw damaged('private key', error);
  }
  const own = certificates.find((pem) => certificateOf(pem)?.checkPrivateKey(privateKey));
  if (own === undefined) {
    throw new StoreError(
      codes['tls.key.mismatch'],
      `the private key in ${path} belongs to none of its certificates`,
      'Put the certificate of the key into the store.',
    );
  }
  return { key, certificates: [own, ...certificates.filter((pem) => pem !== own)] };
}

function certificateOf(content: string | Buffer): X509Certificate | undefined {
  try {
    return new X509Certificate(content);
  } catch {
    return undefined;
  }
}

function filePath(url: string): string {
  return decodeURIComponent(url.replace(/^file:(\/\/(localhost)?)?/, ''));
}

function readPem(path: string, text: string, settings: StoreSettings): StoreContent {
  const blocks = text.match(/-----BEGIN ([A-Z0-9 ]+)-----[\s\S]*?-----END \1-----/g) ?? [];
  const certificates = blocks.filter((block) => /^-----BEGIN (TRUSTED |X509 )?CERTIFICATE-----/.test(block));
  const key = blocks.find((block) => block.includes('PRIVATE KEY-----'));
  return { certificates, ...(key ? { key: decryptPem(path, key, settings) } : {}) };
}

/** Decrypts a key. OpenSSL reads every kind of encrypted key; the library reads the old ciphers that OpenSSL 3 rejects. */
function decryptPem(path: string, key: string, { keyPassword, storePassword }: StoreSettings): string {
  if (!key.includes('ENCRYPTED')) return key;
  const password = keyPassword ?? storePassword;
  if (password === undefined) throw keyPasswordWrong(codes['tls.key.password-wrong'], path);
  try {
    return createPrivateKey({ key, passphrase: password }).export({ type: 'pkcs8', format: 'pem' }).toString();
  } catch {
    // wrong password, or an old cipher
  }
  try {
    const decrypted = forge.pki.decryptRsaPrivateKey(key, password) as forge.pki.PrivateKey | null;
    if (decrypted) return forge.pki.privateKeyToPem(decrypted);
  } catch {
    // wrong password, or not an RSA key
  }
  throw new StoreError(
    codes['tls.key.password-wrong'],
    `the private key in ${path} cannot be decrypted`,
    `Correct its password, or convert it: openssl pkcs8 -topk8 -in ${path} -out key.pem -nocrypt`,
  );
}

function readPkcs12(path: string, bytes: Buffer, { storePassword, keyPassword }: StoreSettings): StoreContent {
  const p12 = openPkcs12(path, bytes, [storePassword, keyPassword]);
  const bags = p12.safeContents.flatMap(({ safeBags }) => safeBags);
  const { pki } = forge;
  const keyBag = bags.find(({ type }) => type === pki.oids['keyBag'] || type === pki.oids['pkcs8ShroudedKeyBag']);
  const certificates = bags.filter(({ type }) => type === pki.oids['certBag']).map(certificatePem);
  return { certificates, ...(keyBag ? { key: keyPem(keyBag) } : {}) };
}

function openPkcs12(path: string, bytes: Buffer, passwords: (string | undefined)[]): forge.pkcs12.Pkcs12Pfx {
  if (certificateOf(bytes)) {
    throw new StoreError(
      codes['tls.store.type-unsupported'],
      `the file ${path} is a single certificate in DER; supported types are PKCS12, JKS, JCEKS and PEM`,
      `Convert it: openssl x509 -inform der -in ${path} -out certificate.pem`,
    );
  }
  let asn1: forge.asn1.Asn1;
  try {
    asn1 = forge.asn1.fromDer(forge.util.createBuffer(bytes.toString('binary')));
  } catch (error) {
    throw new StoreError(
      codes['tls.store.damaged'],
      `the file ${path} is damaged, or not a store of type PKCS12, JKS, JCEKS or PEM`,
      'Check that its url names the right file, and copy the file again.',
      error,
    );
  }
  const given = passwords.filter((password) => password !== undefined);
  let failure: unknown;
  for (const password of given.length > 0 ? new Set(given) : ['']) {
    try {
      return forge.pkcs12.pkcs12FromAsn1(asn1, false, password);
    } catch (error) {
      failure = error;
    }
  }
  const wrong = /invalid password|MAC could not be verified/i.test(String(failure));
  throw wrong
    ? new StoreError(
        codes['tls.store.password-wrong'],
        `the password of the store ${path} is wrong or missing`,
        'Correct the password of the store.',
      )
    : new StoreError(
        codes['tls.store.encryption-unsupported'],
        `the store ${path} has an encryption that cannot be read`,
        conversion(path),
        failure,
      );
}

function certificatePem(bag: forge.pkcs12.Bag): string {
  const { cert, asn1 } = bag as { cert?: forge.pki.Certificate | null; asn1?: forge.asn1.Asn1 };
  // The library reads RSA certificates; others are passed on unchanged.
  return pemOf('CERTIFICATE', cert ? forge.pki.certificateToAsn1(cert) : (asn1 as forge.asn1.Asn1));
}

function keyPem(bag: forge.pkcs12.Bag): string {
  const { key, asn1 } = bag as { key?: forge.pki.PrivateKey | null; asn1?: forge.asn1.Asn1 };
  return key ? forge.pki.privateKeyToPem(key) : pemOf('PRIVATE KEY', asn1 as forge.asn1.Asn1);
}

function pemOf(type: string, asn1: forge.asn1.Asn1): string {
  return forge.pem.encode({ type, body: forge.asn1.toDer(asn1).getBytes() });
}
