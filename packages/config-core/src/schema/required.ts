import { validateSync } from 'class-validator';
import { spellings } from '../document/relaxed-name.js';
import { type SettingOptions, type SettingsClass, settingsOf } from '../reader/setting.js';
import { type JsonSchema } from './leaf.js';
import { relaxedPattern } from './patterns.js';

/** Makes schemas of required keys. Their shared parts are in {@link definitions}. */
export class Requirements {
  readonly definitions: Record<string, JsonSchema> = {
    /** Objects without dotted keys, at any depth. Names of HTTP headers are not keys. */
    undotted: {
      patternProperties: { [`^${relaxedPattern('httpTags')}$`]: true },
      propertyNames: { not: { pattern: '\\.' } },
      additionalProperties: { $ref: '#/definitions/undotted' },
    },
  };

  /**
   * Returns the schemas of the required properties of a settings class, at any of their places. Those of a nested object apply
   * only if a part of the object is set.
   */
  of(type: SettingsClass, scopes: readonly string[] = ['']): JsonSchema[] {
    const missing = new Set(validateSync(new type(), { forbidUnknownValues: false }).map(({ property }) => property));
    return [...settingsOf(type)].flatMap(([property, setting]) => {
      const places = placesOf(setting, scopes);
      const own = missing.has(property) && places.length > 0 ? [this.presentAtAny(leavesOf(setting, places))] : [];
      return [...own, ...this.ofNested(setting, places)];
    });
  }

  private ofNested(setting: SettingOptions, places: readonly string[]): JsonSchema[] {
    if (!setting.type) return [];
    if (setting.kind) {
      const inner = this.of(setting.type());
      if (inner.length === 0) return [];
      const leaves = [...settingsOf(setting.type()).values()].flatMap((own) => leavesOf(own, placesOf(own, [''])));
      const each = { if: this.presentAtAny(leaves), then: { allOf: inner } };
      const all = setting.kind === 'list' ? { items: each } : { additionalProperties: each };
      return places.map((place) => inObject(place, all));
    }
    const inner = this.of(setting.type(), places);
    return inner.length === 0 ? [] : [{ if: this.presentAtAny(leavesOf(setting, places)), then: { allOf: inner } }];
  }

  /** Returns the schema of a value at one of these paths, in any spelling. */
  presentAtAny(paths: readonly string[]): JsonSchema {
    return anyOf(paths.map((path) => this.present(path)));
  }

  private present(path: string): JsonSchema {
    const name = path === '' ? 'present' : `present:${path}`;
    if (!Object.hasOwn(this.definitions, name)) {
      const [first, ...rest] = path.split('.') as [string, ...string[]];
      this.definitions[name] = path === '' ? { not: { enum: [null, '', [], {}] } } : {};
      if (path !== '') {
        const inner = this.present(rest.join('.'));
        const keys = spellings(first).map((key) => ({ required: [key], properties: { [key]: inner } }));
        this.definitions[name] = { type: 'object', ...anyOf(keys) };
      }
    }
    return { $ref: `#/definitions/${name}` };
  }

  /** Returns `schemas`, without effect if a key has dots, because schemas cannot read such a key. */
  unlessDotted(schemas: readonly JsonSchema[]): JsonSchema {
    return { if: { $ref: '#/definitions/undotted' }, then: { allOf: schemas } };
  }
}

/** Returns the places of the values of a setting: of a nested object, those of all its properties. */
function leavesOf(setting: SettingOptions, places: readonly string[]): string[] {
  if (!setting.type || setting.kind) return [...places];
  return [...settingsOf(setting.type()).values()].flatMap((inner) => leavesOf(inner, placesOf(inner, places)));
}

function placesOf(setting: SettingOptions, scopes: readonly string[]): string[] {
  const relative = setting.paths.filter((path) => !path.startsWith('/'));
  return relative.flatMap((path) => scopes.map((scope) => [scope, path].filter((part) => part !== '').join('.')));
}

function anyOf(schemas: JsonSchema[]): JsonSchema {
  return schemas.length === 1 ? schemas[0]! : { anyOf: schemas };
}

/** Returns `schema` for the object at `path`, if there is one. */
function inObject(path: string, schema: JsonSchema): JsonSchema {
  return path === ''
    ? schema
    : path.split('.').reduceRight<JsonSchema>((inner, name) => {
        const properties = Object.fromEntries(spellings(name).map((key) => [key, inner]));
        return { properties };
      }, schema);
}
