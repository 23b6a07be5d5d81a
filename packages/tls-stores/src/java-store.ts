import { createDecipheriv, createHash, createPrivateKey } from 'node:crypto';
import { decrypt, type KeyEntry, parseJks, type TrustedKeyEntry } from 'jks-js';
import forge from 'node-forge';
import { codes } from './error-codes.js';
import { conversion, keyPasswordWrong, type StoreContent, StoreError, type StoreSettings } from './store.js';

/** Java's own store formats by their first four bytes. */
const TYPES = new Map([
  ['feedfeed', 'JKS'],
  ['cececece', 'JCEKS'],
]);
const DIGEST_LENGTH = 20;

/** Returns `JKS` or `JCEKS` for a store of these types, by its first bytes. */
export function javaStoreType(bytes: Buffer): string | undefined {
  return TYPES.get(bytes.toString('hex', 0, 4));
}

/**
 * Reads a store of Java's keytool of type JKS or JCEKS. Without a password, certificates are read unchecked, as Java does.
 *
 * @throws StoreError with code `tls.store.password-wrong`, `tls.store.damaged`, `tls.key.password-wrong` or
 *   `tls.store.encryption-unsupported`.
 */
export function readJavaStore(path: string, bytes: Buffer, settings: StoreSettings): StoreContent {
  const type = javaStoreType(bytes);
  const given = [settings.storePassword, settings.keyPassword].filter((password) => password);
  const passwords = [...new Set(given)] as string[];
  if (passwords.length > 0 && !passwords.some((password) => isIntact(bytes, password))) {
    throw new StoreError(
      codes['tls.store.password-wrong'],
      `the password of the store ${path} is wrong, or the file is damaged`,
      'Correct the password of the store, or copy the file again.',
    );
  }
  const entries = parse(path, bytes, type);
  const certificates = entries.flatMap((entry) => ('chain' in entry ? entry.chain : [entry.cert]));
  const key = entries.find((entry) => 'chain' in entry);
  return {
    certificates: certificates.map(({ value }) => pemOf('CERTIFICATE', value)),
    ...(key ? { key: keyOf(path, key.protectedPrivateKey, passwords.reverse(), type) } : {}),
  };
}

/** Parses a store. The library knows only JKS; JCEKS differs in the first bytes and in the encryption of keys. */
function parse(path: string, bytes: Buffer, type: string | undefined): (KeyEntry | TrustedKeyEntry)[] {
  const jks = Buffer.from(bytes);
  jks.writeUInt32BE(0xfeedfeed, 0);
  try {
    return parseJks(jks, '');
  } catch (error) {
    const message = `the store ${path} is damaged, or contains more than certificates and private keys`;
    throw new StoreError(
      codes['tls.store.damaged'],
      message,
      `Copy the file again, or convert it. ${conversion(path, type)}`,
      error,
    );
  }
}

/** Returns whether the digest at the end of the store is the one of this password. */
function isIntact(bytes: Buffer, password: string): boolean {
  const body = bytes.subarray(0, -DIGEST_LENGTH);
  const digest = createHash('sha1').update(utf16(password)).update('Mighty Aphrodite').update(body).digest();
  return digest.equals(bytes.subarray(-DIGEST_LENGTH));
}

function utf16(text: string): Buffer {
  return Buffer.from(text, 'utf16le').swap16();
}

function keyOf(path: string, encrypted: Buffer, passwords: readonly string[], type: string | undefined): string {
  let failure: unknown;
  for (const password of passwords) {
    try {
      return type === 'JCEKS' ? decryptJceks(encrypted, password) : decrypt(encrypted, password);
    } catch (error) {
      failure = error;
    }
  }
  const wrong = passwords.length === 0 || /Cannot recover key|BAD_DECRYPT|bad decrypt/i.test(String(failure));
  if (wrong) throw keyPasswordWrong(codes['tls.key.password-wrong'], path);
  throw new StoreError(
    codes['tls.store.encryption-unsupported'],
    `the private key in the store ${path} cannot be decrypted`,
    conversion(path, type),
    failure,
  );
}

const PBE_WITH_MD5_AND_TRIPLE_DES = '1.3.6.1.4.1.42.2.19.1';
/** Java refuses more. */
const MAX_ITERATIONS = 5_000_000;

/** Decrypts the private key of a JCEKS store, which jks-js cannot: PBEWithMD5AndTripleDES of Java's SunJCE provider. */
function decryptJceks(encrypted: Buffer, password: string): string {
  const { asn1 } = forge;
  const info = asn1.fromDer(forge.util.createBuffer(encrypted.toString('binary')));
  const [algorithm, data] = info.value as [forge.asn1.Asn1, forge.asn1.Asn1];
  const [oid, parameters] = algorithm.value as [forge.asn1.Asn1, forge.asn1.Asn1];
  const [salt, iterations] = parameters.value as [forge.asn1.Asn1, forge.asn1.Asn1];
  const count = Number.parseInt(forge.util.bytesToHex(iterations.value as string), 16);
  const known = asn1.derToOid(oid.value as string) === PBE_WITH_MD5_AND_TRIPLE_DES && count <= MAX_ITERATIONS;
  if (!known) throw new Error('the encryption of the key is not that of JCEKS');
  const secret = derive(Buffer.from(salt.value as string, 'latin1'), Buffer.from(password, 'latin1'), count);
  const cipher = createDecipheriv('des-ede3-cbc', secret.subarray(0, 24), secret.subarray(24));
  const der = Buffer.concat([cipher.update(Buffer.from(data.value as string, 'latin1')), cipher.final()]);
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
    .export({ type: 'pkcs8', format: 'pem' })
    .toString();
}

/** Returns the key and then the IV. Their bytes are derived from the salt's halves; if these are equal, the first is reversed. */
function derive(salt: Buffer, password: Buffer, count: number): Buffer {
  const first = Buffer.from(salt.subarray(0, 4));
  const second = salt.subarray(4, 8);
  if (first.equals(second)) first.reverse();
  return Buffer.concat(
    [first, second].map((half) => {
      let hash = half;
      for (let round = 0; round < count; round += 1) hash = createHash('md5').update(hash).update(password).digest();
      return hash;
    }),
  );
}

function pemOf(type: string, der: Buffer): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${type}-----`, ...lines, `-----END ${type}-----`, ''].join('\n');
}
