import { setTimeout as delay } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { type ArcQuery, readGiven } from '@pacs-connectors/manifest-builder';
import { type BuiltManifest, joinedManifest, nothingIn, type Part } from '../manifest/manifest.service.js';
import { type CachedManifest } from './cached-manifest.js';

/** How long a part that a viewer waits for is held back for archives that answer at the same time, milliseconds. */
const HOLD_MS = 20;
/** When a part is made that nobody has asked this process for, milliseconds: a viewer may wait for it at another replica. */
const UNASKED_MS = 300;

export interface LaunchPartsOptions {
  /** How many there are. */
  count: number;
  /** Those that an earlier build has made: they stay. */
  given: readonly CachedManifest[];
  /** Whether nothing of an archive is joined with others (`separate`). */
  isSeparate(archive: string): boolean;
  /** Keeps the next one. */
  keep(part: BuiltManifest): Promise<void>;
}

/**
 * The manifest of a launch in parts: each contains the archive that has answered next, the last one everything that is in none
 * before it. A viewer opens them one after the other, so a slow archive does not delay a fast one.
 *
 * A part is made when a viewer asks for it. By then more archives may have answered: a series that one of those has more
 * completely is left to its part.
 */
export class LaunchParts {
  /** Number of those that are made. */
  private length: number;
  /** The highest number that a viewer has asked for. */
  private wanted = 0;
  private readonly given: ArcQuery[];
  private readonly givenBefore: ReadonlySet<string>;
  /** In the order of their answers. */
  private readonly answers: Part[] = [];
  private readonly contained = new Set<Part>();
  private queue: Promise<void> = Promise.resolve();

  constructor(private readonly options: LaunchPartsOptions) {
    const { given } = options;
    this.length = given.length;
    this.given = given.flatMap(({ json }) => readGiven(gunzipSync(json).toString()));
    this.givenBefore = new Set(this.given.map(({ arcId }) => arcId));
  }

  /** An archive has answered, or failed. */
  answered(part: Part): void {
    // What an archive answers that was asked before the last build ended is compared with that at the end.
    if (this.givenBefore.has(part.arcQuery.arcId)) return;
    this.answers.push(part);
    if (this.wanted > this.length) this.enqueue(() => delay(HOLD_MS).then(() => this.addWanted()));
    else setTimeout(() => this.enqueue(() => this.addUpTo(part)), UNASKED_MS).unref();
  }

  /** A viewer asks for a part. */
  want(number: number): void {
    this.wanted = Math.max(this.wanted, number);
    this.enqueue(() => this.addWanted());
  }

  /** A viewer cannot wait any longer: makes the next part of what there is. */
  async late(number: number, parts: readonly Part[]): Promise<void> {
    await this.enqueue(async () => {
      while (this.length < number) await this.add(parts, this.isLastNext() && nothingIn(parts));
    });
  }

  /** All archives have answered: makes the parts that are not there yet. */
  async last(parts: readonly Part[]): Promise<void> {
    await this.enqueue(async () => {
      await this.addUpTo(undefined);
      if (this.length < this.options.count) await this.add(parts, nothingIn(parts));
      while (this.length < this.options.count) await this.add([], false);
    });
  }

  private isLastNext(): boolean {
    return this.length + 1 >= this.options.count;
  }

  private async addWanted(): Promise<void> {
    while (this.length < this.wanted && (await this.addNext())) continue;
  }

  /** Adds the parts of all answers up to this one; not given: all. */
  private async addUpTo(part: Part | undefined): Promise<void> {
    while ((part === undefined || !this.contained.has(part)) && (await this.addNext())) continue;
  }

  /** Adds the part of the next answer. @returns false where there is none, or the last part is to have it */
  private async addNext(): Promise<boolean> {
    const next = this.answers.find((part) => !this.contained.has(part));
    if (!next || this.isLastNext()) return false;
    await this.add(this.answers, false, next);
    return true;
  }

  /**
   * @param parts all that have answered
   * @param only the one of them that is not given yet and goes into this part; default: all
   */
  private async add(parts: readonly Part[], nothingFound: boolean, only?: Part): Promise<void> {
    const own = new Set(parts.map(({ arcQuery }) => arcQuery.arcId));
    const given = this.given.filter(({ arcId }) => own.has(arcId) || !this.options.isSeparate(arcId));
    const later = parts.filter((part) => only && part !== only && !this.contained.has(part));
    const heldBack = new Set(later.map(({ arcQuery }) => arcQuery.arcId));
    const built = await joinedManifest(parts, { given, nothingFound, heldBack });
    await this.options.keep(built);
    this.given.push(...built.manifest.arcQueries);
    for (const part of only ? [only] : parts) this.contained.add(part);
    this.length++;
  }

  /** One after the other: each is compared with those before it. */
  private enqueue(work: () => Promise<void>): Promise<void> {
    const done = this.queue.then(work);
    this.queue = done;
    done.catch(() => undefined);
    return done;
  }
}
