import { createHash, randomBytes } from 'node:crypto';
import { type FileHandle, mkdir, mkdtemp, open, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RetrievedInstance } from '@pacs-connectors/connector-core';
import { bufferSource, type ByteSource } from '@pacs-connectors/dicomweb-service';
import { LRUCache } from 'lru-cache';
import { PieceCipher, TAG_LENGTH } from './piece-cipher.js';

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
  cipher: PieceCipher;
  length: number;
}

/** Plain bytes of one sealed piece of a large file. A small one is a single piece, because copies of bytes cost most of the time. */
const PIECE = 1024 * 1024;
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
  private readonly secret: string;
  private folder?: Promise<string>;
  private restsUntil = 0;
  private readonly purge: NodeJS.Timeout;
  private readonly removals = new Set<Promise<void>>();

  constructor(private readonly options: InstanceStoreOptions) {
    const { maxBytes, ttlMs, secret } = options;
    // The rest of a process that was killed cannot be read by the next one.
    this.secret = `${secret ?? ''}${randomBytes(32).toString('hex')}`;
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
    const { path, cipher, length, ...about } = entry;
    try {
      if (length <= SMALL) {
        const instance = { ...about, file: bufferSource(cipher.open(0, await readFile(path))) };
        this.memory.set(key, instance);
        return instance;
      }
      // It is read piece by piece later. One that is gone would end the answer half way.
      if ((await stat(path)).size !== sealedLength(length)) throw new Error('a kept instance is damaged');
      return { ...about, file: fileSource(path, cipher, length) };
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
    const cipher = new PieceCipher(this.secret);
    const writer = new SealedFile(cipher, (failure) => this.rest(failure));
    try {
      const hash = createHash('sha256');
      const pieces: Buffer[] = [];
      let length = 0;
      for await (const chunk of instance.file) {
        const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
        hash.update(bytes);
        length += bytes.length;
        pieces.push(bytes);
        if (length <= SMALL) continue;
        await writer.open(() => this.pathOf());
        // Without a disk, memory has to hold a large instance too.
        if (writer.isUsable) await writer.write(pieces.splice(0));
        else if (sizeOf(pieces) < length) throw new DiskFailed();
      }
      const etag = hash.digest('base64url').slice(0, 22);
      const about = { sopInstanceUid, sopClassUid, transferSyntaxUid, etag };
      let file: ByteSource | undefined;
      if (sizeOf(pieces) === length) {
        const bytes = Buffer.concat(pieces);
        file = bufferSource(bytes);
        if (!(await accept(file))) return undefined;
        this.memory.set(key, { ...about, file });
        if (length <= SMALL) {
          await writer.open(() => this.pathOf());
          await writer.writePiece(bytes);
        }
      }
      const path = await writer.end();
      file ??= fileSource(path ?? '', cipher, length);
      if (path !== undefined) {
        if (length > SMALL && !(await accept(file))) {
          this.remove(path);
          return undefined;
        }
        this.disk.set(key, { ...about, path, cipher, length });
        // It is larger than the whole cache.
        if (!this.disk.has(key)) this.remove(path);
      } else if (length > SMALL && !this.memory.has(key) && sizeOf(pieces) !== length) throw new DiskFailed();
      return { ...about, file };
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
}

/** Reads a large file, of which only the pieces that contain the requested bytes are read. */
function fileSource(path: string, cipher: PieceCipher, length: number): ByteSource {
  const read = async (start: number, end: number): Promise<Buffer> => {
    if (end <= start) return Buffer.alloc(0);
    const first = Math.floor(start / PIECE);
    const last = Math.floor((end - 1) / PIECE);
    const sealedStart = first * (PIECE + TAG_LENGTH);
    const sealed = await readRange(
      path,
      sealedStart,
      Math.min((last + 1) * (PIECE + TAG_LENGTH), sealedLength(length)),
    );
    const pieces: Buffer[] = [];
    for (let piece = first; piece <= last; piece++) {
      const at = (piece - first) * (PIECE + TAG_LENGTH);
      pieces.push(cipher.open(piece, sealed.subarray(at, at + PIECE + TAG_LENGTH)));
    }
    const plain = pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
    return plain.subarray(start - first * PIECE, end - first * PIECE);
  };
  return { length, read };
}

/** Thrown if the disk fails within an instance that is too large for memory. The retrieval is repeated without the disk. */
export class DiskFailed extends Error {}

/** Writes the sealed pieces of one file. A failure of the disk makes it unusable, and is not thrown. */
class SealedFile {
  private path?: string;
  private handle?: FileHandle;
  private opened = false;
  private rest: Buffer[] = [];
  private pieces = 0;

  constructor(
    private readonly cipher: PieceCipher,
    private readonly onFailure: (error: unknown) => void,
  ) {}

  get isUsable(): boolean {
    return this.handle !== undefined;
  }

  /** Opens the file at the first call. */
  async open(pathOf: () => Promise<string | undefined>): Promise<void> {
    if (this.opened) return;
    this.opened = true;
    this.path = await pathOf();
    if (this.path === undefined) return;
    await this.attempt(async () => {
      this.handle = await open(this.path!, 'wx', 0o600);
    });
  }

  /** Writes the pieces that are complete with these bytes. */
  async write(bytes: readonly Buffer[]): Promise<void> {
    this.rest.push(...bytes);
    if (sizeOf(this.rest) < PIECE) return;
    const all = Buffer.concat(this.rest);
    let at = 0;
    for (; at + PIECE <= all.length; at += PIECE) await this.writePiece(all.subarray(at, at + PIECE));
    this.rest = [all.subarray(at)];
  }

  async writePiece(plain: Buffer): Promise<void> {
    await this.attempt(async () => {
      await this.handle?.writev(this.cipher.seal(this.pieces++, plain));
    });
  }

  /** @returns the path of the file; `undefined` if it could not be written */
  async end(): Promise<string | undefined> {
    if (sizeOf(this.rest) > 0) await this.writePiece(Buffer.concat(this.rest));
    const { handle } = this;
    if (!handle) return undefined;
    await this.attempt(() => handle.close());
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
  const handle = await open(path);
  try {
    const bytes = Buffer.allocUnsafe(end - start);
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, start);
    return bytes.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

function sealedLength(length: number): number {
  return length + Math.ceil(length / PIECE) * TAG_LENGTH;
}

function sizeOf(pieces: readonly Buffer[]): number {
  return pieces.reduce((sum, { length }) => sum + length, 0);
}
