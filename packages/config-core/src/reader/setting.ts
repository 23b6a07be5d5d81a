import 'reflect-metadata';
import { type SettingFormat } from '../values/setting-format.js';

/** A class whose properties are declared with {@link Setting}. */
export type SettingsClass<Settings extends object = object> = new () => Settings;

/**
 * The form of a value in the file, and its type in code:
 * - `string`: the text as written, also if YAML has another type for it (`0123`, `1e5`, `yes` stay text);
 * - `integer`, `number`, `boolean` (`true`/`false`, `yes`/`no`, `on`/`off`, `1`/`0`);
 * - `duration`: `30` or `30s` (seconds), `500ms`, `2m`, `1h` → a number of milliseconds;
 * - `url`: a text, or a map of `url`, `port` and `context`, joined to `url[:port][/context]`;
 * - `list`: a YAML list or `a, b` → an array;
 * - `map`: keys as written → a `Record`.
 */
export type SettingKind = 'string' | 'integer' | 'number' | 'boolean' | 'duration' | 'url' | 'list' | 'map';

/** The places of a property of a settings class in the YAML files, and how it is read and shown. */
export interface SettingOptions {
  /**
   * The dotted keys of the property. They are relative to the object of the class; a leading `/` starts at the top of the
   * document, and an empty key is the object itself. Names are relaxed (`compressionRate` = `compression-rate`). The first key is
   * the canonical one. The first key with a value wins, and a warning reports another value.
   */
  paths: string[];
  /** A sentence for the JSON Schema, the documentation and problems. */
  description: string;
  /** True if the value is never shown: `check` masks it, and no message contains it. */
  secret?: boolean;
  /** By default it follows from the TypeScript type of the property: `Array` is `list`, `Number` is `number`. */
  kind?: SettingKind;
  /**
   * The settings class of a nested object; with `kind: 'map'`, of each value of a map; with `kind: 'list'`, of each item. Each of
   * its properties is read from the first of `paths` that has it. If none has any, the property is not set.
   */
  type?: () => SettingsClass;
  /**
   * The allowed spellings of a text, or of each item of a list, ignoring letter case, `-` and `_`. A record maps each to its
   * value in code.
   */
  values?: readonly string[] | Readonly<Record<string, unknown>>;
  /** How a text, or each item of a list, is read. */
  format?: SettingFormat;
  /** Checks an entry of a `map`. It returns what is wrong, to complete "found …" and "expected …". */
  entryFault?: (name: string, value: string) => { found: string; expected: string } | undefined;
  /** True if the key limits access, so that it must contain a value if it is in the file (`checkGuards`). */
  guard?: true;
  /** True if `NULL` is a text here. `null`, `Null` and `~` set nothing. */
  nullIsText?: boolean;
}

/** All copies of this package in a process share it, because a plug-in may have its own copy. */
const SETTINGS = Symbol.for('pacs-connectors:settings');

/** Declares a property of a settings class. Decorators of class-validator check its values. */
export function Setting(options: SettingOptions): PropertyDecorator {
  return (target, property) => {
    const settings = new Map(settingsOf(target.constructor as SettingsClass));
    settings.set(String(property), options);
    Reflect.defineMetadata(SETTINGS, settings, target.constructor);
  };
}

/** Returns the declared properties of a settings class, including those of parent classes. */
export function settingsOf(type: SettingsClass): ReadonlyMap<string, SettingOptions> {
  return (Reflect.getMetadata(SETTINGS, type) as Map<string, SettingOptions> | undefined) ?? new Map();
}

/** Returns the kind of a property that is not a nested object. */
export function kindOf(type: SettingsClass, property: string, setting: SettingOptions): SettingKind {
  if (setting.kind) return setting.kind;
  switch (Reflect.getMetadata('design:type', type.prototype as object, property)) {
    case Number:
      return 'number';
    case Boolean:
      return 'boolean';
    case Array:
      return 'list';
    default:
      return 'string';
  }
}
