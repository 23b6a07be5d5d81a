import { setImmediate } from 'node:timers/promises';
import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { type Caller } from '@pacs-connectors/connector-core';
import { ServerConfiguration } from '../boot/server-configuration.js';
import { StartError } from '../boot/start-error.js';
import { type BuiltManifest, joinedManifest, ManifestService, type Question } from '../manifest/manifest.service.js';
import { lostPartsNotice, notYetNotice } from '../manifest/notices.js';
import { endOfToken } from '../retrieval/token-life.js';
import { type CachedManifest } from './cached-manifest.js';
import { LaunchParts } from './launch-parts.js';
import { PartsLost } from './kept-launch.js';
import { ManifestCache } from './manifest-cache.js';
import { type BuildProgress } from './manifest-cache-options.js';
import { messageManifest, packManifest } from './packed-manifest.js';
import { connectRedis } from './redis-connection.js';
import { type RedisFailure, redisFailure } from './redis-failure.js';
import { type RedisStore } from './redis-store.js';
import { Seal } from './seal.js';

/** Everything that makes one manifest differ from another; nothing of HTTP. */
export type LaunchQuestion = Question & {
  caller: Caller;
  /** In how many parts the viewer fetches the manifest; not given: as a whole. */
  parts?: number;
};

/** Weasis gives up on a manifest after 30 s and throws away what came; the rest is for the way to it. Milliseconds. */
const VIEWER_WAITS_MS = 28_000;
/** How long rendering what there is may take after that, milliseconds. */
const PARTIAL_MS = 1000;

/** The manifests of launches, built by {@link ManifestService} and kept as `cache.*` says. */
@Injectable()
export class LaunchedManifests implements OnApplicationShutdown {
  private readonly logger = new Logger('Cache');
  private readonly redis: RedisStore | undefined;
  private readonly cache: ManifestCache<LaunchQuestion>;
  /** Whether replicas share them. */
  readonly shared: boolean;
  /** How long a viewer waits for a manifest before it is given what there is, milliseconds. */
  viewerWaitsMs = VIEWER_WAITS_MS;

  /** @throws StartError where Redis cannot be used as configured. Whether it answers is not waited for. */
  constructor(
    private readonly configuration: ServerConfiguration,
    private readonly manifests: ManifestService,
  ) {
    const { url, password, caFile, encryptionKey, ttlMs, incompleteTtlMs, maxMib } = configuration.global.cache;
    const seal = url === undefined || encryptionKey === undefined ? undefined : new Seal(encryptionKey);
    this.shared = seal !== undefined;
    this.redis =
      url !== undefined && seal ? orStartError(() => connectRedis({ url, password, caFile }, seal)) : undefined;
    this.cache = new ManifestCache<LaunchQuestion>({
      build: (question, signal, progress) => this.build(question, signal, progress),
      partsOf: ({ parts }) => parts ?? 1,
      builtBy: () => configuration.fingerprint,
      questionEndsAt: ({ caller }) => (caller.bearerToken === undefined ? undefined : endOfToken(caller.bearerToken)),
      shared: this.redis,
      signingKey: seal?.signingKey,
      ttlMs,
      incompleteTtlMs,
      maxBytes: maxMib * 1024 * 1024,
      onSharedStore: (reachable, error) => {
        if (reachable) return this.logger.warn('Redis answers again: manifests are shared');
        const { cause, remedy } = this.redisFailure(error);
        this.logger.warn(
          `Redis (cache.url) cannot be used (${cause}): launches work on the replica that took them, and are not shared. Remedy: ${remedy}.`,
        );
      },
    });
  }

  /** Begins to build unless the manifest is there. @returns the key to get it by */
  launch(question: LaunchQuestion, options: { fresh: boolean }): Promise<string> {
    return this.cache.launch(question, options);
  }

  /** Whether the whole manifest of a key is there already. */
  has(key: string): boolean {
    return this.cache.has(key);
  }

  /**
   * The manifest of a key, or a part of it, when it is there; `undefined` where the key is unknown or expired.
   *
   * @throws NoSuchPart
   */
  get(key: string, signal: AbortSignal, part?: number): Promise<CachedManifest | undefined> {
    return this.cache.get(key, signal, part);
  }

