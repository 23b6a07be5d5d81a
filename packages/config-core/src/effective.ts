import { stringify } from 'yaml';
import { type LoadedConfiguration } from './check.js';
import { isMarkedSecret } from './reader/secrets.js';
import { ConnectorSettings } from './settings/connector-settings.js';
import { kindOf, type SettingOptions, type SettingsClass, settingsOf } from './reader/setting.js';
import { formatDuration } from './values/duration.js';
import { redact } from './values/redact.js';

type Tree = { [key: string]: unknown };

const MASK = '******';

/** Returns the keys in effect, by their canonical names in one layout, with secrets masked. */
export function effectiveConfiguration({ global, connectors }: LoadedConfiguration): Tree {
  const tree = emptyTree();
  put(global, [], tree);
  for (const { id, type, deactivated, timeoutMs, settings, manifest, retrieval } of connectors) {
    const path = ['connector', 'config', id];
    put(Object.assign(new ConnectorSettings(), { type, deactivated, timeoutMs, manifest }), path, tree);
    put(settings, path, tree);
    put(retrieval, [...path, 'wado', 'authentication'], tree);
  }
  return tree;
}

/** Returns {@link effectiveConfiguration} as YAML. */
export function renderEffective(loaded: LoadedConfiguration): string {
  return renderYaml(effectiveConfiguration(loaded));
}

/** Returns a tree of keys as the YAML of a configuration file. */
export function renderYaml(tree: Readonly<Record<string, unknown>>): string {
  return stringify(tree, { lineWidth: 0 });
}

function put(instance: object, path: string[], tree: Tree): void {
  const type = instance.constructor as SettingsClass;
  for (const [property, setting] of settingsOf(type)) {
    const value = (instance as Tree)[property];
    const canonical = setting.paths[0]!;
    // A key at the top of the document is shown there, not below each connector that reads it.
    if (value === undefined || canonical.startsWith('/')) continue;
    const place = canonical === '' ? path : [...path, ...canonical.split('.')];
    if (setting.type && setting.kind === 'map') {
      for (const [name, inner] of Object.entries(value as Record<string, object>)) put(inner, [...place, name], tree);
    } else if (setting.type && setting.kind === 'list') {
      const items = (value as object[]).map((inner) => {
        const item = emptyTree();
        put(inner, [], item);
        return item;
      });
      set(tree, place, items);
    } else if (setting.type) put(value as object, place, tree);
    else set(tree, place, shown(instance, property, setting, value));
  }
}

function shown(instance: object, property: string, setting: SettingOptions, value: unknown): unknown {
  if (setting.secret || isMarkedSecret(instance, property)) {
    const map = typeof value === 'object' && value !== null && !Array.isArray(value);
    return map ? Object.fromEntries(Object.keys(value).map((name) => [name, MASK])) : MASK;
  }
  if (Array.isArray(value)) return value.map((item) => asWritten(item, setting));
  if (typeof value === 'number' && kindOf(instance.constructor as SettingsClass, property, setting) === 'duration') {
    return formatDuration(value);
  }
  return asWritten(value, setting);
}

/** Returns a value as it is written in files. */
function asWritten(value: unknown, { values, format }: SettingOptions): unknown {
  if (values && !Array.isArray(values))
    return Object.entries(values).find(([, meant]) => meant === value)?.[0] ?? value;
  if (format?.print) return format.print(value);
  return typeof value === 'string' ? redact(value) : value;
}

function set(tree: Tree, path: readonly string[], value: unknown): void {
  if (value === '' || (typeof value === 'object' && value !== null && Object.keys(value).length === 0)) return;
  let here = tree;
  for (const name of path.slice(0, -1)) here = (here[name] ??= emptyTree()) as Tree;
  here[path.at(-1)!] = value;
}

/** Returns an object without a prototype, because a key may have any name. */
function emptyTree(): Tree {
  return Object.create(null) as Tree;
}
