import { Build, type BuildContext } from './build.js';
import { type CachedManifest } from './cached-manifest.js';
import {
  checkPart,
  decodeKept,
  encodeKept,
  givenParts,
  isCurrent,
  type KeptLaunch,
  isStale,
  lifeOfKept,
  partOf,
  PartsLost,
  sizeOfKept,
} from './kept-launch.js';
import { LaunchKeys, randomKey } from './launch-keys.js';
import { LocalStore } from './local-store.js';
import { type Lookups, noLookups } from './lookups.js';
import { type ManifestCacheOptions } from './manifest-cache-options.js';
import { RunningBuilds } from './running-builds.js';
import { SharedAccess } from './shared-access.js';
import { type Claim } from './shared-store.js';

/**
 * Keeps manifests by key. Each is built once for all callers, in this process and across replicas.
 *
 * The same question of the same caller within the same span of time has the same key ({@link LaunchKeys}). The question is kept
 * beside the manifest. If the replica that builds it ends, any other replica can build it. While the shared store is not reachable,
 * launches work on the replica that got them.
 *
 * @typeParam Question plain JSON with its members always in the same order. It contains everything that the manifest depends on.
 */
export class ManifestCache<Question> {
  private readonly manifests: LocalStore<KeptLaunch>;
  private readonly questions: LocalStore<Question>;
  private readonly builds: RunningBuilds<CachedManifest>;
  private readonly keys: LaunchKeys;
  private readonly ttlMs: number;
  private readonly incompleteTtlMs: number;
  private readonly sweeper: NodeJS.Timeout;
  readonly shared: SharedAccess;
  private closed = false;
  /** Lookups by launches, and by viewers with a key. */
  private readonly lookups = { launch: noLookups(), viewer: noLookups() };

