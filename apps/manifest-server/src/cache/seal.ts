import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';

const VERSION = 1;
const IV_LENGTH = 12;
const TAG_LENGTH = 16;
/** The longest text with its signature, characters. */
const LONGEST_SIGNED = 256;

/**
 * Encrypts what is kept outside this process (AES-256-GCM), since it contains patients' data and tokens. The name of a record is
 * authenticated with it, so that one record cannot replace another.
 */
export class Seal {
  private readonly encryptionKey: Buffer;
  private readonly messageKey: Buffer;
  /** Signs the keys of launches. It is the same in every replica with the same secret. */
  readonly signingKey: Buffer;

  /** @param secret the configured `cache.encryption-key`, any text */
  constructor(secret: string) {
    const derive = (purpose: string) => Buffer.from(hkdfSync('sha256', secret, 'pacs-connectors', purpose, 32));
    this.encryptionKey = derive('manifest cache: encryption');
    this.signingKey = derive('manifest cache: keys');
    this.messageKey = derive('manifest cache: messages');
  }

  seal(name: string, plain: Buffer): Buffer {
    const iv = randomBytes(IV_LENGTH);
    const cipher = createCipheriv('aes-256-gcm', this.encryptionKey, iv).setAAD(Buffer.from(name));
    const sealed = Buffer.concat([cipher.update(plain), cipher.final()]);
    return Buffer.concat([Buffer.from([VERSION]), iv, cipher.getAuthTag(), sealed]);
  }

  /** Returns the content, or `undefined` if it was encrypted with another secret or is damaged. */
  open(name: string, sealed: Buffer): Buffer | undefined {
    if (sealed.byteLength < 1 + IV_LENGTH + TAG_LENGTH || sealed[0] !== VERSION) return undefined;
    const body = 1 + IV_LENGTH + TAG_LENGTH;
    try {
      const decipher = createDecipheriv('aes-256-gcm', this.encryptionKey, sealed.subarray(1, 1 + IV_LENGTH))
        .setAAD(Buffer.from(name))
        .setAuthTag(sealed.subarray(1 + IV_LENGTH, body));
      return Buffer.concat([decipher.update(sealed.subarray(body)), decipher.final()]);
    } catch {
      return undefined;
    }
  }

  /**
   * Returns a text with its signature, for what is not secret: messages and claims.
   *
   * @param text contains no dot
   * @param purpose what the text is for. A signed text of one purpose is not accepted for another.
   */
  sign(purpose: string, text: string): string {
    return `${text}.${this.signature(purpose, text)}`;
  }

  /** Returns the text of {@link sign}, or `undefined` if it was signed with another secret or for another purpose. */
  verify(purpose: string, signed: string): string | undefined {
    if (signed.length > LONGEST_SIGNED) return undefined;
    const [text = '', signature = '', ...more] = signed.split('.');
    const expected = Buffer.from(this.signature(purpose, text));
    const given = Buffer.from(signature);
    return more.length === 0 && given.length === expected.length && timingSafeEqual(given, expected) ? text : undefined;
  }

  private signature(purpose: string, text: string): string {
    return createHmac('sha256', this.messageKey).update(`${purpose} ${text}`).digest('base64url');
  }
}

/** Returns the name of a record outside this process. It is not the key itself, which gives access to the manifest. */
export function recordName(key: string): string {
  return createHash('sha256').update(key).digest('base64url');
}