  /**
   * The same for a viewer, in the time that it waits: after that, what there is. Archives that have not answered yet have a
   * message in it, and are waited for on: the key leads to the whole manifest later.
   */
  async getInTime(key: string, signal: AbortSignal, part?: number): Promise<CachedManifest | undefined> {
    const whole = this.get(key, signal, part).catch(lostParts);
    const inTime = await within(this.viewerWaitsMs, whole);
    if (inTime !== LATE) return inTime;
    whole.catch(() => undefined);
    const partial = this.cache.partial(key, part);
    const rendered = partial && (await within(PARTIAL_MS, partial));
    return rendered && rendered !== LATE ? rendered : messageManifest(notYetNotice(this.viewerWaitsMs));
  }

  /** The manifest of a key, if it is there within `delayMs`. It is built on, whether or not somebody waits for it. */
  async getWithin(delayMs: number, key: string): Promise<CachedManifest | undefined> {
    const manifest = await within(
      delayMs,
      this.get(key, new AbortController().signal).catch(() => undefined),
    );
    return manifest === LATE ? undefined : manifest;
  }

  /** Keeps a manifest that was built elsewhere. @returns the key to get it by */
  put(manifest: CachedManifest): Promise<string> {
    return this.cache.put(manifest);
  }

  /** Rejects where replicas should share and the shared store does not answer. */
  check(): Promise<void> {
    return this.cache.shared.check();
  }

  /** Whether the shared store answered when it was used last; false before that. */
  get sharedReachable(): boolean {
    return this.cache.shared.reachable ?? false;
  }

  /** Why the shared store could not be used last; `undefined` where it could, or has not been yet. */
  get sharedFailure(): RedisFailure | undefined {
    return this.cache.shared.error === undefined ? undefined : this.redisFailure(this.cache.shared.error);
  }

  get statistics() {
    return this.cache.statistics;
  }

  /** Requests have been answered by now; what nobody waits for is cancelled, another replica may build it. */
  onApplicationShutdown(): Promise<void> {
    return this.cache.close();
  }

  /** A command says only that there is no connection where the connection has said why. */
  private redisFailure(error: unknown): RedisFailure {
    return redisFailure(this.redis?.connectionError ?? error);
  }

  private async build(
    { caller, ...question }: LaunchQuestion,
    signal: AbortSignal,
    { onPartial, onWanted, parts: wanted }: BuildProgress,
  ): Promise<CachedManifest> {
    // The launch is answered first: asking an archive begins with work of its own.
    await setImmediate();
    const builtBy = this.configuration.fingerprint;
    const made = [...(wanted?.given ?? [])];
    const parts =
      wanted &&
      new LaunchParts({
        ...wanted,
        isSeparate: (archive) => this.configuration.isSeparate(archive),
        keep: async (built) => {
          const part = { ...(await packed(built)), builtBy };
          signal.throwIfAborted();
          made.push(part);
          await wanted.keep(part);
        },
      });
    if (parts) onWanted((part) => parts.want(part));
    const built = await this.manifests.build(question, {
      caller,
      signal,
      onAsked: (soFar) =>
        onPartial(async (part) => {
          if (part === undefined || !parts) return packed(await joinedManifest(soFar()));
          await parts.late(part, soFar());
          return made[part - 1];
        }),
      onAnswer: (part) => parts?.answered(part),
      onAllAnswered: (all) => parts?.last(all),
    });
    signal.throwIfAborted();
    return { ...(await packed(built)), builtBy };
  }
}

async function packed({ manifest, failures, expiresAt }: BuiltManifest): Promise<CachedManifest> {
  return { ...(await packManifest(manifest)), complete: failures.length === 0, expiresAt };
}

/** What a viewer gets of a launch whose earlier parts nobody knows any more. @throws any other error */
function lostParts(error: unknown): Promise<CachedManifest> {
  if (error instanceof PartsLost) return messageManifest(lostPartsNotice());
  throw error;
}

const LATE = Symbol('late');

/** What `work` gives, or {@link LATE} where it takes longer. */
async function within<Result>(delayMs: number, work: Promise<Result>): Promise<Result | typeof LATE> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<typeof LATE>((resolve) => (timer = setTimeout(resolve, delayMs, LATE)));
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

function orStartError<Result>(make: () => Result): Result {
  try {
    return make();
  } catch (error) {
    throw new StartError(`The manifest cache cannot be used: ${(error as Error).message}`);
  }
}
