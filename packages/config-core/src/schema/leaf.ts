import { spellingsOf } from '../reader/convert.js';
import { constraintsOf } from '../reader/expected.js';
import { kindOf, type SettingOptions, type SettingsClass } from '../reader/setting.js';
import { HTTP_URL_PATTERN } from '../settings/is-http-url.js';
import { RETRIEVAL_URL_PATTERN } from '../settings/is-retrieval-url.js';
import { rangePattern, relaxedPattern, sourceOf } from './patterns.js';

export type JsonSchema = { [keyword: string]: unknown };

const BOOLEAN = '^\\s*(?:[tT][rR][uU][eE]|[yY][eE][sS]|[oO][nN]|1|[fF][aA][lL][sS][eE]|[nN][oO]|[oO][fF][fF]|0)\\s*$';

/** Schemas that all values share: an unset value, and a text that is resolved later. */
export const SHARED_DEFINITIONS: Record<string, JsonSchema> = {
  unset: { enum: [null, '', [], {}], description: 'Not set' },
  resolvedLater: {
    type: 'string',
    pattern: '\\$\\{|^\\{cipher\\}',
    description: '${NAME}, ${NAME:default} or {cipher}…',
  },
  text: { anyOf: [{ type: ['string', 'number', 'boolean', 'null'] }, { enum: [[], {}] }] },
  yesOrNo: {
    anyOf: [{ type: 'boolean' }, { enum: [0, 1] }, { type: 'string', pattern: BOOLEAN }, ...otherwise()],
  },
};

/** A value that contains nothing, also in a list. */
const NOTHING: JsonSchema = { anyOf: [{ enum: [null, '', [], {}] }, { type: 'string', pattern: '^[\\s,]*$' }] };
const EMPTY: JsonSchema = { anyOf: [...(NOTHING['anyOf'] as JsonSchema[]), { type: 'array', items: NOTHING }] };

const DURATION = '^\\s*(?=[0-9.]*[1-9])[0-9]+(?:\\.[0-9]+)?\\s*(?:[mM][sS]|[sSmMhH])?\\s*$';
const NUMBER = '^\\s*[+-]?(?:[0-9]+\\.?[0-9]*|\\.[0-9]+)(?:[eE][+-]?[0-9]+)?\\s*$';

/** Returns the schema of the values of a property that is not a nested object. */
export function leafSchema(type: SettingsClass, property: string, setting: SettingOptions): JsonSchema {
  const known = new Map(constraintsOf(type, property).map(({ name, args }) => [name, args]));
  const values = valuesOf(kindOf(type, property, setting), setting, known);
  const shared = values.some((value) => '$ref' in value);
  const schema = { description: setting.description, anyOf: shared ? values : [...values, ...otherwise()] };
  return setting.guard ? { ...schema, not: EMPTY } : schema;
}

function valuesOf(
  kind: ReturnType<typeof kindOf>,
  setting: SettingOptions,
  known: ReadonlyMap<string, unknown[]>,
): JsonSchema[] {
  const [least, most] = ['min', 'max'].map((name) => known.get(name)?.[0] as number | undefined);
  if (kind === 'number' && known.has('isInt')) kind = 'integer';
  switch (kind) {
    case 'boolean':
      return [{ $ref: '#/definitions/yesOrNo' }];
    case 'integer':
      return [
        { type: 'integer', ...range(least, most) },
        { type: 'string', pattern: integerPattern(least, most) },
      ];
    case 'number':
      return [
        { type: 'number', ...range(least, most) },
        { type: 'string', pattern: NUMBER },
      ];
    case 'duration':
      return [
        { type: 'number', ...range(seconds(least), seconds(most)) },
        { type: 'string', pattern: DURATION },
      ];
    case 'list':
      return listValues(setting);
    case 'map':
      // A name with dots is a map inside the map.
      return [{ type: 'object', additionalProperties: { type: ['string', 'number', 'boolean', 'null', 'object'] } }];
    case 'url':
      return [...textValues(setting, known), serverSchema(patternOf(setting, known))];
    default:
      return textValues(setting, known);
  }
}

