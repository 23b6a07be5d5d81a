import { LRUCache } from 'lru-cache';
import { SteadyClock } from './steady-clock.js';

interface Entry<Value> {
  value: Value;
  size: number;
}

/** Entries of this process, each with a time to live. If space is short, it drops the least recently used first. */
export class LocalStore<Value> {
  private readonly entries: LRUCache<string, Entry<Value>>;
  private readonly clock = new SteadyClock();

  /** @param maxBytes limit for the sizes of all values together. */
  constructor(maxBytes: number) {
    const maxSize = Math.max(1, Math.floor(maxBytes));
    this.entries = new LRUCache<string, Entry<Value>>({
      maxSize,
      // A value larger than the whole store is kept alone, so that its caller gets it.
      sizeCalculation: ({ size }) => Math.min(Math.max(1, size), maxSize),
      // Tokens expire by the wall clock, so this one shows its time; it is read each time.
      perf: this.clock,
      ttlResolution: 0,
    });
  }

  /**
   * Keeps `value` for `ttlMs` milliseconds. A value larger than the whole store is kept alone.
   *
   * @param size of the value, bytes
   */
  set(key: string, value: Value, size: number, ttlMs: number): void {
    this.keep(key, { value, size }, ttlMs);
  }

  get(key: string): Value | undefined {
    return this.entries.get(key)?.value;
  }

  /** Keeps an entry for another `ttlMs` milliseconds from now. */
  touch(key: string, ttlMs: number): void {
    const entry = this.entries.get(key);
    if (entry) this.keep(key, entry, ttlMs);
  }

  /** Drops expired entries. */
  sweep(): void {
    this.entries.purgeStale();
  }

  clear(): void {
    this.entries.clear();
  }

  get size(): number {
    return this.entries.size;
  }

  /** The sizes of all values together, bytes. */
  get byteLength(): number {
    return [...this.entries.values()].reduce((sum, { size }) => sum + size, 0);
  }

  private keep(key: string, entry: Entry<Value>, ttlMs: number): void {
    if (ttlMs <= 0) this.entries.delete(key);
    // lru-cache expires an entry once it is older than its ttl; here it expires at that age.
    else this.entries.set(key, entry, { ttl: ttlMs, start: this.clock.now() - 1 });
  }
}
