import { relax } from '../document/relaxed-name.js';
import { type SettingsClass, settingsOf } from './setting.js';

/** The places of the keys of settings classes, by their relaxed names. */
export class Layout {
  /** Names of maps at the top, such as `wado`. */
  readonly blocks = new Set<string>();
  /** All names at the top. */
  readonly names = new Set<string>();
  private readonly parents = new Map<string, string[][]>();

  /** Adds the keys of a settings class below `path`, without absolute ones. */
  add(type: SettingsClass, path: readonly string[] = []): this {
    for (const setting of settingsOf(type).values()) {
      for (const own of setting.paths.filter((candidate) => !candidate.startsWith('/'))) {
        const whole = own === '' ? [...path] : [...path, ...own.split('.')];
        this.addPath(whole, setting.type !== undefined || setting.kind === 'map');
        if (setting.type && setting.kind !== 'map') this.add(setting.type(), whole);
      }
    }
    return this;
  }

  /** Returns the paths of the possible parents of a key. */
  parentsOf(name: string): readonly string[][] {
    return this.parents.get(relax(name)) ?? [];
  }

  private addPath(path: readonly string[], isMap: boolean): void {
    if (path.length === 0) return;
    this.names.add(relax(path[0]!));
    if (path.length > 1 || isMap) this.blocks.add(relax(path[0]!));
    for (let depth = 1; depth < path.length; depth++) {
      const name = relax(path[depth]!);
      const parent = path.slice(0, depth);
      const known = this.parents.get(name) ?? [];
      if (known.some((other) => other.join('.') === parent.join('.'))) continue;
      this.parents.set(name, [...known, parent]);
    }
  }
}
