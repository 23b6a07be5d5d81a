import { type PropertyLine } from './property-line.js';

export type Tree = { [key: string]: unknown };

/** The configuration from the lines, and the decisions that no line contains. */
export class Draft {
  readonly tree = emptyTree();
  readonly decisions: string[] = [];
  private readonly origins = new Map<string, PropertyLine>();

  /** Sets a key. `line` is the origin of its value. */
  put(path: readonly string[], value: unknown, line?: PropertyLine): void {
    const key = path.join('.');
    let here = this.tree;
    for (const name of path.slice(0, -1)) here = (here[name] ??= emptyTree()) as Tree;
    here[path.at(-1)!] = value;
    if (!line) return;
    this.origins.set(key, line);
    line.note('taken', key);
  }

  decide(what: string): void {
    this.decisions.push(what);
  }

  /** Returns the line from which a key, or one below it, comes. */
  originOf(key: string): PropertyLine | undefined {
    const found = [...this.origins].find(
      ([put]) => put === key || key.startsWith(`${put}.`) || put.startsWith(`${key}.`),
    );
    return found?.[1];
  }
}

/** Returns a tree without a prototype, since an archive may have any id. */
function emptyTree(): Tree {
  return Object.create(null) as Tree;
}
