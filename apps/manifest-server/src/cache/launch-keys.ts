import { createHmac, createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import { SteadyClock } from './steady-clock.js';

/** Number of keys for one question within one span of time. Later launches get a random key, which no other launch finds. */
const MAX_KEYS = 100;

/** Returns a random key, which cannot be guessed. */
export function randomKey(): string {
  return randomBytes(32).toString('base64url');
}

/**
 * Makes the keys of launches: an HMAC over the question with its caller, the span of time and the configuration in force. A key
 * cannot be guessed, and never belongs to two questions.
 */
export class LaunchKeys {
  /** As an object: Node.js 24 would make one of its bytes for each hash, which takes seven times as long as the hash. */
  private readonly signingKey: KeyObject;
  private readonly clock = new SteadyClock();

  /**
   * @param signingKey 32 bytes, the same in every replica; default: random
   * @param spanMs how long a question keeps its key, milliseconds
   * @param builtBy returns the fingerprint of the configuration in force
   */
  constructor(
    signingKey: Buffer | undefined,
    private readonly spanMs: number,
    private readonly builtBy: () => string | undefined,
  ) {
    this.signingKey = createSecretKey(signingKey ?? randomBytes(32));
  }

  /**
   * Returns the first usable key of a question. Parts are kept longer than an incomplete whole. A launch after the whole has expired
   * gets another key. It then finds no old manifest, and a viewer with some of the old parts gets the other old ones.
   */
  async of(question: string, isUsable: (key: string) => Promise<boolean>): Promise<string> {
    const period = `${Math.floor(this.clock.now() / this.spanMs)} ${this.builtBy()}`;
    for (let count = 0; count < MAX_KEYS; count++) {
      const text = `${period} ${count > 0 ? `${count} ` : ''}${question}`;
      const key = createHmac('sha256', this.signingKey).update(text).digest('base64url');
      if (await isUsable(key)) return key;
    }
    return randomKey();
  }
}
