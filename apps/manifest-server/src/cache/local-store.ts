/** Entries of this process: least recently used first out, each with a time to live. */
export class LocalStore<Value> {
  private readonly entries = new Map<string, { value: Value; size: number; expiresAt: number }>();
  private bytes = 0;

  /** @param maxBytes what all values together may take. */
  constructor(private readonly maxBytes: number) {}

  /**
   * Keeps `value` for `ttlMs`. A value larger than the whole store is kept alone: whoever asked for it gets it.
   *
   * @param size what it takes, bytes
   */
  set(key: string, value: Value, size: number, ttlMs: number): void {
    this.delete(key);
    this.entries.set(key, { value, size, expiresAt: Date.now() + ttlMs });
    this.bytes += size;
    this.evict();
  }

  get(key: string): Value | undefined {
    const entry = this.entries.get(key);
    if (!entry) return undefined;
    if (entry.expiresAt <= Date.now()) {
      this.delete(key);
      return undefined;
    }
    this.entries.delete(key);
    this.entries.set(key, entry);
    return entry.value;
  }

  /** Lets it live for another `ttlMs` from now. */
  touch(key: string, ttlMs: number): void {
    const entry = this.entries.get(key);
    if (entry) entry.expiresAt = Date.now() + ttlMs;
  }

  delete(key: string): void {
    const entry = this.entries.get(key);
    if (!entry) return;
    this.entries.delete(key);
    this.bytes -= entry.size;
  }

  /** Drops what has expired. */
  sweep(): void {
    const now = Date.now();
    for (const [key, { expiresAt }] of this.entries) if (expiresAt <= now) this.delete(key);
  }

  clear(): void {
    this.entries.clear();
    this.bytes = 0;
  }

  get size(): number {
    return this.entries.size;
  }

  /** What the values take, bytes. */
  get byteLength(): number {
    return this.bytes;
  }

  private evict(): void {
    for (const key of this.entries.keys()) {
      if (this.bytes <= this.maxBytes || this.entries.size === 1) return;
      this.delete(key);
    }
  }
}
