import 'reflect-metadata';
import { type SettingFormat } from '../values/setting-format.js';

/** A class whose properties are declared with {@link Setting}. */
export type SettingsClass<Settings extends object = object> = new () => Settings;

/**
 * What a value is in the file, and what becomes of it:
 * - `string`: the text as written, whatever YAML would make of it (`0123`, `1e5`, `yes` stay text);
 * - `integer`, `number`, `boolean` (`true`/`false`, `yes`/`no`, `on`/`off`, `1`/`0`);
 * - `duration`: `30` or `30s` (seconds), `500ms`, `2m`, `1h` → a number of milliseconds;
 * - `url`: a text, or a map of `url`, `port` and `context`, joined to `url[:port][/context]`;
 * - `list`: a YAML list or `a, b` → an array;
 * - `map`: keys as written → a `Record`.
 */
export type SettingKind = 'string' | 'integer' | 'number' | 'boolean' | 'duration' | 'url' | 'list' | 'map';

/** Where one property of a settings class stands in the YAML files, and how it is read and shown. */
export interface SettingOptions {
  /**
   * The keys that hold it, the first with a value wins (a warning tells where two have different ones): dotted, relative to
   * the object that the class stands for; with a leading `/` from the top of the document; empty for that object itself.
   * Names are relaxed (`compressionRate` = `compression-rate`). The first is the canonical one, used where it is shown.
   */
  paths: string[];
  /** One sentence for the JSON Schema and for error messages. */
  description: string;
  /** Never printed: masked by `check`, absent from every message. */
  secret?: boolean;
  /** Told by the property's TypeScript type where it is not given: `Array` is `list`, `Number` is `number`, … */
  kind?: SettingKind;
  /**
   * The settings class of a nested object; with `kind: 'map'`, of each value of a map. It is read from all `paths`: each of
   * its own settings is taken from the first of them that has it. Where none has any, the property is not set.
   */
  type?: () => SettingsClass;
  /**
   * The spellings allowed, for a text or for each item of a list; letter case, `-` and `_` do not matter. A record maps each
   * to what it means in code.
   */
  values?: readonly string[] | Readonly<Record<string, unknown>>;
  /** A text form of its own, for a text or for each item of a list. */
  format?: SettingFormat;
  /** Of a `map`: what is wrong with one of its entries, to complete "found …" and "expected …". */
  entryFault?: (name: string, value: string) => { found: string; expected: string } | undefined;
  /** `NULL` is a text here: the name of something that somebody may want. `null`, `Null` and `~` set nothing. */
  nullIsText?: boolean;
}

/** Shared by every copy of this package in a process: a plug-in may bring one of its own. */
const SETTINGS = Symbol.for('pacs-connectors:settings');

/** Declares a property of a settings class. Decorators of class-validator beside it say which values are right. */
export function Setting(options: SettingOptions): PropertyDecorator {
  return (target, property) => {
    const settings = new Map(settingsOf(target.constructor as SettingsClass));
    settings.set(String(property), options);
    Reflect.defineMetadata(SETTINGS, settings, target.constructor);
  };
}

/** The declared properties of a settings class, its parents' too. */
export function settingsOf(type: SettingsClass): ReadonlyMap<string, SettingOptions> {
  return (Reflect.getMetadata(SETTINGS, type) as Map<string, SettingOptions> | undefined) ?? new Map();
}

/** The kind of a property that is no nested object. */
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
