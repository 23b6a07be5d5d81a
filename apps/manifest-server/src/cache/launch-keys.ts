import { createHmac, createSecretKey, type KeyObject, randomBytes } from 'node:crypto';

/** How many keys one question may use up in one span of time; a launch after that has one that no other launch finds. */
const MAX_TURNS = 100;

/** A key that nobody can guess, and that belongs to nothing else. */
export function randomKey(): string {
  return randomBytes(32).toString('base64url');
}

/**
 * The keys of launches: an HMAC over the question, its caller included, and over what is in force. Nobody can guess one, and one
 * key never belongs to two questions.
 */
export class LaunchKeys {
  /** Not its bytes: from those Node 24 makes a new object for each hash, which takes seven times as long as the hash. */
  private readonly signingKey: KeyObject;

  /**
   * @param signingKey 32 bytes, the same in every replica; default: made for this process
   * @param spanMs how long one question has one key, milliseconds
   * @param builtBy what manifests are built by at the moment
   */
  constructor(
    signingKey: Buffer | undefined,
    private readonly spanMs: number,
    private readonly builtBy: () => string | undefined,
  ) {
    this.signingKey = createSecretKey(signingKey ?? randomBytes(32));
  }

  /**
   * Returns the first key of a question that may be used. Parts outlive a whole that is kept for a short time: a launch after
   * that gets another key, so that it finds no old manifest, and a viewer with some of the parts gets those that belong to them.
   */
  async of(question: string, isUsable: (key: string) => Promise<boolean>): Promise<string> {
    const period = `${Math.floor(Date.now() / this.spanMs)} ${this.builtBy()}`;
    for (let turn = 0; turn < MAX_TURNS; turn++) {
      const text = `${period} ${turn > 0 ? `${turn} ` : ''}${question}`;
      const key = createHmac('sha256', this.signingKey).update(text).digest('base64url');
      if (await isUsable(key)) return key;
    }
    return randomKey();
  }
}