  constructor(private readonly options: ManifestCacheOptions<Question>) {
    this.builds = new RunningBuilds(() => options.builtBy?.());
    this.shared = new SharedAccess(options.shared, options.onSharedStore);
    this.ttlMs = options.ttlMs ?? 180_000;
    this.keys = new LaunchKeys(options.signingKey, this.ttlMs, () => options.builtBy?.());
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
   * Starts to build the manifest for `question` unless it is ready or being built. It does not wait for it.
   *
   * @param fresh build it again under a new key, even if one is ready
   * @returns its key
   */
  async launch(question: Question, { fresh = false } = {}): Promise<string> {
    const text = JSON.stringify(question);
    const key = fresh ? randomKey() : await this.keyOf(text, this.countOf(question) > 1);
    const ttlMs = this.lifeOfQuestion(question);
    this.questions.set(key, question, text.length, ttlMs);
    await this.shared.use((store) => store.writeQuestion(key, Buffer.from(text), ttlMs));
    if (this.whole(this.use(key))) this.note('launch', 'hit');
    else {
      this.note('launch', this.builds.of(key) ? 'wait' : 'miss');
      this.buildOf(key, question);
    }
    return key;
  }

  /** Whether this process has the whole manifest of a key. */
  has(key: string): boolean {
    return this.whole(this.manifests.get(key)) !== undefined;
  }

  /**
   * Returns the manifest of a key, or a part of it, as soon as it is built.
   *
   * @param part its number, from 1
   * @returns `undefined` if the key is unknown or expired
   * @throws the reason of `signal` if it aborts first; NoSuchPart, PartsLost
   */
  async get(key: string, signal: AbortSignal, part?: number): Promise<CachedManifest | undefined> {
    const manifest = await this.find(key, signal, part);
    const kept = part === undefined || !manifest ? undefined : this.manifests.get(key);
    if (kept && part !== undefined) kept.delivered = Math.max(kept.delivered, part);
    return manifest;
  }

  private async find(key: string, signal: AbortSignal, part?: number): Promise<CachedManifest | undefined> {
    const wanted = (kept: KeptLaunch | undefined) =>
      kept && (part === undefined ? this.whole(kept) : partOf(kept, part, this.options.builtBy?.()));
    const here = wanted(this.use(key));
    const running = here ? undefined : (part !== undefined && this.builds.maker(key)) || this.builds.of(key);
    if (here || running) this.note('viewer', here ? 'hit' : 'wait');
    if (here) return here;
    const known = this.questions.get(key);
    if (known !== undefined && part !== undefined) checkPart(part, this.countOf(known));
    if (running) return running.wait(signal, part);
    const shared = await this.shared.use((store) => store.read(key));
    const kept = shared?.manifest && decodeKept(shared.manifest);
    const there = wanted(kept);
    if (there && kept) {
      this.note('viewer', 'hit');
      this.keepLocally(key, kept);
      return there;
    }
    const question = shared?.question ? (JSON.parse(shared.question.toString()) as Question) : known;
    if (question === undefined) return undefined;
    if (part !== undefined) {
      checkPart(part, this.countOf(question));
      const last = kept ?? this.manifests.get(key);
      if (part - 1 > (last?.parts.length ?? 0)) throw new PartsLost('the parts before it are not kept any more');
    }
    this.note('viewer', 'miss');
    return this.buildOf(key, question, part).wait(signal, part);
  }

  /** Returns what there is of a manifest, or of a part of it, while this process builds it. */
  partial(key: string, part?: number): Promise<CachedManifest | undefined> | undefined {
    const build = (part !== undefined && this.builds.maker(key)) || this.builds.of(key);
    return build?.partial?.(part);
  }

  /** Keeps an uploaded manifest. @returns its key */
  async put(manifest: CachedManifest): Promise<string> {
    const key = randomKey();
    await this.keep(key, { count: 1, parts: [], whole: manifest });
    return key;
  }

  get statistics() {
    const { manifests, builds, lookups } = this;
    const foreign = this.options.shared?.foreign ?? { record: 0, claim: 0, message: 0 };
    return { manifests: manifests.size, bytes: manifests.byteLength, builds: builds.size, lookups, foreign };
  }

  /** Cancels all builds, so that another replica can take over. Resolves when all have ended. */
  async close(): Promise<void> {
    this.closed = true;
    this.shared.stop();
    clearInterval(this.sweeper);
    const builds = this.builds.all();
    for (const build of builds) build.cancel();
    await Promise.all(builds.map((build) => build.settled()));
    this.manifests.clear();
    this.questions.clear();
    await this.options.shared?.close();
  }

  private note(by: 'launch' | 'viewer', result: keyof Lookups): void {
    this.lookups[by][result]++;
  }

  private keyOf(question: string, inParts: boolean): Promise<string> {
    return this.keys.of(question, async (key) => {
      if (!inParts) return true;
      const kept = this.manifests.get(key) ?? (await this.readShared(key));
      return !kept || !this.isStale(kept);
    });
  }

  /** Reads a launch from the shared store, and keeps it in this process. */
  private async readShared(key: string): Promise<KeptLaunch | undefined> {
    const shared = await this.shared.use((store) => store.read(key));
    return shared?.manifest && this.keepLocally(key, decodeKept(shared.manifest));
  }

  /** Returns what this process keeps, and keeps it longer here and in the shared store. */
  private use(key: string): KeptLaunch | undefined {
    const kept = this.manifests.get(key);
    if (kept && (kept.parts.length > 0 || this.whole(kept)?.complete)) {
      const manifestMs = this.lifeOf(kept);
      this.manifests.touch(key, manifestMs);
      const question = this.questions.get(key);
      const questionMs = question === undefined ? undefined : this.lifeOfQuestion(question);
      if (questionMs !== undefined) this.questions.touch(key, questionMs);
      void this.shared.use((store) => store.touch(key, { manifestMs, questionMs }));
    }
    return kept;
  }

  /** @param part the requested part; the viewer already has those before it */
  private buildOf(key: string, question: Question, part = 1): Build<CachedManifest> {
    const running = this.builds.of(key);
    if (running) return running;
    if (this.closed) throw new DOMException('the server is stopping', 'AbortError');
    const makesParts = this.countOf(question) > 1 && !this.builds.maker(key);
    const build = new Build<CachedManifest>((signal, own) =>
      this.buildOrAwait(key, question, { signal, build: own, handedOut: makesParts ? part - 1 : undefined }),
    );
    this.builds.add(key, build, makesParts);
    return build;
  }

  /** Returns the whole manifest if it was built with the configuration in force. */
  private whole(kept: KeptLaunch | undefined): CachedManifest | undefined {
    if (!kept?.whole || this.isStale(kept)) return undefined;
    return isCurrent(kept.whole, this.options.builtBy?.()) ? kept.whole : undefined;
  }

  private isStale(kept: KeptLaunch): boolean {
    return isStale(kept, this.incompleteTtlMs);
  }

  private countOf(question: Question): number {
    return this.options.partsOf?.(question) ?? 1;
  }

  /** Builds here if no other replica has claimed it. Otherwise it waits for that replica, and takes over if it ends. */
  private async buildOrAwait(
    key: string,
    question: Question,
    context: BuildContext<CachedManifest>,
  ): Promise<CachedManifest> {
    const { signal, build } = context;
    for (;;) {
      signal.throwIfAborted();
      const claimed = await this.shared.use(async (store) => ({ claim: await store.claim(key) }));
      if (!claimed) return this.buildHere(key, question, context);
      if (claimed.claim) return this.buildHere(key, question, context, claimed.claim);
      const found = await this.shared.use(async (store) => {
        await store.changed(key, signal);
        return store.read(key);
      });
      const kept = found?.manifest && decodeKept(found.manifest);
      if (!kept) continue;
      this.keepLocally(key, kept);
      build.setParts(kept.parts);
      const there = this.whole(kept);
      if (there) return there;
    }
  }

  private async buildHere(
    key: string,
    question: Question,
    { signal, build, handedOut }: BuildContext<CachedManifest>,
    claim?: Claim,
  ): Promise<CachedManifest> {
    try {
      const shared = claim && (await this.shared.use((store) => store.read(key)));
      const kept = shared?.manifest ? this.keepLocally(key, decodeKept(shared.manifest)) : this.manifests.get(key);
      const there = this.whole(kept);
      const given = handedOut === undefined ? undefined : givenParts(kept, handedOut, this.options.builtBy?.());
      let parts = given ?? [];
      build.setParts(parts);
      // Another replica has built it in the meantime.
      if (there) return there;
      const count = this.countOf(question);
      const keep = async (part: CachedManifest) => {
        parts = [...parts, part];
        const { whole, staleAt } = this.manifests.get(key) ?? {};
        await this.keep(key, { count, parts, whole, staleAt });
        build.setParts(parts);
      };
      const manifest = await this.options.build(question, signal, {
        onPartial: (partial) => (build.partial = partial),
        onPartRequested: (listener) => build.onPartRequested(listener),
        ...(given && { parts: { count, given, keep } }),
      });
      signal.throwIfAborted();
      if (isCurrent(manifest, this.options.builtBy?.())) {
        // Another build may make the parts.
        if (handedOut === undefined) parts = this.manifests.get(key)?.parts ?? parts;
        const staleAt = manifest.complete ? undefined : Date.now() + this.incompleteTtlMs;
        await this.keep(key, { count, parts, whole: manifest, staleAt });
      }
      return manifest;
    } finally {
      // Even while the store is not used: a claim that is not released would be renewed forever.
      await claim?.release().catch((error: unknown) => this.shared.note(false, error));
    }
  }

  private async keep(key: string, kept: Omit<KeptLaunch, 'delivered'>): Promise<void> {
    const here = this.keepLocally(key, kept);
    await this.shared.use((store) => store.writeManifest(key, encodeKept(here), this.lifeOf(here)));
  }

  private keepLocally(key: string, kept: Omit<KeptLaunch, 'delivered'>): KeptLaunch {
    const here = { ...kept, delivered: this.manifests.get(key)?.delivered ?? 0 };
    const ttlMs = this.lifeOf(here);
    if (ttlMs > 0) this.manifests.set(key, here, sizeOfKept(here), ttlMs);
    return here;
  }

  private lifeOfQuestion(question: Question): number {
    const endsAt = this.options.questionEndsAt?.(question);
    return endsAt === undefined ? this.ttlMs : Math.max(1, Math.min(this.ttlMs, endsAt - Date.now()));
  }

  private lifeOf(kept: KeptLaunch): number {
    return lifeOfKept(kept, this.ttlMs, Math.min(this.incompleteTtlMs, this.ttlMs));
  }
}
