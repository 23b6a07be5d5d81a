import { setImmediate } from 'node:timers/promises';
import { Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { type Caller } from '@pacs-connectors/connector-core';
import { ServerConfiguration } from '../boot/server-configuration.js';
import { StartError } from '../boot/start-error.js';
import { codes } from '../errors/error-codes.js';
import { coded } from '../logging/coded-message.js';
import { type BuiltManifest, joinedManifest, ManifestService, type Question } from '../manifest/manifest.service.js';
import { lostPartsNotice, notReadyNotice } from '../manifest/notices.js';
import { tokenExpiry } from '../retrieval/token-expiry.js';
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

/** Everything that the content of a manifest depends on, independent of HTTP. */
export type LaunchQuestion = Question & {
  caller: Caller;
  /** Number of parts in which the viewer fetches the manifest; default: as a whole. */
  parts?: number;
};

/** How long a viewer can wait, milliseconds. Weasis gives up after 30 s; the difference is for the network. */
const VIEWER_WAITS_MS = 28_000;
/** How long rendering a partial manifest may take after that, milliseconds. */
const PARTIAL_MS = 1000;

/** Builds the manifests of launches by {@link ManifestService} and keeps them as configured in `cache.*`. */
@Injectable()
export class LaunchedManifests implements OnApplicationShutdown, OnModuleInit {
  private readonly logger = new Logger('Cache');
  private readonly redis: RedisStore | undefined;
  /** Why Redis cannot be used as configured. */
  private startError: StartError | undefined;
  private readonly cache: ManifestCache<LaunchQuestion>;
  /** Whether replicas share manifests. */
  readonly shared: boolean;
  /** How long a viewer waits before it gets a partial manifest, milliseconds. */
  viewerWaitsMs = VIEWER_WAITS_MS;

  constructor(
    private readonly configuration: ServerConfiguration,
    private readonly manifests: ManifestService,
  ) {
    const { url, password, caFile, encryptionKey, ttlMs, incompleteTtlMs, maxMib } = configuration.global.cache;
    const seal = url === undefined || encryptionKey === undefined ? undefined : new Seal(encryptionKey);
    this.shared = seal !== undefined;
    this.redis =
      url !== undefined && seal ? this.orStartError(() => connectRedis({ url, password, caFile }, seal)) : undefined;
    this.cache = new ManifestCache<LaunchQuestion>({
      build: (question, signal, progress) => this.build(question, signal, progress),
      partsOf: ({ parts }) => parts ?? 1,
      builtBy: () => configuration.fingerprint,
      questionEndsAt: ({ caller }) => (caller.bearerToken === undefined ? undefined : tokenExpiry(caller.bearerToken)),
      shared: this.redis,
      signingKey: seal?.signingKey,
      ttlMs,
      incompleteTtlMs,
      maxBytes: maxMib * 1024 * 1024,
      onSharedStore: (reachable, error) => {
        if (reachable) return this.logger.warn('Redis (cache.url) can be used again: launches are shared.');
        const { code, cause, remedy } = this.redisFailure(error);
        this.logger.warn(
          coded(
            `Redis (cache.url) cannot be used (${cause}): launches work on the replica that got them and are not shared. Remedy: ${remedy}.`,
            code,
          ),
        );
      },
    });
  }

  /**
   * The constructor must not throw: Nest closes the connectors only of an application that it has created.
   *
   * @throws StartError if Redis cannot be used as configured. It does not wait for Redis.
   */
  onModuleInit(): void {
    if (this.startError) throw this.startError;
  }

  /** Starts to build a manifest unless it is ready or being built. @returns its key */
  launch(question: LaunchQuestion, options: { fresh: boolean }): Promise<string> {
    return this.cache.launch(question, options);
  }

  /** Whether the whole manifest of a key is ready. */
  has(key: string): boolean {
    return this.cache.has(key);
  }

  /**
   * Returns the manifest of a key, or a part of it, once it is ready; `undefined` if the key is unknown or expired.
   *
   * @throws NoSuchPart
   */
  get(key: string, signal: AbortSignal, part?: number): Promise<CachedManifest | undefined> {
    return this.cache.get(key, signal, part);
  }

  /**
   * Returns the manifest within the time that a viewer waits; after that, a partial one. It has a message for each archive that has
   * not answered. The build goes on, so that the key gives the whole manifest later.
   */
  async getInTime(key: string, signal: AbortSignal, part?: number): Promise<CachedManifest | undefined> {
    const whole = this.get(key, signal, part).catch(lostParts);
    const inTime = await within(this.viewerWaitsMs, whole);
    if (inTime !== TIMED_OUT) return inTime;
    whole.catch(() => undefined);
    const partial = this.cache.partial(key, part);
    const rendered = partial && (await within(PARTIAL_MS, partial));
    return rendered && rendered !== TIMED_OUT ? rendered : messageManifest(notReadyNotice(this.viewerWaitsMs));
  }

  /** Returns the manifest of a key if it is ready within `delayMs` milliseconds. The build goes on after that. */
  async getWithin(delayMs: number, key: string): Promise<CachedManifest | undefined> {
    const manifest = await within(
      delayMs,
      this.get(key, new AbortController().signal).catch(() => undefined),
    );
    return manifest === TIMED_OUT ? undefined : manifest;
  }

  /** Keeps an uploaded manifest. @returns its key */
  put(manifest: CachedManifest): Promise<string> {
    return this.cache.put(manifest);
  }

  /** Checks the shared store. @throws an error if there is one and it does not answer */
  check(): Promise<void> {
    return this.cache.shared.check();
  }

  /** Whether the shared store answered the last request; false before the first one. */
  get sharedReachable(): boolean {
    return this.cache.shared.reachable ?? false;
  }

  /** Why the last request to the shared store failed; `undefined` if it did not fail. */
  get sharedFailure(): RedisFailure | undefined {
    return this.cache.shared.error === undefined ? undefined : this.redisFailure(this.cache.shared.error);
  }

  get statistics() {
    return this.cache.statistics;
  }

  /** Cancels the builds that nobody waits for, since all requests are answered. Another replica may build them. */
  onApplicationShutdown(): Promise<void> {
    return this.cache.close();
  }

  /** The error of a command says only that there is no connection; that of the connection says why. */
  private redisFailure(error: unknown): RedisFailure {
    return redisFailure(this.redis?.connectionError ?? error);
  }

  private orStartError<Result>(make: () => Result): Result | undefined {
    try {
      return make();
    } catch (error) {
      this.startError = new StartError(
        `The manifest cache cannot be used: ${(error as Error).message}`,
        codes['server.start.cache-invalid'],
      );
      return undefined;
    }
  }

  private async build(
    { caller, ...question }: LaunchQuestion,
    signal: AbortSignal,
    { onPartial, onPartRequested, parts: wanted }: BuildProgress,
  ): Promise<CachedManifest> {
    // The launch is answered first, since searches begin with work of their own.
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
    if (parts) onPartRequested((part) => parts.request(part));
    const built = await this.manifests.build(question, {
      caller,
      signal,
      onSearchesStarted: (partsSoFar) =>
        onPartial(async (part) => {
          if (part === undefined || !parts) return packed(await joinedManifest(partsSoFar()));
          await parts.makeNow(part, partsSoFar());
          return made[part - 1];
        }),
      onAnswer: (part) => parts?.addAnswer(part),
      onAllAnswered: (all) => parts?.finish(all),
    });
    signal.throwIfAborted();
    return { ...(await packed(built)), builtBy };
  }
}

async function packed({ manifest, complete, expiresAt }: BuiltManifest): Promise<CachedManifest> {
  return { ...(await packManifest(manifest)), complete, expiresAt };
}

/** Returns what a viewer gets of a launch whose earlier parts are lost. @throws any other error */
function lostParts(error: unknown): Promise<CachedManifest> {
  if (error instanceof PartsLost) return messageManifest(lostPartsNotice());
  throw error;
}

const TIMED_OUT = Symbol('timed out');

/** Returns the result of `work`, or {@link TIMED_OUT} if it takes longer than `delayMs` milliseconds. */
async function within<Result>(delayMs: number, work: Promise<Result>): Promise<Result | typeof TIMED_OUT> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<typeof TIMED_OUT>((resolve) => (timer = setTimeout(resolve, delayMs, TIMED_OUT)));
  return Promise.race([work, timeout]).finally(() => clearTimeout(timer));
}
