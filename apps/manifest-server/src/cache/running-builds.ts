import { type Build } from './build.js';

/** The builds that run in this process. */
export class RunningBuilds<Result> {
  private readonly builds = new Map<string, Build<Result>>();
  /** The build that makes the parts of each key. Two builds would make different parts. */
  private readonly makers = new Map<string, Build<Result>>();

  /** @param builtBy returns the fingerprint of the configuration in force */
  constructor(private readonly builtBy: () => string | undefined) {}

  /** Returns the build of a key with the configuration in force. */
  of(key: string): Build<Result> | undefined {
    return usable(this.builds.get(this.id(key)));
  }

  /** Returns the build that makes the parts of a key, with the configuration in force when it began. */
  maker(key: string): Build<Result> | undefined {
    return usable(this.makers.get(key));
  }

  add(key: string, build: Build<Result>, makesParts: boolean): void {
    const id = this.id(key);
    this.builds.set(id, build);
    if (makesParts) this.makers.set(key, build);
    void build.settled().then(() => {
      if (this.builds.get(id) === build) this.builds.delete(id);
      if (this.makers.get(key) === build) this.makers.delete(key);
    });
  }

  get size(): number {
    return this.builds.size;
  }

  all(): Build<Result>[] {
    return [...this.builds.values()];
  }

  private id(key: string): string {
    return `${key} ${this.builtBy()}`;
  }
}

/** Returns a build unless it was cancelled. */
function usable<Result>(build: Build<Result> | undefined): Build<Result> | undefined {
  return build?.cancelled ? undefined : build;
}
