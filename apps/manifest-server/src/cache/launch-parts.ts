import { gunzipSync } from 'node:zlib';
import { type ArcQuery, readGiven } from '@pacs-connectors/manifest-builder';
import { type BuiltManifest, joinedManifest, type Part } from '../manifest/manifest.service.js';
import { type CachedManifest } from './cached-manifest.js';

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
 * The manifest of a launch in parts: each holds the archive that has answered next, the last one everything that is in none
 * before it. A viewer opens them one after the other, so a slow archive delays nothing of a fast one.
 */
export class LaunchParts {
  /** Number of those that are there. */
  private length: number;
  private readonly given: ArcQuery[];
  private readonly givenBefore: ReadonlySet<string>;
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
    this.enqueue(async () => {
      // What an archive answers that was asked before the last build ended is compared with that at the end.
      if (this.isLastNext() || this.givenBefore.has(part.arcQuery.arcId)) return;
      await this.add([part], false);
    });
  }

  /** A viewer cannot wait any longer: makes the next part of what there is. */
  async late(number: number, parts: readonly Part[]): Promise<void> {
    await this.enqueue(async () => {
      while (this.length < number) {
        const rest = parts.filter((part) => !this.contained.has(part));
        await this.add(rest, this.isLastNext() && nothingIn(parts));
      }
    });
  }

  /** All archives have answered: makes the parts that are not there yet. */
  async last(parts: readonly Part[]): Promise<void> {
    await this.enqueue(async () => {
      const nothingFound = nothingIn(parts);
      const rest = nothingFound ? parts : parts.filter((part) => !this.contained.has(part));
      if (this.length < this.options.count) await this.add(rest, nothingFound);
      while (this.length < this.options.count) await this.add([], false);
    });
  }

  private isLastNext(): boolean {
    return this.length + 1 >= this.options.count;
  }

  private async add(parts: readonly Part[], nothingFound: boolean): Promise<void> {
    const own = new Set(parts.map(({ arcQuery }) => arcQuery.arcId));
    const given = this.given.filter(({ arcId }) => own.has(arcId) || !this.options.isSeparate(arcId));
    const built = await joinedManifest(parts, given, nothingFound);
    await this.options.keep(built);
    this.given.push(...built.manifest.arcQueries);
    for (const part of parts) this.contained.add(part);
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

function nothingIn(parts: readonly Part[]): boolean {
  return parts.every(({ arcQuery }) => arcQuery.patients.length === 0);
}
