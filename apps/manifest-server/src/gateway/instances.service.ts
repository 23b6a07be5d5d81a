import { createHash } from 'node:crypto';
import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import {
  type Caller,
  ConnectorError,
  type RetrievedInstance,
  type RetrieveRequest,
} from '@pacs-connectors/connector-core';
import { type ByteSource, readPart10, textOf, UnreadableFile } from '@pacs-connectors/dicomweb-service';
import { ServerConfiguration } from '../boot/server-configuration.js';
import { codes } from '../errors/error-codes.js';
import { coded } from '../logging/coded-message.js';
import { ArchiveImages } from './archive-images.service.js';
import { DiskFailed, InstanceStore, type StoredInstance } from './instance-store.js';
import { Retrieval } from './retrieval.js';
import { type FoundSeries } from './studies.service.js';

/** Who reads, and until when. */
export interface Reader {
  caller: Caller;
  signal: AbortSignal;
}

/** If a smaller share of a series is missing in the cache, its instances are retrieved one by one. */
const WHOLE_SERIES_SHARE = 0.25;

/** Retrieves instances from archives, keeps them, and lets any number of readers follow one retrieval. */
@Injectable()
export class Instances implements OnApplicationShutdown {
  private readonly logger = new Logger('Gateway');
  private readonly running = new Map<string, Retrieval>();
  private store?: InstanceStore;

  constructor(
    private readonly configuration: ServerConfiguration,
    private readonly archives: ArchiveImages,
  ) {}

  async onApplicationShutdown(): Promise<void> {
    await this.store?.close();
  }

  /**
   * Yields the instances of a series, each once. What one archive cannot send comes from the next that holds the series.
   *
   * @throws ConnectorError if instances are missing in the end; what came before has been yielded. The reason of the signal.
   */
  async *ofSeries(found: FoundSeries, reader: Reader): AsyncGenerator<StoredInstance> {
    const missing = new Set(found.instances.map(({ sopInstanceUid }) => sopInstanceUid));
    const isListed = missing.size > 0;
    const sent = new Set<string>();
    const errors: ConnectorError[] = [];
    for (const archive of found.archives) {
      try {
        const wanted = () => (isListed ? [...missing] : undefined);
        for await (const instance of againWithoutDisk(() => this.fromArchive(archive, found, wanted(), reader))) {
          const { sopInstanceUid } = instance;
          if (sent.has(sopInstanceUid)) continue;
          sent.add(sopInstanceUid);
          missing.delete(sopInstanceUid);
          yield instance;
        }
      } catch (error) {
        reader.signal.throwIfAborted();
        errors.push(ConnectorError.from(archive, error));
        continue;
      }
      if (missing.size === 0 && (isListed || sent.size > 0)) return;
    }
    if (isListed && missing.size === 0) return;
    throw errors[0] ?? missingError(found.archives[0] ?? '', missing.size);
  }

  /** Yields instances of a series from one archive: from the cache, or by a retrieval. */
  private async *fromArchive(
    archive: string,
    found: FoundSeries,
    wanted: readonly string[] | undefined,
    reader: Reader,
  ): AsyncGenerator<StoredInstance> {
    const store = this.openStore();
    const keyOf = (uid: string) => keyOfInstance(archive, found.series, uid);
    const absent = wanted?.filter((uid) => !store.has(keyOf(uid)));
    const whole = this.running.get(keyOfRetrieval(archive, found, reader.caller));
    const follows = whole !== undefined && !whole.isOver;
    const isSeries = absent === undefined || absent.length > Math.max(1, found.instances.length * WHOLE_SERIES_SHARE);
    if (absent?.length === 0 || !(follows || isSeries)) {
      for (const uid of wanted ?? []) yield await this.one(archive, found, uid, reader);
      return;
    }
    const left = new Set(wanted);
    const series = follows ? whole : this.start(archive, found, undefined, reader.caller);
    for await (const instance of series.read(reader.signal)) {
      const isWanted = left.delete(instance.sopInstanceUid);
      if (isWanted || found.whole) yield instance;
      if (left.size === 0 && !found.whole) return;
    }
    // What was kept no more when this reader came to it, or what the archive did not send.
    for (const uid of left) yield await this.one(archive, found, uid, reader);
  }

