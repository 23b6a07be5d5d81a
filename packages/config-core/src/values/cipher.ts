import { type ErrorCode } from '@pacs-connectors/connector-core';
import { codes } from '../errors/error-codes.js';
import { isUtf8 } from 'node:buffer';
import { createCipheriv, createDecipheriv, pbkdf2Sync, randomBytes } from 'node:crypto';
import { type SettingFormat } from './setting-format.js';

/** `gcm` is Spring's authenticated *delux* encryptor; `cbc` is its *text* encryptor, which the config server uses. */
export type CipherMode = 'gcm' | 'cbc';

const IV_LENGTH = 16;
const TAG_LENGTH = 16;
const BLOCK_LENGTH = 16;

/** The salt if `ENCRYPT_SALT` is not set. */
export const DEFAULT_SALT = 'deadbeef';

/** Reports a ciphertext or key that cannot be used. `message` completes "found …", and `remedy` "expected …". No secrets. */
export class CipherError extends Error {
  override readonly name = 'CipherError';

  constructor(
    message: string,
    readonly remedy: string,
    readonly code: ErrorCode = codes['configuration.cipher.undecryptable'],
  ) {
    super(message);
  }
}

/**
 * The symmetric encryption of Spring Cloud Config, for configuration files and for identifiers in encrypted requests.
 *
 * A ciphertext is hexadecimal text: a 16-byte IV, then AES-256 in GCM with a 128-bit tag, or in CBC with PKCS#5 padding. The key
 * is PBKDF2-HMAC-SHA1 of the password with 1024 iterations.
 */
export class SymmetricCipher {
  private readonly key: Buffer;

  /**
   * @param salt hexadecimal
   * @throws CipherError if the salt is not hexadecimal
   */
  constructor(password: string, salt: string = DEFAULT_SALT) {
    if (!isHex(salt)) throw new CipherError('a salt that is not hexadecimal', 'an even number of digits 0-9, a-f');
    this.key = pbkdf2Sync(password, Buffer.from(salt, 'hex'), 1024, 32, 'sha1');
  }

  /** Returns `text` encrypted, as hexadecimal text without the `{cipher}` mark. */
  encrypt(text: string, mode: CipherMode = 'gcm'): string {
    const iv = randomBytes(IV_LENGTH);
    if (mode === 'gcm') {
      const cipher = createCipheriv('aes-256-gcm', this.key, iv, { authTagLength: TAG_LENGTH });
      return Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString('hex');
    }
    const cipher = createCipheriv('aes-256-cbc', this.key, iv);
    return Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final()]).toString('hex');
  }

  /**
   * Decrypts `hex`. It tries GCM first, which is authenticated; then CBC, which callers who know the text of one ciphertext can
   * alter without the key.
   *
   * @param mode the only accepted mode; default: both
   * @throws CipherError if `hex` is not a ciphertext, or was made with another key
   */
  decrypt(hex: string, mode?: CipherMode): string {
    if (!isHex(hex))
      throw new CipherError('a ciphertext that is not hexadecimal', 'the output of pacs-connectors encrypt');
    const bytes = Buffer.from(hex, 'hex');
    if (bytes.length < IV_LENGTH + BLOCK_LENGTH) {
      throw new CipherError('a ciphertext that is too short', 'the whole output of pacs-connectors encrypt');
    }
    const plain =
      (mode === 'cbc' ? undefined : this.decryptGcm(bytes)) ?? (mode === 'gcm' ? undefined : this.decryptCbc(bytes));
    if (plain !== undefined) return plain;
    throw new CipherError(
      'a ciphertext made with another key',
      'the ENCRYPT_KEY and ENCRYPT_SALT that it was made with',
    );
  }

  /**
   * Decrypts a text that a caller sent. `sound` says whether the text is valid. The work is the same for any fault, because
   * neither an error nor the time may show how far a caller without the key got.
   *
   * @returns `text` is of no use unless `sound`
   */
  decryptUntrusted(hex: string, mode: CipherMode): { text: string; sound: boolean } {
    const whole = hex.length >= 2 * (IV_LENGTH + BLOCK_LENGTH) && isHex(hex);
    const bytes = whole ? Buffer.from(hex, 'hex') : Buffer.alloc(IV_LENGTH + 2 * BLOCK_LENGTH);
    if (mode === 'gcm') {
      const text = this.decryptGcm(bytes);
      return { text: text ?? '', sound: whole && text !== undefined };
    }
    const blocks = bytes.subarray(0, bytes.length - (bytes.length % BLOCK_LENGTH));
    const decipher = createDecipheriv('aes-256-cbc', this.key, blocks.subarray(0, IV_LENGTH)).setAutoPadding(false);
    const padded = Buffer.concat([decipher.update(blocks.subarray(IV_LENGTH)), decipher.final()]);
    const last = padded.at(-1) ?? 0;
    const length = last >= 1 && last <= BLOCK_LENGTH ? last : 1;
    const padding = padded.subarray(-length).every((byte) => byte === last);
    const plain = padded.subarray(0, -length);
    const sound = [whole, blocks.length === bytes.length, length === last, padding, isUtf8(plain)].every(Boolean);
    return { text: plain.toString('utf8'), sound };
  }

  private decryptGcm(bytes: Buffer): string | undefined {
    const decipher = createDecipheriv('aes-256-gcm', this.key, bytes.subarray(0, IV_LENGTH), {
      authTagLength: TAG_LENGTH,
    });
    decipher.setAuthTag(bytes.subarray(-TAG_LENGTH));
    const body = bytes.subarray(IV_LENGTH, -TAG_LENGTH);
    return attempt(() => Buffer.concat([decipher.update(body), decipher.final()]));
  }

  /** A wrong key yields valid padding in about 1 of 256 cases; the text is hardly ever valid UTF-8 then. */
  private decryptCbc(bytes: Buffer): string | undefined {
    if (bytes.length % BLOCK_LENGTH !== 0) return undefined;
    const decipher = createDecipheriv('aes-256-cbc', this.key, bytes.subarray(0, IV_LENGTH));
    return attempt(() => Buffer.concat([decipher.update(bytes.subarray(IV_LENGTH)), decipher.final()]));
  }
}

function attempt(decrypt: () => Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(decrypt());
  } catch {
    return undefined;
  }
}

/** The format of a salt. */
export const hexadecimal: SettingFormat = {
  parse: (text) => (isHex(text) ? text : undefined),
  expected: 'hexadecimal text: an even number of digits 0-9, a-f',
  pattern: '^\\s*(?:[0-9A-Fa-f]{2})+\\s*$',
};

function isHex(text: string): boolean {
  return /^(?:[\da-f]{2})+$/i.test(text);
}
