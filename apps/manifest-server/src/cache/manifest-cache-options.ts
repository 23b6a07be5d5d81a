import { type CachedManifest } from './cached-manifest.js';
import { type SharedStore } from './shared-store.js';

/** What a build tells on its way. */
export interface BuildProgress {
  /** How to get what there is, of the whole or as the next part. */
  onPartial(partial: (part?: number) => Promise<CachedManifest | undefined>): void;
  /** Tells which part a viewer asks for, now and from then on. */
  onWanted(listener: (part: number) => void): void;
  /** The parts that are wanted beside the whole; not given: none. */
  parts?: {
    count: number;
    /** Those that are there already. */
    given: readonly CachedManifest[];
    /** Takes the next one. */
    keep(part: CachedManifest): Promise<void>;
  };
}

export interface ManifestCacheOptions<Question> {
  /** Asks the archives and renders. It resolves also where archives fail; a rejection is our own fault. */
  build(question: Question, signal: AbortSignal, progress: BuildProgress): Promise<CachedManifest>;
  /** In how many parts the manifest for a question is fetched; default: as a whole. */
  partsOf?(question: Question): number;
  /** Where replicas share; not given: this process only. */
  shared?: SharedStore;
  /** Signs the keys; 32 bytes, the same in every replica. Not given: made for this process. */
  signingKey?: Buffer;
  /**
   * What manifests are built by at the moment. One that says that it was built by something else is as if it were not there:
   * it is built again. Who waits for it already gets it.
   */
  builtBy?(): string;
  /** When a question may not be kept any longer, since it holds a token that ends; milliseconds since the epoch. */
  questionEndsAt?(question: Question): number | undefined;
  /**
   * Life of an entry after its last use, milliseconds. A launch finds a manifest that is at most this old: one that is used
   * again and again would else hide what the archives got meanwhile.
   */
  ttlMs?: number;
  /** Life of a manifest in which an archive's part is missing, milliseconds. */
  incompleteTtlMs?: number;
  /** What the manifests of this process may take, bytes. */
  maxBytes?: number;
  /** Told once when the shared store does not answer (any more), and once when it answers again. */
  onSharedStore?(reachable: boolean, error?: unknown): void;
}
