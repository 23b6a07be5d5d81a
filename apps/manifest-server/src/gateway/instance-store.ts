import { createHash, randomBytes } from 'node:crypto';
import { type FileHandle, mkdir, mkdtemp, open, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RetrievedInstance } from '@pacs-connectors/connector-core';
import { bufferSource, type ByteSource } from '@pacs-connectors/dicomweb-service';
import { LRUCache } from 'lru-cache';
import { Seal } from '../cache/seal.js';

/** An instance that is kept, as the archive has sent it. */
export interface StoredInstance {
  sopInstanceUid: string;
  sopClassUid: string;
  transferSyntaxUid: string;
  /** The same for the same bytes. */
  etag: string;
  /** The Part 10 file. */
  file: ByteSource;
}

export interface InstanceStoreOptions {
  /** Where the folder of this process is made; default: the system's folder for temporary files. */
  folder?: string;
  maxBytes: number;
  /** How long an instance is kept after its last use, milliseconds. */
  ttlMs: number;
  /** Encrypts the files; default: a random one. */
  secret?: string;
  /** Called when the folder cannot be used, at most once a minute. */
  onUnusable?(error: unknown): void;
}

/** What is on disk of an instance. */
interface DiskEntry extends Omit<StoredInstance, 'file'> {
  path: string;
  /** Its name for the seal. */
  name: string;
  length: number;
}

/** Plain bytes of one sealed piece of a file. */
const PIECE = 256 * 1024;
/** What {@link Seal} adds to a piece. */
const OVERHEAD = 29;
/** An instance of at most this size is held in memory while it is read, bytes. */
const SMALL = 16 * 1024 * 1024;
/** Memory for instances that were retrieved or read a moment ago, bytes. */
const MEMORY = 64 * 1024 * 1024;
/** How long the disk is not used after it failed, milliseconds. */
const REST_MS = 60_000;

/**
 * Keeps retrieved instances on disk, encrypted, and the latest ones in memory too. If the disk cannot be used, only those in memory
 * are kept. The folder of this process is removed by {@link close}.
 */
export class InstanceStore {
  private readonly memory = new LRUCache<string, StoredInstance>({
    maxSize: MEMORY,
    sizeCalculation: ({ file }) => file.length + 1,
  });
  private readonly disk: LRUCache<string, DiskEntry>;
  private readonly seal: Seal;
  private folder?: Promise<string>;
  private restsUntil = 0;
  private readonly purge: NodeJS.Timeout;
  private readonly removals = new Set<Promise<void>>();

  constructor(private readonly options: InstanceStoreOptions) {
    const { maxBytes, ttlMs, secret } = options;
    // The rest of a process that was killed cannot be read by the next one.
    this.seal = new Seal(`${secret ?? ''}${randomBytes(32).toString('hex')}`);
    this.disk = new LRUCache<string, DiskEntry>({
      maxSize: maxBytes,
      ttl: ttlMs,
      updateAgeOnGet: true,
      sizeCalculation: ({ length }) => length + 1,
      dispose: ({ path }) => this.remove(path),
    });
    this.purge = setInterval(() => this.disk.purgeStale(), Math.min(ttlMs, REST_MS)).unref();
  }

  has(key: string): boolean {
    return this.memory.has(key) || this.disk.has(key);
  }

  /** Returns an instance; `undefined` if it is not kept, or cannot be read any more. */
  async get(key: string): Promise<StoredInstance | undefined> {
    const entry = this.disk.get(key);
    const recent = this.memory.get(key);
    if (recent || !entry) return recent;
    const { path, name, length, ...about } = entry;
    try {
      // A large file is read piece by piece later. One that is gone would end the answer half way.
      if ((await stat(path)).size !== sealedLength(length)) throw new Error('a kept instance is damaged');
      const file = this.fileSource(path, name, length);
      const instance = { ...about, file: length <= SMALL ? bufferSource(await file.read(0, length)) : file };
      if (length <= SMALL) this.memory.set(key, instance);
      return instance;
    } catch {
      this.disk.delete(key);
      return undefined;
    }
  }

  /**
   * Reads the file of an instance and keeps it.
   *
   * @param accept whether it is the expected one; it is not kept otherwise
   * @returns `undefined` if it is not
   * @throws what `file` of the instance throws
   */
  async put(
    key: string,
    instance: RetrievedInstance,
    accept: (file: ByteSource) => Promise<boolean>,
  ): Promise<StoredInstance | undefined> {
    const { sopInstanceUid, sopClassUid, transferSyntaxUid } = instance;
    const writer = new SealedFile(this.seal, (failure) => this.rest(failure));
    await writer.open(() => this.pathOf());
    try {
      const hash = createHash('sha256');
      const pieces: Buffer[] = [];
      let length = 0;
      for await (const chunk of instance.file) {
        const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
        hash.update(bytes);
        length += bytes.length;
        // Without a disk, memory has to hold a large instance too.
        if (length <= SMALL || !writer.isUsable) pieces.push(bytes);
        else pieces.length = 0;
        await writer.write(bytes);
        if (length > SMALL && !writer.isUsable && sizeOf(pieces) < length) throw new DiskFailed();
      }
      const path = await writer.end();
      const etag = hash.digest('base64url').slice(0, 22);
      const about = { sopInstanceUid, sopClassUid, transferSyntaxUid, etag };
      const inMemory = sizeOf(pieces) === length;
      const file = inMemory ? bufferSource(Buffer.concat(pieces)) : this.fileSource(path!, writer.name, length);
      if (!(await accept(file))) {
        if (path !== undefined) this.remove(path);
        return undefined;
      }
      if (path !== undefined) {
        this.disk.set(key, { ...about, path, name: writer.name, length });
        // It is larger than the whole cache.
        if (!this.disk.has(key)) this.remove(path);
      }
      const stored = { ...about, file };
      if (inMemory) this.memory.set(key, stored);
      return stored;
    } catch (error) {
      await writer.discard();
      throw error;
    }
  }

