import 'reflect-metadata';

/** Where one property of a settings class stands in the YAML files, and how it is shown. */
export interface SettingOptions {
  /**
   * The keys that hold it, the first with a value wins: dotted, relative to the object that the class stands for; with a
   * leading `/` from the top of the document. Names are relaxed (`compressionRate` = `compression-rate`).
   */
  paths: string[];
  /** One sentence for the JSON Schema and for error messages. */
  description: string;
  /** Never printed: masked by `check`, absent from every message. */
  secret?: boolean;
}

const SETTINGS = Symbol('settings');

/** Declares a property of a settings class. */
export function Setting(options: SettingOptions): PropertyDecorator {
  return (target, property) => {
    const settings = new Map(settingsOf(target.constructor as new () => object));
    settings.set(String(property), options);
    Reflect.defineMetadata(SETTINGS, settings, target.constructor);
  };
}

/** The declared properties of a settings class, its parents' too. */
export function settingsOf(type: new () => object): ReadonlyMap<string, SettingOptions> {
  return (Reflect.getMetadata(SETTINGS, type) as Map<string, SettingOptions> | undefined) ?? new Map();
}
