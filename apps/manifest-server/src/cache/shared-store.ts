/** The store in which replicas share questions and manifests. Every method rejects if the store cannot be reached. */
export interface SharedStore {
  /** Keeps a question for `ttlMs` milliseconds. */
  writeQuestion(key: string, question: Buffer, ttlMs: number): Promise<void>;
  /** Keeps a manifest for `ttlMs` milliseconds, and notifies every replica that waits for it. */
  writeManifest(key: string, manifest: Buffer, ttlMs: number): Promise<void>;
  read(key: string): Promise<{ question?: Buffer; manifest?: Buffer }>;
  /** Keeps each for so many milliseconds from now. One without a time stays as it is. */
  touch(key: string, life: { manifestMs: number; questionMs?: number }): Promise<void>;
  /** Claims the right to build a manifest; `undefined` while another replica has it. It expires if its replica ends. */
  claim(key: string): Promise<Claim | undefined>;
  /**
   * Resolves when something has happened to `key`: its manifest was written, or the claim was released or has expired. The caller
   * reads the key to find out.
   */
  changed(key: string, signal: AbortSignal): Promise<void>;
  /** Checks the store. @throws an error if it does not answer */
  check(): Promise<void>;
  close(): Promise<void>;
  /** Number of entries that were ignored because no replica of ours has written them. */
  readonly foreign: Readonly<Record<'record' | 'claim' | 'message', number>>;
}

export interface Claim {
  release(): Promise<void>;
}
