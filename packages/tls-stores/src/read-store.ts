import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import forge from 'node-forge';

/** One store of the configuration. */
export interface StoreSettings {
  /** A path or a `file:` URL. */
  url: string;
  /** `PKCS12` or `PEM`; not given: told by the content. */
  type?: string;
  /** Password of the store. */
  storePassword?: string;
  /** Password of the private key, where it has one of its own. */
  keyPassword?: string;
}

/** What a store holds, PEM each. */
export interface StoreContent {
  /** The private key, not encrypted. */
  key?: string;
  /** Certificates in the store's order; beside a key, its own comes first. */
  certificates: string[];
}

/** A store that cannot be used: what is wrong, and what to do. */
export class StoreError extends Error {
  constructor(
    message: string,
    readonly remedy: string,
    cause?: unknown,
  ) {
    super(message, { cause });
  }
}

/** Java's own store formats begin so: JKS and JCEKS. */
const JAVA_MAGIC = new Map([
  ['feedfeed', 'JKS'],
  ['cececece', 'JCEKS'],
]);

/**
 * Reads a key store or truststore: PKCS12, as OpenSSL and Java's `keytool` write it (with only certificates too, and with the
 * old ciphers that OpenSSL 3 refuses), or PEM.
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
    const remedy = limit ? 'Raise the limit of open files of this process.' : 'Correct its url, or its permissions.';
    throw new StoreError(`the store ${path} cannot be read (${code})`, remedy, error);
  }
  const java = JAVA_MAGIC.get(bytes.toString('hex', 0, 4));
  if (java) throw otherType(path, java);
  const pem = bytes.includes('-----BEGIN ');
  const type = settings.type?.toUpperCase().replace(/[^A-Z0-9]/g, '') ?? (pem ? 'PEM' : 'PKCS12');
  if (type !== 'PEM' && type !== 'PKCS12' && type !== 'P12' && type !== 'PFX') throw otherType(path, type);
  return checked(path, pem ? readPem(path, bytes.toString('latin1'), settings) : readPkcs12(path, bytes, settings));
}

/** `content` with the certificate of its key first. TLS would only say at the first connection, or never, what is wrong here. */
function checked(path: string, { key, certificates }: StoreContent): StoreContent {
  const broken = certificates.find((pem) => certificateOf(pem) === undefined);
  if (broken !== undefined) {
    throw new StoreError(`the store ${path} holds a certificate that cannot be read`, 'See that the file is complete.');
  }
  if (key === undefined || certificates.length === 0) return { certificates, ...(key === undefined ? {} : { key }) };
  let privateKey: KeyObject;
  try {
    privateKey = createPrivateKey(key);
  } catch (error) {
    throw new StoreError(`the key in ${path} cannot be read`, 'See that the file is complete.', error);
  }
  const own = certificates.find((pem) => certificateOf(pem)?.checkPrivateKey(privateKey));
  if (own === undefined) {
    throw new StoreError(
      `the key in ${path} belongs to none of its certificates`,
      'Put its own certificate beside it.',
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

function otherType(path: string, type: string): StoreError {
  const source = type === 'JCEKS' ? ' -srcstoretype JCEKS' : '';
  return new StoreError(
    `the store ${path} is of type ${type}; PKCS12 and PEM are read`,
    `Convert it: keytool -importkeystore -srckeystore ${path}${source} -destkeystore store.p12 -deststoretype PKCS12`,
  );
}

function readPem(path: string, text: string, settings: StoreSettings): StoreContent {
  const blocks = text.match(/-----BEGIN ([A-Z0-9 ]+)-----[\s\S]*?-----END \1-----/g) ?? [];
  const certificates = blocks.filter((block) => /^-----BEGIN (TRUSTED |X509 )?CERTIFICATE-----/.test(block));
  const key = blocks.find((block) => block.includes('PRIVATE KEY-----'));
  if (certificates.length === 0 && !key) {
    throw new StoreError(`the store ${path} holds no certificate and no key`, 'See that it is the right file.');
  }
  return { certificates, ...(key ? { key: decryptPem(path, key, settings) } : {}) };
}

/** OpenSSL reads encrypted keys of every kind; old ciphers, which OpenSSL 3 refuses, are left to the library. */
function decryptPem(path: string, key: string, { keyPassword, storePassword }: StoreSettings): string {
  if (!key.includes('ENCRYPTED')) return key;
  const password = keyPassword ?? storePassword;
  if (password === undefined) {
    throw new StoreError(`the key in ${path} is encrypted`, 'Set the password of the key store.');
  }
  try {
    return createPrivateKey({ key, passphrase: password }).export({ type: 'pkcs8', format: 'pem' }).toString();
  } catch {
    // wrong password, or an old cipher
  }
  try {
    const decrypted = forge.pki.decryptRsaPrivateKey(key, password) as forge.pki.PrivateKey | null;
    if (decrypted) return forge.pki.privateKeyToPem(decrypted);
  } catch {
    // wrong password, or a key that is not RSA: told below
  }
  throw new StoreError(
    `the key in ${path} cannot be decrypted`,
    `Correct its password, or convert it: openssl pkcs8 -topk8 -in ${path} -out key.pem -nocrypt`,
  );
}

function readPkcs12(path: string, bytes: Buffer, { storePassword, keyPassword }: StoreSettings): StoreContent {
  const p12 = openPkcs12(path, bytes, [storePassword, keyPassword]);
  const bags = p12.safeContents.flatMap(({ safeBags }) => safeBags);
  const { pki } = forge;
  const keyBag = bags.find(({ type }) => type === pki.oids['keyBag'] || type === pki.oids['pkcs8ShroudedKeyBag']);
  const certificates = bags.filter(({ type }) => type === pki.oids['certBag']).map(certificatePem);
  if (certificates.length === 0 && !keyBag) {
    throw new StoreError(`the store ${path} holds no certificate and no key`, 'See that it is the right file.');
  }
  return { certificates, ...(keyBag ? { key: keyPem(keyBag) } : {}) };
}

function openPkcs12(path: string, bytes: Buffer, passwords: (string | undefined)[]): forge.pkcs12.Pkcs12Pfx {
  if (certificateOf(bytes)) {
    throw new StoreError(
      `the store ${path} is one certificate in DER; PKCS12 and PEM are read`,
      `Convert it: openssl x509 -inform der -in ${path} -out certificate.pem`,
    );
  }
  let asn1: forge.asn1.Asn1;
  try {
    asn1 = forge.asn1.fromDer(forge.util.createBuffer(bytes.toString('binary')));
  } catch (error) {
    throw new StoreError(`the store ${path} is neither PKCS12 nor PEM`, 'See that it is the right file.', error);
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
    ? new StoreError(`the password of the store ${path} is wrong or missing`, 'Correct it.')
    : new StoreError(
        `the store ${path} has an encryption that is not read`,
        `Convert it: keytool -importkeystore -srckeystore ${path} -destkeystore store.p12 -deststoretype PKCS12`,
        failure,
      );
}

function certificatePem(bag: forge.pkcs12.Bag): string {
  const { cert, asn1 } = bag as { cert?: forge.pki.Certificate | null; asn1?: forge.asn1.Asn1 };
  // The library reads RSA certificates; any other is handed on as it stands.
  return pemOf('CERTIFICATE', cert ? forge.pki.certificateToAsn1(cert) : (asn1 as forge.asn1.Asn1));
}

function keyPem(bag: forge.pkcs12.Bag): string {
  const { key, asn1 } = bag as { key?: forge.pki.PrivateKey | null; asn1?: forge.asn1.Asn1 };
  return key ? forge.pki.privateKeyToPem(key) : pemOf('PRIVATE KEY', asn1 as forge.asn1.Asn1);
}

function pemOf(type: string, asn1: forge.asn1.Asn1): string {
  return forge.pem.encode({ type, body: forge.asn1.toDer(asn1).getBytes() });
}
