import { validateSync } from 'class-validator';
import { spellings } from '../document/relaxed-name.js';
import { type SettingOptions, type SettingsClass, settingsOf } from '../setting.js';
import { type JsonSchema } from './leaf.js';
import { relaxedPattern } from './patterns.js';

/**
 * What has to be there, as schemas that hold together: each property that its class requires, at any of its places; those of
 * a nested object only where something of it is there.
 */
export function requirements(type: SettingsClass, scopes: readonly string[] = ['']): JsonSchema[] {
  const fresh = new type();
  const missing = new Set(validateSync(fresh, { forbidUnknownValues: false }).map(({ property }) => property));
  return [...settingsOf(type)].flatMap(([property, setting]) => {
    const places = placesOf(setting, scopes);
    const own = missing.has(property) && places.length > 0 ? [presentAtAny(leavesOf(setting, places))] : [];
    return [...own, ...nestedRequirements(setting, places)];
  });
}

function nestedRequirements(setting: SettingOptions, places: readonly string[]): JsonSchema[] {
  if (!setting.type) return [];
  if (setting.kind === 'map') {
    const inner = requirements(setting.type());
    const leaves = [...settingsOf(setting.type()).values()].flatMap((own) => leavesOf(own, placesOf(own, [''])));
    const each = { if: presentAtAny(leaves), then: { allOf: inner } };
    return inner.length === 0 ? [] : places.map((place) => inObject(place, { additionalProperties: each }));
  }
  const inner = requirements(setting.type(), places);
  return inner.length === 0 ? [] : [{ if: presentAtAny(leavesOf(setting, places)), then: { allOf: inner } }];
}

/** The places of the values below `places`: of a nested object, those of everything in it. */
function leavesOf(setting: SettingOptions, places: readonly string[]): string[] {
  if (!setting.type || setting.kind === 'map') return [...places];
  return [...settingsOf(setting.type()).values()].flatMap((inner) => leavesOf(inner, placesOf(inner, places)));
}

function placesOf(setting: SettingOptions, scopes: readonly string[]): string[] {
  const relative = setting.paths.filter((path) => !path.startsWith('/'));
  return relative.flatMap((path) => scopes.map((scope) => [scope, path].filter((part) => part !== '').join('.')));
}

/** Holds where there is a value at one of these paths, whatever spelling their names have. */
export function presentAtAny(paths: readonly string[]): JsonSchema {
  return anyOf(paths.map((path) => present(path === '' ? [] : path.split('.'))));
}

function present(path: readonly string[]): JsonSchema {
  const [name, ...rest] = path;
  if (name === undefined) return { not: { enum: [null, '', [], {}] } };
  const inner = present(rest);
  return anyOf(spellings(name).map((key) => ({ type: 'object', required: [key], properties: { [key]: inner } })));
}

function anyOf(schemas: JsonSchema[]): JsonSchema {
  return schemas.length === 1 ? schemas[0]! : { anyOf: schemas };
}

/** `schema` for the object under `path`, where there is one. */
function inObject(path: string, schema: JsonSchema): JsonSchema {
  return path === ''
    ? schema
    : path.split('.').reduceRight<JsonSchema>((inner, name) => {
        const properties = Object.fromEntries(spellings(name).map((key) => [key, inner]));
        return { properties };
      }, schema);
}

/** Objects without dotted keys, at any depth; the names of HTTP headers are no keys. */
export const UNDOTTED: JsonSchema = {
  patternProperties: { [`^${relaxedPattern('httpTags')}$`]: true },
  propertyNames: { not: { pattern: '\\.' } },
  additionalProperties: { $ref: '#/definitions/undotted' },
};

/** `schemas`, except where a key is written with dots: what such a key holds is not looked into here. */
export function unlessDotted(schemas: readonly JsonSchema[]): JsonSchema {
  return { if: { $ref: '#/definitions/undotted' }, then: { allOf: schemas } };
}