  /** Returns one instance: from the cache, or by a retrieval of its own. */
  private async one(archive: string, found: FoundSeries, uid: string, reader: Reader): Promise<StoredInstance> {
    const kept = await this.openStore().get(keyOfInstance(archive, found.series, uid));
    if (kept) return kept;
    const running = this.running.get(keyOfRetrieval(archive, found, reader.caller, uid));
    const retrieval = running && !running.isOver ? running : this.start(archive, found, uid, reader.caller);
    for await (const instance of retrieval.read(reader.signal)) if (instance.sopInstanceUid === uid) return instance;
    throw missingError(archive, 1);
  }

  private start(archive: string, found: FoundSeries, uid: string | undefined, caller: Caller): Retrieval {
    const key = keyOfRetrieval(archive, found, caller, uid);
    const store = this.openStore();
    const request: RetrieveRequest = {
      studyInstanceUid: found.study,
      seriesInstanceUid: found.series,
      sopInstanceUids: uid === undefined ? undefined : [uid],
      caller,
    };
    const keep = (instance: RetrievedInstance) =>
      store.put(keyOfInstance(archive, found.series, instance.sopInstanceUid), instance, (file) =>
        isExpected(file, instance, request),
      );
    const kept = (sopInstanceUid: string) => store.get(keyOfInstance(archive, found.series, sopInstanceUid));
    const listed = found.instances.map(({ sopInstanceUid }) => sopInstanceUid);
    const retrieve = (signal: AbortSignal) => this.archives.retrieve(archive, request, listed, signal);
    const retrieval = new Retrieval(retrieve, keep, kept);
    this.running.set(key, retrieval);
    void retrieval.settled.then(() => {
      if (this.running.get(key) === retrieval) this.running.delete(key);
    });
    return retrieval;
  }

  private openStore(): InstanceStore {
    if (this.store) return this.store;
    const { gateway, cache } = this.configuration.global;
    this.store = new InstanceStore({
      folder: gateway.cache.folder,
      maxBytes: gateway.cache.maxGib * 1024 ** 3,
      ttlMs: gateway.cache.ttlMs,
      secret: cache.encryptionKey,
      onUnusable: (error) => {
        const { code = 'unknown' } = error as NodeJS.ErrnoException;
        this.logger.warn(
          coded(
            `Retrieved instances cannot be written to disk (${code}), so they are retrieved again when they are needed again. Remedy: check that gateway.cache.folder can be written to and has free space.`,
            codes['server.gateway.cache-unusable'],
          ),
        );
      },
    });
    return this.store;
  }
}

/** Repeats a retrieval once if the disk failed within a large instance. The disk is not used for a while then. */
async function* againWithoutDisk(read: () => AsyncIterable<StoredInstance>): AsyncGenerator<StoredInstance> {
  try {
    yield* read();
  } catch (error) {
    if (!(error instanceof DiskFailed)) throw error;
    yield* read();
  }
}

/** Returns whether a file is an instance of the requested study and series, and has the UID that the archive states. */
async function isExpected(file: ByteSource, instance: RetrievedInstance, request: RetrieveRequest): Promise<boolean> {
  const { studyInstanceUid, seriesInstanceUid, sopInstanceUids } = request;
  if (sopInstanceUids && !sopInstanceUids.includes(instance.sopInstanceUid)) return false;
  try {
    const part10 = await readPart10(file);
    return (
      textOf(part10, '00080018') === instance.sopInstanceUid &&
      textOf(part10, '0020000D') === studyInstanceUid &&
      textOf(part10, '0020000E') === seriesInstanceUid
    );
  } catch (error) {
    if (error instanceof UnreadableFile) return false;
    throw error;
  }
}

function keyOfInstance(archive: string, series: string, instance: string): string {
  return [archive, series, instance].join('\0');
}

/** Callers with different tokens do not share a retrieval, since an archive may refuse one of them. */
function keyOfRetrieval(archive: string, { study, series }: FoundSeries, { bearerToken }: Caller, uid = ''): string {
  const caller = bearerToken === undefined ? '' : createHash('sha256').update(bearerToken).digest('base64url');
  return [archive, study, series, uid, caller].join('\0');
}

function missingError(archive: string, count: number): ConnectorError {
  const message = `archive ${archive} did not send ${count} of the instances that it lists`;
  return new ConnectorError(archive, 'protocol', message, {
    code: codes['server.gateway.instances-missing'],
    remedy: 'Check whether the archive holds these instances and can send them.',
  });
}
