import { type ErrorCode } from '@pacs-connectors/connector-core';
import { codes } from '../errors/error-codes.js';
import { createCipheriv, createDecipheriv, pbkdf2Sync, randomBytes } from 'node:crypto';
import { type SettingFormat } from './setting-format.js';

/** `gcm` is Spring's *delux*, authenticated; `cbc` its *text*, the config server's own. */
export type CipherMode = 'gcm' | 'cbc';

const IV_LENGTH = 16;
const TAG_LENGTH = 16;
const BLOCK_LENGTH = 16;

/** The salt where `ENCRYPT_SALT` is not set. */
export const DEFAULT_SALT = 'deadbeef';

/** A ciphertext or a key that cannot be used. `message` completes "found …", `remedy` "expected …"; neither holds a secret. */
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
 * The symmetric encryption of Spring Cloud Config, in configuration files and in the identifiers of encrypted requests:
 * hexadecimal text of a 16-byte IV and AES-256 ciphertext, in GCM with a 128-bit tag or in CBC with PKCS#5 padding; the key
 * is PBKDF2-HMAC-SHA1 of the password over 1024 iterations.
 */
export class SymmetricCipher {
  private readonly key: Buffer;

  /**
   * @param salt hexadecimal
   * @throws CipherError where the salt is not hexadecimal.
   */
  constructor(password: string, salt: string = DEFAULT_SALT) {
    if (!isHex(salt)) throw new CipherError('a salt that is not hexadecimal', 'an even number of digits 0-9, a-f');
    this.key = pbkdf2Sync(password, Buffer.from(salt, 'hex'), 1024, 32, 'sha1');
  }

  /** `text` encrypted, as hexadecimal text without the `{cipher}` mark. */
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
   * The text that `hex` holds. GCM is tried first, since its tag settles the matter; then CBC, which tells nothing of who made
   * it: whoever knows what one holds makes another of it, without the key.
   *
   * @param mode the only one that is taken; not given: both
   * @throws CipherError where `hex` is no ciphertext, or was made with another key.
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

  private decryptGcm(bytes: Buffer): string | undefined {
    const decipher = createDecipheriv('aes-256-gcm', this.key, bytes.subarray(0, IV_LENGTH), {
      authTagLength: TAG_LENGTH,
    });
    decipher.setAuthTag(bytes.subarray(-TAG_LENGTH));
    const body = bytes.subarray(IV_LENGTH, -TAG_LENGTH);
    return attempt(() => Buffer.concat([decipher.update(body), decipher.final()]));
  }

  /** A wrong key leaves valid padding once in about 256 times; then the text is hardly ever valid UTF-8. */
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

/** The text form of a salt. */
export const hexadecimal: SettingFormat = {
  parse: (text) => (isHex(text) ? text : undefined),
  expected: 'hexadecimal text: an even number of digits 0-9, a-f',
  pattern: '^\\s*(?:[0-9A-Fa-f]{2})+\\s*$',
};

function isHex(text: string): boolean {
  return /^(?:[\da-f]{2})+$/i.test(text);
}
