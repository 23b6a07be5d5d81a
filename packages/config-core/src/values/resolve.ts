import { codes } from '../errors/error-codes.js';
import { type Fault } from '../errors/fault.js';
import { type Environment } from './environment.js';
import { CipherError, DEFAULT_SALT, SymmetricCipher } from './cipher.js';
import { resolvePlaceholders } from './placeholders.js';

export const CIPHER_MARK = '{cipher}';

/** The text of a scalar after placeholders and ciphers are resolved, or what is wrong with it. */
export type Resolved = { text: string; secret: boolean; from?: string } | Fault;

/**
 * Resolves placeholders and then decrypts, so that a ciphertext can come from the environment. The decrypted text is final: a
 * password may contain `${…}`, and a ciphertext cannot read an environment variable.
 */
export class TextResolver {
  private cipher?: SymmetricCipher;

  constructor(private readonly env: Environment) {}

  resolve(written: string): Resolved {
    const { text, missing, any } = resolvePlaceholders(written, this.env);
    if (missing.length > 0) {
      const names = missing.map((name) => `\${${name}}`).join(', ');
      return {
        code: codes['configuration.placeholder.unresolved'],
        found: names,
        expected: `${missing.join(', ')} set in the environment, or a default (\${NAME:default})`,
      };
    }
    if (!text.startsWith(CIPHER_MARK)) return { text, secret: false, ...(any ? { from: written } : {}) };
    try {
      return { text: this.decipher().decrypt(text.slice(CIPHER_MARK.length).trim()), secret: true };
    } catch (error) {
      if (!(error instanceof CipherError)) throw error;
      return { code: error.code, found: error.message, expected: error.remedy };
    }
  }

  private decipher(): SymmetricCipher {
    const password = this.env['ENCRYPT_KEY'];
    if (!password) {
      const code = codes['configuration.cipher.key-missing'];
      throw new CipherError('a {cipher} value and no key for it', 'ENCRYPT_KEY set in the environment', code);
    }
    this.cipher ??= new SymmetricCipher(password, this.env['ENCRYPT_SALT'] || DEFAULT_SALT);
    return this.cipher;
  }
}
