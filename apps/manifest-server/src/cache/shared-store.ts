/** Where replicas share questions and manifests. Every method rejects where the store cannot be reached. */
export interface SharedStore {
  /** Keeps a question; `ttlMs` from now. */
  writeQuestion(key: string, question: Buffer, ttlMs: number): Promise<void>;
  /** Keeps a manifest and wakes who waits for it in any replica. */
  writeManifest(key: string, manifest: Buffer, ttlMs: number): Promise<void>;
  read(key: string): Promise<{ question?: Buffer; manifest?: Buffer }>;
  /** Lets each live for so long from now; one without a time stays as it is. */
  touch(key: string, life: { manifestMs: number; questionMs?: number }): Promise<void>;
  /** The right to build, of one replica at a time; `undefined` while another has it. It ends with its holder. */
  claim(key: string): Promise<Claim | undefined>;
  /**
   * Resolves when something has happened to `key`: its manifest was written, or the right to build it was given back or has
   * lapsed. What it was is to be read.
   */
  changed(key: string, signal: AbortSignal): Promise<void>;
  /** Rejects where the store does not answer. */
  check(): Promise<void>;
  close(): Promise<void>;
}

export interface Claim {
  release(): Promise<void>;
}
