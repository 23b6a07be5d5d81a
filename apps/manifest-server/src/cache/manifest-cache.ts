import { createHmac, createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import { Build } from './build.js';
import { type CachedManifest, decodeManifest, encodeManifest, sizeOf } from './cached-manifest.js';
import { LocalStore } from './local-store.js';
import { type ManifestCacheOptions, type ReportPartial } from './manifest-cache-options.js';
import { type Claim, type SharedStore } from './shared-store.js';

/** A shared store that did not answer is left alone for this long, milliseconds: one that hangs would delay every launch. */
const REST_MS = 1000;

/** How often a manifest was there, was being built already, had to be built. */
export interface Lookups {
  hit: number;
  wait: number;
  miss: number;
}

/**
 * Manifests by key: built once however many ask, in this process and across replicas.
 *
 * A key is an HMAC over the question, its caller included: it cannot be guessed, one key never stands for two questions, and
 * the same question of the same caller, asked within the same span of time, finds the manifest that is there. The question is kept beside the manifest, so that
 * any replica can build it when the one that had begun is gone. While the shared store is away, launches work on the replica
 * that took them.
 *
 * @typeParam Question plain JSON, its members always in one order; it holds everything that makes one manifest differ from
 *   another.
 */
export class ManifestCache<Question> {
  private readonly manifests: LocalStore<CachedManifest>;
  private readonly questions: LocalStore<Question>;
  private readonly builds = new Map<string, Build<CachedManifest>>();
  /** Not its bytes: from those Node 24 makes an object anew for each hash, which takes seven times as long as the hash. */
  private readonly signingKey: KeyObject;
  private readonly ttlMs: number;
  private readonly incompleteTtlMs: number;
  private readonly sweeper: NodeJS.Timeout;
  /** Whether the shared store answered when it was used last; not known before that. */
  sharedReachable: boolean | undefined;
  /** What the shared store failed with when it was used last. */
  sharedError: unknown;
  private sharedRestsUntil = 0;
  private closed = false;
  /** By who looked: launches, and viewers with a key. */
  private readonly lookups = { launch: noLookups(), viewer: noLookups() };

  constructor(private readonly options: ManifestCacheOptions<Question>) {
    this.signingKey = createSecretKey(options.signingKey ?? randomBytes(32));
    this.ttlMs = options.ttlMs ?? 180_000;
    this.incompleteTtlMs = options.incompleteTtlMs ?? 10_000;
    const maxBytes = options.maxBytes ?? 256 * 1024 * 1024;
    this.manifests = new LocalStore(maxBytes);
    this.questions = new LocalStore(maxBytes / 8);
    this.sweeper = setInterval(() => {
      this.manifests.sweep();
      this.questions.sweep();
    }, 30_000).unref();
  }

  /**
   * Begins to build the manifest for `question` unless it is there or being built, and does not wait for it.
   *
   * @param fresh build anew, whatever is there: under a key of its own
   * @returns the key to get it by
   */
  async launch(question: Question, { fresh = false } = {}): Promise<string> {
    const text = JSON.stringify(question);
    const key = fresh ? randomBytes(32).toString('base64url') : this.keyOf(text);
    const ttlMs = this.lifeOfQuestion(question);
    this.questions.set(key, question, text.length, ttlMs);
    await this.share((store) => store.writeQuestion(key, Buffer.from(text), ttlMs));
    if (this.use(key)) this.note('launch', 'hit');
    else {
      this.note('launch', this.running(key) ? 'wait' : 'miss');
      this.buildOf(key, question);
    }
    return key;
  }

  /**
   * The manifest of a key: at once where it is there, else when it has been built.
   *
   * @returns `undefined` where the key is unknown or expired
   * @throws the signal's reason where it aborts first
   */
  async get(key: string, signal: AbortSignal): Promise<CachedManifest | undefined> {
    const here = this.use(key);
    const running = here ? undefined : this.running(key);
    if (here || running) this.note('viewer', here ? 'hit' : 'wait');
    if (here) return here;
    if (running) return running.wait(signal);
    const shared = await this.share((store) => store.read(key));
    const there = this.current(shared?.manifest && decodeManifest(shared.manifest));
    if (there) {
      this.note('viewer', 'hit');
      return this.keepLocally(key, there);
    }
    const question = shared?.question ? (JSON.parse(shared.question.toString()) as Question) : this.questions.get(key);
    if (question === undefined) return undefined;
    this.note('viewer', 'miss');
    return this.buildOf(key, question).wait(signal);
  }

  /** What there is of a manifest that is being built in this process; `undefined` where it is not. */
  partial(key: string): Promise<CachedManifest> | undefined {
    return this.running(key)?.partial?.();
  }

  /** Keeps a manifest that was built elsewhere. @returns the key to get it by */
  async put(manifest: CachedManifest): Promise<string> {
    const key = randomBytes(32).toString('base64url');
    await this.keep(key, manifest);
    return key;
  }

  /** Rejects where the shared store does not answer. */
  async check(): Promise<void> {
    if (!this.options.shared) return;
    try {
      await this.options.shared.check();
      this.sharedRestsUntil = 0;
      this.noteShared(true);
    } catch (error) {
      this.noteShared(false, error);
      throw error;
    }
  }

  /** How much is kept and under way in this process. */
  get statistics() {
    const { manifests, builds, lookups } = this;
    return { manifests: manifests.size, bytes: manifests.byteLength, builds: builds.size, lookups };
  }

  /** Cancels what is being built, so that another replica can take over; resolves when nothing is under way. */
  async close(): Promise<void> {
    this.closed = true;
    clearInterval(this.sweeper);
    const builds = [...this.builds.values()];
    for (const build of builds) build.cancel();
    await Promise.all(builds.map((build) => build.settled()));
    this.manifests.clear();
    this.questions.clear();
    await this.options.shared?.close();
  }

  private note(by: 'launch' | 'viewer', result: keyof Lookups): void {
    this.lookups[by][result]++;
  }

  private keyOf(question: string): string {
    const period = Math.floor(Date.now() / this.ttlMs);
    return createHmac('sha256', this.signingKey).update(`${period} ${question}`).digest('base64url');
  }

  /** The manifest of this process, its life prolonged here and in the shared store. */
  private use(key: string): CachedManifest | undefined {
    const manifest = this.current(this.manifests.get(key));
    if (manifest?.complete) {
      const manifestMs = this.lifeOf(manifest);
      this.manifests.touch(key, manifestMs);
      const question = this.questions.get(key);
      const questionMs = question === undefined ? undefined : this.lifeOfQuestion(question);
      if (questionMs !== undefined) this.questions.touch(key, questionMs);
      void this.share((store) => store.touch(key, { manifestMs, questionMs }));
    }
    return manifest;
  }

  private buildOf(key: string, question: Question): Build<CachedManifest> {
    const running = this.running(key);
    if (running) return running;
    if (this.closed) throw new DOMException('the server is stopping', 'AbortError');
    const build = new Build<CachedManifest>((signal, onPartial) =>
      this.buildOrAwait(key, question, { signal, onPartial }),
    );
    const id = this.buildId(key);
    this.builds.set(id, build);
    void build.settled().then(() => {
      if (this.builds.get(id) === build) this.builds.delete(id);
    });
    return build;
  }

  private running(key: string): Build<CachedManifest> | undefined {
    const build = this.builds.get(this.buildId(key));
    return build?.cancelled ? undefined : build;
  }

  private buildId(key: string): string {
    return `${key} ${this.options.builtBy?.()}`;
  }

  /** The manifest unless it was built by something that is not in force any more. */
  private current(manifest: CachedManifest | undefined): CachedManifest | undefined {
    const by = manifest?.builtBy;
    return by === undefined || by === this.options.builtBy?.() ? manifest : undefined;
  }

  /** Builds here if the right to is free, else waits for the replica that has it and takes over when it dies. */
  private async buildOrAwait(key: string, question: Question, building: Building): Promise<CachedManifest> {
    const { signal } = building;
    for (;;) {
      signal.throwIfAborted();
      const claimed = await this.share(async (store) => ({ claim: await store.claim(key) }));
      if (!claimed) return this.buildHere(key, question, building);
      if (claimed.claim) return this.buildHere(key, question, building, claimed.claim);
      const found = await this.share(async (store) => {
        await store.changed(key, signal);
        return store.read(key);
      });
      const there = this.current(found?.manifest && decodeManifest(found.manifest));
      if (there) return this.keepLocally(key, there);
    }
  }

  private async buildHere(
    key: string,
    question: Question,
    { signal, onPartial }: Building,
    claim?: Claim,
  ): Promise<CachedManifest> {
    try {
      const manifest = await this.options.build(question, signal, onPartial);
      signal.throwIfAborted();
      if (this.current(manifest)) await this.keep(key, manifest);
      return manifest;
    } finally {
      // Whether or not the store rests: a claim that is not released would be renewed for ever.
      await claim?.release().catch((error: unknown) => this.noteShared(false, error));
    }
  }

  private async keep(key: string, manifest: CachedManifest): Promise<void> {
    this.keepLocally(key, manifest);
    await this.share((store) => store.writeManifest(key, encodeManifest(manifest), this.lifeOf(manifest)));
  }

  private keepLocally(key: string, manifest: CachedManifest): CachedManifest {
    const ttlMs = this.lifeOf(manifest);
    if (ttlMs > 0) this.manifests.set(key, manifest, sizeOf(manifest), ttlMs);
    return manifest;
  }

  private lifeOfQuestion(question: Question): number {
    const endsAt = this.options.questionEndsAt?.(question);
    return endsAt === undefined ? this.ttlMs : Math.max(1, Math.min(this.ttlMs, endsAt - Date.now()));
  }

  private lifeOf(manifest: CachedManifest): number {
    const ttlMs = manifest.complete ? this.ttlMs : Math.min(this.incompleteTtlMs, this.ttlMs);
    return manifest.expiresAt === undefined ? ttlMs : Math.max(0, Math.min(ttlMs, manifest.expiresAt - Date.now()));
  }

  /** What the shared store says; `undefined` where there is none or it does not answer. */
  private async share<Result>(use: (store: SharedStore) => Promise<Result>): Promise<Result | undefined> {
    if (!this.options.shared || Date.now() < this.sharedRestsUntil) return undefined;
    try {
      const result = await use(this.options.shared);
      this.noteShared(true);
      return result;
    } catch (error) {
      if (error instanceof DOMException) return undefined;
      this.sharedRestsUntil = Date.now() + REST_MS;
      this.noteShared(false, error);
      return undefined;
    }
  }

  private noteShared(reachable: boolean, error?: unknown): void {
    if (this.closed) return;
    this.sharedError = error;
    if (reachable === this.sharedReachable) return;
    const turned = !reachable || this.sharedReachable !== undefined;
    this.sharedReachable = reachable;
    if (turned) this.options.onSharedStore?.(reachable, error);
  }
}

interface Building {
  signal: AbortSignal;
  onPartial: ReportPartial;
}

function noLookups(): Lookups {
  return { hit: 0, wait: 0, miss: 0 };
}
