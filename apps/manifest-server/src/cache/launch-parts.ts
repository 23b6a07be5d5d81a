import { setTimeout as delay } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { type ArcQuery, readGiven } from '@pacs-connectors/manifest-builder';
import { type BuiltManifest, joinedManifest, nothingIn, type Part } from '../manifest/manifest.service.js';
import { type CachedManifest } from './cached-manifest.js';

/** How long a requested part waits for archives that answer at the same time, milliseconds. */
const HOLD_MS = 20;
/**
 * When a part is made without a request to this process, milliseconds after its archive's answer. A viewer may wait for it at
 * another replica.
 */
const UNREQUESTED_MS = 300;

export interface LaunchPartsOptions {
  /** Number of parts. */
  count: number;
  /** The parts of an earlier build, which cannot change. */
  given: readonly CachedManifest[];
  /** Whether the images of an archive are not joined with those of others (`separate`). */
  isSeparate(archive: string): boolean;
  /** Keeps the next part. */
  keep(part: BuiltManifest): Promise<void>;
}

/**
 * Makes the manifest of a launch in parts. Each part contains the archive that answered next, the last one everything that no part
 * before it contains. A viewer opens them one after the other, so a slow archive does not delay a fast one.
 *
 * A part is made when a viewer requests it. By then more archives may have answered. If one of those has more images of a series,
 * the series is in the part of that archive.
 */
export class LaunchParts {
  /** Number of parts that are ready. */
  private length: number;
  /** The highest number that a viewer has requested. */
  private requested = 0;
  private readonly given: ArcQuery[];
  private readonly earlierArchives: ReadonlySet<string>;
  /** In the order in which archives answered. */
  private readonly answers: Part[] = [];
  private readonly contained = new Set<Part>();
  private queue: Promise<void> = Promise.resolve();

  constructor(private readonly options: LaunchPartsOptions) {
    const { given } = options;
    this.length = given.length;
    this.given = given.flatMap(({ json }) => readGiven(gunzipSync(json).toString()));
    this.earlierArchives = new Set(this.given.map(({ arcId }) => arcId));
  }

  /** Adds the answer, or the failure, of an archive. */
  addAnswer(part: Part): void {
    // An archive that is in an earlier build's part is compared with that part at the end.
    if (this.earlierArchives.has(part.arcQuery.arcId)) return;
    this.answers.push(part);
    if (this.requested > this.length) this.enqueue(() => delay(HOLD_MS).then(() => this.addRequested()));
    else setTimeout(() => this.enqueue(() => this.addUpTo(part)), UNREQUESTED_MS).unref();
  }

  /** Requests a part for a viewer. */
  request(number: number): void {
    this.requested = Math.max(this.requested, number);
    this.enqueue(() => this.addRequested());
  }

  /** Makes the parts up to `number` of the answers so far, for a viewer that cannot wait any longer. */
  async makeNow(number: number, parts: readonly Part[]): Promise<void> {
    await this.enqueue(async () => {
      while (this.length < number) await this.add(parts, this.isLastNext() && nothingIn(parts));
    });
  }

  /** Makes all parts that are missing, once all archives have answered. */
  async finish(parts: readonly Part[]): Promise<void> {
    await this.enqueue(async () => {
      await this.addUpTo(undefined);
      if (this.length < this.options.count) await this.add(parts, nothingIn(parts));
      while (this.length < this.options.count) await this.add([], false);
    });
  }

  private isLastNext(): boolean {
    return this.length + 1 >= this.options.count;
  }

  private async addRequested(): Promise<void> {
    while (this.length < this.requested && (await this.addNext())) continue;
  }

  /** Adds the parts of all answers up to this one; of all answers by default. */
  private async addUpTo(part: Part | undefined): Promise<void> {
    while ((part === undefined || !this.contained.has(part)) && (await this.addNext())) continue;
  }

  /** Adds the part of the next answer. @returns false if there is none, or if it belongs to the last part */
  private async addNext(): Promise<boolean> {
    const next = this.answers.find((part) => !this.contained.has(part));
    if (!next || this.isLastNext()) return false;
    await this.add(this.answers, false, next);
    return true;
  }

  /**
   * @param parts all archives that have answered
   * @param only the one of them that this part contains; default: all
   */
  private async add(parts: readonly Part[], nothingFound: boolean, only?: Part): Promise<void> {
    const own = new Set(parts.map(({ arcQuery }) => arcQuery.arcId));
    const given = this.given.filter(({ arcId }) => own.has(arcId) || !this.options.isSeparate(arcId));
    const later = parts.filter((part) => only && part !== only && !this.contained.has(part));
    const excluded = new Set(later.map(({ arcQuery }) => arcQuery.arcId));
    const built = await joinedManifest(parts, { given, nothingFound, excluded });
    await this.options.keep(built);
    this.given.push(...built.manifest.arcQueries);
    for (const part of only ? [only] : parts) this.contained.add(part);
    this.length++;
  }

  /** Runs work one after the other, since each part is compared with those before it. */
  private enqueue(work: () => Promise<void>): Promise<void> {
    const done = this.queue.then(work);
    this.queue = done;
    done.catch(() => undefined);
    return done;
  }
}
