import { type CachedManifest } from './cached-manifest.js';
import { type SharedStore } from './shared-store.js';

/** Connects a running build with those who wait for it. */
export interface BuildProgress {
  /** Sets a function that returns what there is of the whole, or of a part. */
  onPartial(partial: (part?: number) => Promise<CachedManifest | undefined>): void;
  /** Calls `listener` with the highest part that a viewer has requested, now and whenever it changes. */
  onPartRequested(listener: (part: number) => void): void;
  /** The parts to make beside the whole; default: none. */
  parts?: {
    count: number;
    /** The parts that are ready already. */
    given: readonly CachedManifest[];
    /** Keeps the next part. */
    keep(part: CachedManifest): Promise<void>;
  };
}

export interface ManifestCacheOptions<Question> {
  /** Asks the archives and renders the manifest. It resolves even if archives fail. */
  build(question: Question, signal: AbortSignal, progress: BuildProgress): Promise<CachedManifest>;
  /** Returns the number of parts in which the manifest for a question is fetched; default: 1. */
  partsOf?(question: Question): number;
  /** The store that replicas share; default: none. */
  shared?: SharedStore;
  /** Signs the keys: 32 bytes, the same in every replica; default: random. */
  signingKey?: Buffer;
  /**
   * Returns the fingerprint of the configuration in force. A manifest with another fingerprint is built again; callers that already
   * wait for it get it.
   */
  builtBy?(): string;
  /** Returns when the token in a question expires (ms since the epoch). The question is not kept longer. */
  questionEndsAt?(question: Question): number | undefined;
  /**
   * How long an entry is kept after its last use, milliseconds. A launch finds a manifest that is at most this old, so that repeated
   * use does not hide new images.
   */
  ttlMs?: number;
  /** How long a manifest is kept in which an archive's part is missing, milliseconds. */
  incompleteTtlMs?: number;
  /** Limit for the manifests of this process, bytes. */
  maxBytes?: number;
  /** Called when the shared store stops answering, and when it answers again. */
  onSharedStore?(reachable: boolean, error?: unknown): void;
}