  /** Removes all files. */
  async close(): Promise<void> {
    clearInterval(this.purge);
    this.memory.clear();
    const folder = await this.folder?.catch(() => undefined);
    this.folder = undefined;
    this.restsUntil = Number.POSITIVE_INFINITY;
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
    await Promise.all(this.removals);
  }

  private async pathOf(): Promise<string | undefined> {
    if (Date.now() < this.restsUntil) return undefined;
    this.folder ??= makeFolder(this.options.folder);
    try {
      return join(await this.folder, randomBytes(16).toString('hex'));
    } catch (error) {
      this.folder = undefined;
      this.rest(error);
      return undefined;
    }
  }

  /** Does not use the disk for a while after it failed. */
  private rest(error: unknown): void {
    if (Date.now() < this.restsUntil) return;
    this.restsUntil = Date.now() + REST_MS;
    this.options.onUnusable?.(error);
  }

  private remove(path: string): void {
    const removal = rm(path, { force: true })
      .catch(() => undefined)
      .finally(() => this.removals.delete(removal));
    this.removals.add(removal);
  }

  private fileSource(path: string, name: string, length: number): ByteSource {
    return { length, read: (start, end) => this.readSealed({ path, name, length }, start, end) };
  }

  private async readSealed(
    { path, name, length }: Pick<DiskEntry, 'path' | 'name' | 'length'>,
    start: number,
    end: number,
  ): Promise<Buffer> {
    if (end <= start) return Buffer.alloc(0);
    const first = Math.floor(start / PIECE);
    const last = Math.floor((end - 1) / PIECE);
    const sealedStart = first * (PIECE + OVERHEAD);
    const sealedEnd = Math.min((last + 1) * (PIECE + OVERHEAD), sealedLength(length));
    const sealed = await readRange(path, sealedStart, sealedEnd);
    const pieces: Buffer[] = [];
    for (let piece = first; piece <= last; piece++) {
      const at = (piece - first) * (PIECE + OVERHEAD);
      const plain = this.seal.open(`${name}/${piece}`, sealed.subarray(at, at + PIECE + OVERHEAD));
      if (!plain) throw new Error('a kept instance is damaged');
      pieces.push(plain);
    }
    return Buffer.concat(pieces).subarray(start - first * PIECE, end - first * PIECE);
  }
}

/** Thrown if the disk fails within an instance that is too large for memory. The retrieval is repeated without the disk. */
export class DiskFailed extends Error {}

/** Writes the sealed pieces of one file. A failure of the disk makes it unusable, and is not thrown. */
class SealedFile {
  readonly name = randomBytes(16).toString('hex');
  private path?: string;
  private handle?: FileHandle;
  private rest: Buffer[] = [];
  private restLength = 0;
  private pieces = 0;

  constructor(
    private readonly seal: Seal,
    private readonly onFailure: (error: unknown) => void,
  ) {}

  get isUsable(): boolean {
    return this.handle !== undefined;
  }

  async open(pathOf: () => Promise<string | undefined>): Promise<void> {
    this.path = await pathOf();
    if (this.path === undefined) return;
    await this.attempt(async () => {
      this.handle = await open(this.path!, 'wx', 0o600);
    });
  }

  async write(bytes: Buffer): Promise<void> {
    if (!this.handle) return;
    this.rest.push(bytes);
    this.restLength += bytes.length;
    if (this.restLength < PIECE) return;
    const all = Buffer.concat(this.rest);
    let at = 0;
    for (; at + PIECE <= all.length && this.isUsable; at += PIECE) await this.writePiece(all.subarray(at, at + PIECE));
    this.rest = [all.subarray(at)];
    this.restLength = all.length - at;
  }

  /** @returns the path of the file; `undefined` if it could not be written */
  async end(): Promise<string | undefined> {
    if (this.restLength > 0 && this.handle) await this.writePiece(Buffer.concat(this.rest));
    await this.attempt(async () => {
      await this.handle?.close();
    });
    const path = this.handle && this.path;
    this.handle = undefined;
    return path;
  }

  async discard(): Promise<void> {
    const { handle, path } = this;
    this.handle = undefined;
    await handle?.close().catch(() => undefined);
    if (path !== undefined) await rm(path, { force: true }).catch(() => undefined);
  }

  private async writePiece(plain: Buffer): Promise<void> {
    await this.attempt(async () => {
      await this.handle?.appendFile(this.seal.seal(`${this.name}/${this.pieces++}`, plain));
    });
  }

  private async attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      await this.discard();
      this.onFailure(error);
    }
  }
}

async function makeFolder(parent = tmpdir()): Promise<string> {
  await mkdir(parent, { recursive: true });
  return mkdtemp(join(parent, 'pacs-connectors-instances-'));
}

async function readRange(path: string, start: number, end: number): Promise<Buffer> {
  if (start === 0 && end <= SMALL + OVERHEAD * 128) {
    const whole = await readFile(path);
    return whole.subarray(0, end);
  }
  const handle = await open(path);
  try {
    const bytes = Buffer.alloc(end - start);
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, start);
    return bytes.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

function sealedLength(length: number): number {
  return length + Math.ceil(length / PIECE) * OVERHEAD;
}

function sizeOf(pieces: readonly Buffer[]): number {
  return pieces.reduce((sum, { length }) => sum + length, 0);
}
