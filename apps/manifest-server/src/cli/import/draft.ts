import { type PropertyLine } from './property-line.js';

export type Tree = { [key: string]: unknown };

/** The configuration that the lines become, and what has to be decided that no line says. */
export class Draft {
  readonly tree = emptyTree();
  readonly decisions: string[] = [];
  private readonly origins = new Map<string, PropertyLine>();

  /** Sets a key; `line` is where its value comes from. */
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

  /** The line that a key, or one below it, comes from. */
  originOf(key: string): PropertyLine | undefined {
    const found = [...this.origins].find(
      ([put]) => put === key || key.startsWith(`${put}.`) || put.startsWith(`${key}.`),
    );
    return found?.[1];
  }
}

/** Without a prototype: an archive may have any id. */
function emptyTree(): Tree {
  return Object.create(null) as Tree;
}
