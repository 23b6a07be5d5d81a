import { codes } from '../errors/error-codes.js';
import { distance } from 'fastest-levenshtein';
import { type ConfigNode, type Found, isEmpty, joinKey, type MapNode, nameOf } from '../document/node.js';
import { relax } from '../document/relaxed-name.js';
import { kindOf, type SettingsClass, settingsOf } from './setting.js';
import { type ReaderContext, report } from './context.js';

/** The known keys of a map, by their relaxed names. */
export class KnownKeys {
  private readonly children = new Map<string, { name: string; keys: KnownKeys }>();
  /** The keys below any name, if names are free. */
  private anyName?: KnownKeys;
  /** The keys of each item, if a list is allowed here. */
  private items?: KnownKeys;
  /** Whether a value is allowed here. */
  private leaf = false;
  /** Whether everything is allowed here. */
  private open = false;
  /** Whether each unknown key is reported here, also where only near misses are reported elsewhere. */
  private closed = false;

  /** Adds the keys of a settings class below `path`, without absolute ones. */
  addSettings(type: SettingsClass, path = ''): this {
    const here = this.at(path);
    for (const [property, setting] of settingsOf(type)) {
      const kind = kindOf(type, property, setting);
      for (const own of setting.paths.filter((candidate) => !candidate.startsWith('/'))) {
        const keys = here.at(own);
        if (setting.type && setting.kind === 'map') (keys.anyName ??= new KnownKeys()).addSettings(setting.type());
        else if (setting.type && setting.kind === 'list') (keys.items ??= new KnownKeys()).addSettings(setting.type());
        else if (setting.type) keys.addSettings(setting.type());
        else keys.leaf = true;
        if (setting.type) continue;
        if (kind === 'map') keys.open = true;
        else if (kind === 'url') for (const part of ['url', 'port', 'context']) keys.at(part);
      }
    }
    return this;
  }

  /** Adds a key below which everything is allowed. */
  addOpen(path: string): this {
    this.at(path).open = true;
    return this;
  }

  /** Adds groups in which no other program has keys. */
  addClosed(...paths: string[]): this {
    for (const path of paths) this.at(path).closed = true;
    return this;
  }

  /**
   * Warns about unknown keys below `scope`, and names the known key that one resembles. With `mostlyOthers`, it
   * ignores keys that resemble none, except in closed groups.
   */
  check(scope: Found<MapNode>, context: ReaderContext, mostlyOthers = false): void {
    const nearMissesOnly = mostlyOthers && !this.closed;
    // The reader of a single value reports what is below it, which may be a secret without quotes.
    if (this.open || (this.children.size === 0 && !this.anyName)) return;
    for (const [name, { value, keyPlace }] of scope.node.entries) {
      const key = joinKey(scope.key, name);
      const known = this.children.get(relax(name))?.keys ?? this.anyName;
      if (known) {
        if (known.items) known.checkItems(value, key, context);
        else if (value.kind === 'map') known.check({ node: value, key, keyPlace }, context, mostlyOthers);
        else if (!known.leaf && !isEmpty(value)) known.reportValue(key, value, context);
      } else if (!isEmpty(value)) {
        const near = this.nearest(name, nearMissesOnly);
        if (near === undefined && nearMissesOnly) continue;
        const expected = near === undefined ? this.describe() : JSON.stringify(near);
        const code = codes['configuration.key.unknown'];
        report(
          context,
          'warning',
          { key, place: keyPlace },
          { code, found: 'an unknown key, without effect', expected },
        );
      }
    }
  }

  /** Warns about unknown keys in the items of a list. */
  private checkItems(list: ConfigNode, key: string, context: ReaderContext): void {
    if (list.kind !== 'list') return;
    for (const [index, node] of list.items.entries())
      if (node.kind === 'map') this.items?.check({ node, key: `${key}[${index}]`, keyPlace: node.place }, context);
  }

  /** Reports a value where only keys are allowed, unless its reader has reported it. */
  private reportValue(key: string, node: ConfigNode, context: ReaderContext): void {
    if (this.open || (this.children.size === 0 && !this.anyName)) return;
    if (context.problems.some((problem) => problem.key === key)) return;
    const wrong =
      node.kind === 'invalid'
        ? node
        : { code: codes['configuration.value.invalid'], found: nameOf(node), expected: `keys, ${this.describe()}` };
    report(context, 'error', { key, place: node.place }, wrong);
  }

  /** Returns the known key that `name` resembles. `strict` allows one typo, because keys of other programs may be here. */
  private nearest(name: string, strict: boolean): string | undefined {
    const relaxed = relax(name);
    const [best] = [...this.children]
      .map(([candidate, { name: written }]) => ({ written, typos: typosBetween(relaxed, candidate) }))
      .sort((a, b) => a.typos - b.typos);
    const limit = strict || relaxed.length < 5 ? 1 : Math.max(2, Math.floor(relaxed.length / 4));
    return best && best.typos <= limit ? best.written : undefined;
  }

  private describe(): string {
    const names = [...this.children.values()].map(({ name }) => name);
    return `one of ${names.join(', ')}`;
  }

  private at(path: string): KnownKeys {
    if (path === '') return this;
    const [name, ...rest] = path.split('.') as [string, ...string[]];
    let child = this.children.get(relax(name));
    if (!child) this.children.set(relax(name), (child = { name, keys: new KnownKeys() }));
    return child.keys.at(rest.join('.'));
  }
}

/** Returns the number of letters to add, drop or change; two that changed places count as one. */
function typosBetween(a: string, b: string): number {
  const letters = (text: string) => [...text].sort().join('');
  const typos = distance(a, b);
  return typos === 2 && letters(a) === letters(b) ? 1 : typos;
}
