import { type Build } from './build.js';

/** The builds that are under way in this process. */
export class RunningBuilds<Result> {
  private readonly builds = new Map<string, Build<Result>>();
  /** Of those, the one that makes the parts of a key: two would make different ones. */
  private readonly makers = new Map<string, Build<Result>>();

  /** @param builtBy what manifests are built by at the moment */
  constructor(private readonly builtBy: () => string | undefined) {}

  /** The build of a key, by what is in force. */
  of(key: string): Build<Result> | undefined {
    return waited(this.builds.get(this.id(key)));
  }

  /** The build that makes the parts of a key, by what was in force when it began. */
  maker(key: string): Build<Result> | undefined {
    return waited(this.makers.get(key));
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

/** Nobody should wait for one that was cancelled. */
function waited<Result>(build: Build<Result> | undefined): Build<Result> | undefined {
  return build?.cancelled ? undefined : build;
}
