import { relax } from '../document/relaxed-name.js';
import { type SettingKind, type SettingOptions } from './setting.js';
import { parseDuration } from '../values/duration.js';

const TRUE = /^(true|yes|on|1)$/i;
const FALSE = /^(false|no|off|0)$/i;

/** Converts `text` (an item, if `kind` is `list`) to its value; returns `undefined` if it is not valid. */
export function convertText(text: string, kind: SettingKind, setting: SettingOptions): unknown {
  if (setting.values) return valueBySpelling(text, setting.values);
  if (setting.format) return setting.format.parse(text.trim());
  switch (kind) {
    case 'integer':
      return toInteger(text.trim());
    case 'number':
      return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text.trim()) ? Number(text) : undefined;
    case 'boolean':
      return TRUE.test(text.trim()) ? true : FALSE.test(text.trim()) ? false : undefined;
    case 'duration':
      return parseDuration(text);
    default:
      return text;
  }
}

/** Converts decimal integers, with or without leading zeros, and `0x…`. */
function toInteger(text: string): number | undefined {
  if (!/^[+-]?(\d+|0x[\da-f]+)$/i.test(text)) return undefined;
  const value = /^[+-]/.test(text) ? Number(text[0] + '1') * Number(text.slice(1)) : Number(text);
  return Number.isSafeInteger(value) ? value : undefined;
}

/** Returns whether readers of YAML 1.1 would read a number as octal, with another result. */
export function looksOctal(text: string): boolean {
  return /^[+-]?0[0-7]+$/.test(text) && Number(text) > 7;
}

/** Returns the items of a list that is written as one text, `a, b`. */
export function splitList(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

function valueBySpelling(text: string, values: NonNullable<SettingOptions['values']>): unknown {
  const wanted = relax(text.trim());
  if (isList(values)) return values.find((value) => relax(value) === wanted);
  return Object.entries(values).find(([spelling]) => relax(spelling) === wanted)?.[1];
}

/** Returns the spellings that a setting allows. */
export function spellingsOf(values: NonNullable<SettingOptions['values']>): readonly string[] {
  return isList(values) ? values : Object.keys(values);
}

function isList(values: NonNullable<SettingOptions['values']>): values is readonly string[] {
  return Array.isArray(values);
}