function textValues(setting: SettingOptions, known: ReadonlyMap<string, unknown[]>): JsonSchema[] {
  if (setting.values) return enumValues(spellingsOf(setting.values));
  if (known.has('isIn')) return [{ enum: known.get('isIn')![0] }];
  const pattern = patternOf(setting, known);
  const length = lengthOf(known);
  if (length) return [{ type: 'string', ...length, ...(pattern === undefined ? {} : { pattern }) }];
  if (pattern === undefined) return [{ $ref: '#/definitions/text' }];
  // YAML has numbers and booleans for some texts, which are read as written.
  const accepts = (...samples: string[]) => samples.some((sample) => new RegExp(pattern).test(sample));
  const types = ['string', ...(accepts('1', '1.5', '10') ? ['number'] : []), ...(accepts('true') ? ['boolean'] : [])];
  return [{ type: types.length > 1 ? types : 'string', pattern }];
}

function patternOf(setting: SettingOptions, known: ReadonlyMap<string, unknown[]>): string | undefined {
  if (setting.format) return setting.format.pattern;
  if (known.has('isRetrievalUrl')) return RETRIEVAL_URL_PATTERN;
  if (known.has('isHttpUrl')) return HTTP_URL_PATTERN;
  const matches = known.get('matches')?.[0];
  return matches instanceof RegExp ? sourceOf(matches) : undefined;
}

function lengthOf(known: ReadonlyMap<string, unknown[]>): JsonSchema | undefined {
  const [minLength, maxLength] = known.get('isLength') ?? [known.get('minLength')?.[0], known.get('maxLength')?.[0]];
  if (minLength === undefined && maxLength === undefined) return undefined;
  return { ...(minLength === undefined ? {} : { minLength }), ...(maxLength === undefined ? {} : { maxLength }) };
}

/** Returns the spellings as written, for completion, and a pattern of those that relaxed names allow. */
function enumValues(spellings: readonly string[]): JsonSchema[] {
  const pattern = `^\\s*(?:${spellings.map(relaxedPattern).join('|')})\\s*$`;
  return [{ enum: [...spellings] }, { type: 'string', pattern }];
}

function listValues(setting: SettingOptions): JsonSchema[] {
  const items = setting.values
    ? enumValues(spellingsOf(setting.values))
    : [
        {
          type: ['string', 'number', 'boolean'],
          ...(setting.format?.pattern ? { pattern: setting.format.pattern } : {}),
        },
      ];
  const item = setting.values
    ? spellingsOf(setting.values).map(relaxedPattern).join('|')
    : setting.format?.pattern?.replace(/^\^|\$$/g, '');
  const separated = item === undefined ? {} : { pattern: `^\\s*(?:${item})?\\s*(?:,\\s*(?:${item})?\\s*)*$` };
  return [
    { type: 'array', items: { anyOf: [...items, ...otherwise()] } },
    { type: item === undefined ? ['string', 'number', 'boolean'] : ['string', 'number'], ...separated },
  ];
}

/** Returns the schema of an address in parts. */
function serverSchema(pattern: string | undefined): JsonSchema {
  const url = { type: 'string', ...(pattern === undefined ? {} : { pattern }) };
  const port = [
    { type: 'integer', minimum: 1, maximum: 65_535 },
    { type: 'string', pattern: `^\\s*${rangePattern(1, 65_535)}\\s*$` },
  ];
  return {
    type: 'object',
    dependencies: { port: ['url'], context: ['url'] },
    properties: {
      url: { description: 'Scheme and host', anyOf: [url, ...otherwise()] },
      port: { description: 'Port', anyOf: [...port, ...otherwise()] },
      context: { description: 'Path', anyOf: [{ $ref: '#/definitions/text' }] },
    },
  };
}

function range(minimum: number | undefined, maximum: number | undefined): JsonSchema {
  return { ...(minimum === undefined ? {} : { minimum }), ...(maximum === undefined ? {} : { maximum }) };
}

function integerPattern(least: number | undefined, most: number | undefined): string {
  if (least === undefined || most === undefined || least < 0) return '^\\s*[+-]?[0-9]+\\s*$';
  return `^\\s*\\+?${rangePattern(least, most)}\\s*$`;
}

function seconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms / 1000;
}

function otherwise(): JsonSchema[] {
  return [{ $ref: '#/definitions/unset' }, { $ref: '#/definitions/resolvedLater' }];
}
