import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

/** What {@link PieceCipher} adds to a piece, bytes. */
export const TAG_LENGTH = 16;

/** Encrypts the pieces of one file (AES-256-GCM). Each piece can be read alone, and none can take the place of another. */
export class PieceCipher {
  private readonly key: Buffer;

  /** @param secret any text; the key is different for each file, so that the numbers of pieces are unique for a key */
  constructor(secret: string) {
    this.key = Buffer.from(hkdfSync('sha256', secret, randomBytes(32), 'pacs-connectors: instances', 32));
  }

  /** Returns a sealed piece in two parts, to be written one after the other. */
  seal(number: number, plain: Buffer): [sealed: Buffer, tag: Buffer] {
    const cipher = createCipheriv('aes-256-gcm', this.key, nonce(number));
    const sealed = cipher.update(plain);
    cipher.final();
    return [sealed, cipher.getAuthTag()];
  }

  /** @throws Error if the piece is damaged */
  open(number: number, sealed: Buffer): Buffer {
    const end = sealed.length - TAG_LENGTH;
    if (end < 0) throw new Error('a kept instance is damaged');
    const decipher = createDecipheriv('aes-256-gcm', this.key, nonce(number)).setAuthTag(sealed.subarray(end));
    const plain = decipher.update(sealed.subarray(0, end));
    decipher.final();
    return plain;
  }
}

function nonce(number: number): Buffer {
  const bytes = Buffer.alloc(12);
  bytes.writeUInt32BE(number, 8);
  return bytes;
}
