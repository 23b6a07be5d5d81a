import { type CachedManifest, decodeManifest, encodeManifest, sizeOf } from './cached-manifest.js';

/** What is kept under the key of a launch. */
export interface KeptLaunch {
  /** In how many parts the launch fetches its manifest. */
  count: number;
  /** Those that are there, in order. */
  parts: readonly CachedManifest[];
  /** The whole manifest, once all archives have answered. */
  whole?: CachedManifest;
  /** From when the whole is not used any more, since an archive's part is missing; milliseconds since the epoch. */
  staleAt?: number;
  /** Number of the last part that this process has handed out. */
  delivered: number;
}

/** A part that a launch does not have. */
export class NoSuchPart extends Error {
  override readonly name = 'NoSuchPart';

  /** @param count how many parts it has */
  constructor(readonly count: number) {
    super(`the launch has ${count === 1 ? '1 part' : `${count} parts`}`);
  }
}

/** A part whose predecessors are lost: what it would have to contain is not known. */
export class PartsLost extends Error {
  override readonly name = 'PartsLost';
}

/**
 * Returns a part, `undefined` where it is not there yet.
 *
 * What another configuration has built counts only where it was handed out before: who has it comes for the parts after it.
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

/** Whether the whole was kept for a short time only, and this has passed. */
export function isStale({ staleAt }: KeptLaunch): boolean {
  return staleAt !== undefined && staleAt <= Date.now();
}

/** @throws NoSuchPart */
export function checkPart(number: number, count: number): void {
  if (number > count) throw new NoSuchPart(count);
}

/**
 * Returns the parts that the next build has to take as given.
 *
 * @param handedOut a viewer that asks for the part after this one has got it
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

/** Whether a manifest was built by what is in force; one that was built elsewhere always counts. */
export function isCurrent(manifest: CachedManifest, builtBy: string | undefined): boolean {
  return manifest.builtBy === undefined || manifest.builtBy === builtBy;
}

/** What it costs to keep, bytes. */
export function sizeOfKept(kept: KeptLaunch): number {
  return manifestsOf(kept).reduce((sum, manifest) => sum + sizeOf(manifest), 0);
}

/**
 * How long it may be kept, milliseconds: not longer than a token in it lives. Parts are kept as long as a complete manifest: a
 * viewer that has some of them comes for the others.
 */
export function lifeOfKept(kept: KeptLaunch, ttlMs: number, incompleteTtlMs: number): number {
  const ends = manifestsOf(kept).flatMap(({ expiresAt }) => (expiresAt === undefined ? [] : [expiresAt]));
  const life = kept.parts.length === 0 && kept.whole?.complete === false ? incompleteTtlMs : ttlMs;
  return Math.max(0, Math.min(life, ...ends.map((end) => end - Date.now())));
}

/** One buffer for {@link decodeKept}: a length, a JSON header, the manifests. */
export function encodeKept(kept: KeptLaunch): Buffer {
  const manifests = manifestsOf(kept).map(encodeManifest);
  const { count, whole, staleAt } = kept;
  const lengths = manifests.map(({ byteLength }) => byteLength);
  const header = Buffer.from(JSON.stringify({ count, staleAt, whole: whole !== undefined, lengths }));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(header.byteLength);
  return Buffer.concat([length, header, ...manifests]);
}

/** The inverse of {@link encodeKept}; what was handed out by which process is not in it. */
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
