import { type CachedManifest, decodeManifest, encodeManifest, sizeOf } from './cached-manifest.js';

/** What the cache keeps under the key of a launch. */
export interface KeptLaunch {
  /** Number of parts in which the viewer fetches the manifest. */
  count: number;
  /** The parts that are ready, in order. */
  parts: readonly CachedManifest[];
  /** The whole manifest, once all archives have answered. */
  whole?: CachedManifest;
  /** When an incomplete whole expires (ms since the epoch). */
  staleAt?: number;
  /** Number of the last part that this process has handed out. */
  delivered: number;
}

/** Thrown for a part number that a launch does not have. */
export class NoSuchPart extends Error {
  override readonly name = 'NoSuchPart';

  /** @param count how many parts it has */
  constructor(readonly count: number) {
    super(`the launch has ${count === 1 ? '1 part' : `${count} parts`}`);
  }
}

/** Thrown for a part whose earlier parts are lost, so that its content cannot be determined. */
export class PartsLost extends Error {
  override readonly name = 'PartsLost';
}

/**
 * Returns a part, or `undefined` if it is not ready.
 *
 * A part that another configuration has built is used only if it was handed out before, since its viewer comes for the next ones.
 * The first part of a manifest without parts is the whole.
 *
 * @param number from 1
 * @throws NoSuchPart
 */
export function partOf(kept: KeptLaunch, number: number, builtBy: string | undefined): CachedManifest | undefined {
  checkPart(number, kept.count);
  const part = kept.parts[number - 1];
  if (part && (number <= kept.delivered || isCurrent(part, builtBy))) return part;
  const isOnly = number === 1 && kept.parts.length === 0;
  return isOnly && kept.whole && isCurrent(kept.whole, builtBy) ? kept.whole : undefined;
}

/**
 * Whether an incomplete whole has expired. One that would expire later than `incompleteTtlMs` from now has expired too: the clock
 * was set back.
 */
export function isStale({ staleAt }: KeptLaunch, incompleteTtlMs: number): boolean {
  if (staleAt === undefined) return false;
  const remaining = staleAt - Date.now();
  return remaining <= 0 || remaining > incompleteTtlMs;
}

/** @throws NoSuchPart */
export function checkPart(number: number, count: number): void {
  if (number > count) throw new NoSuchPart(count);
}

/**
 * Returns the parts that the next build cannot change.
 *
 * @param handedOut number of parts that the viewer already has
 */
export function givenParts(
  kept: KeptLaunch | undefined,
  handedOut: number,
  builtBy: string | undefined,
): readonly CachedManifest[] {
  const parts = kept?.parts ?? [];
  const known = Math.max(kept?.delivered ?? 0, handedOut);
  const stale = parts.findIndex((part, index) => index >= known && !isCurrent(part, builtBy));
  return stale < 0 ? parts : parts.slice(0, stale);
}

/** Whether a manifest was built with the configuration in force. An uploaded manifest is always current. */
export function isCurrent(manifest: CachedManifest, builtBy: string | undefined): boolean {
  return manifest.builtBy === undefined || manifest.builtBy === builtBy;
}

/** Returns the memory that it takes, bytes. */
export function sizeOfKept(kept: KeptLaunch): number {
  return manifestsOf(kept).reduce((sum, manifest) => sum + sizeOf(manifest), 0);
}

/**
 * Returns how long it may be kept, milliseconds: at most until a token in it expires. Parts are kept as long as a complete manifest,
 * since a viewer that has some of them comes for the others.
 */
export function lifeOfKept(kept: KeptLaunch, ttlMs: number, incompleteTtlMs: number): number {
  const ends = manifestsOf(kept).flatMap(({ expiresAt }) => (expiresAt === undefined ? [] : [expiresAt]));
  const life = kept.parts.length === 0 && kept.whole?.complete === false ? incompleteTtlMs : ttlMs;
  return Math.max(0, Math.min(life, ...ends.map((end) => end - Date.now())));
}

/** Encodes a launch as one buffer: the length of a header, the header in JSON, the manifests. */
export function encodeKept(kept: KeptLaunch): Buffer {
  const manifests = manifestsOf(kept).map(encodeManifest);
  const { count, whole, staleAt } = kept;
  const lengths = manifests.map(({ byteLength }) => byteLength);
  const header = Buffer.from(JSON.stringify({ count, staleAt, whole: whole !== undefined, lengths }));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(header.byteLength);
  return Buffer.concat([length, header, ...manifests]);
}

/** Decodes what {@link encodeKept} returns. `delivered` belongs to a process and is 0. */
export function decodeKept(bytes: Buffer): KeptLaunch {
  let start = 4 + bytes.readUInt32BE(0);
  const header = JSON.parse(bytes.toString('utf8', 4, start)) as {
    count: number;
    staleAt?: number;
    whole: boolean;
    lengths: number[];
  };
  const manifests = header.lengths.map((length) => {
    const manifest = decodeManifest(bytes.subarray(start, start + length));
    start += length;
    return manifest;
  });
  const whole = header.whole ? manifests.pop() : undefined;
  const { count, staleAt } = header;
  return { count, parts: manifests, whole, staleAt, delivered: 0 };
}

function manifestsOf({ parts, whole }: KeptLaunch): CachedManifest[] {
  return [...parts, ...(whole ? [whole] : [])];
}
