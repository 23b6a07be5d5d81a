import { getMetadataStorage, type ValidationArguments } from 'class-validator';
import { kindOf, type SettingOptions, type SettingsClass } from './setting.js';
import { formatDuration } from '../values/duration.js';
import { spellingsOf } from './convert.js';

/** A decorator of class-validator on a property. */
export interface Constraint {
  name: string;
  args: unknown[];
  each: boolean;
  /** Its message, if this property has one. */
  ownMessage?: string | ((args: ValidationArguments) => string);
}

/** Returns the decorators of class-validator on a property, including those of parent classes. */
export function constraintsOf(type: SettingsClass, property: string): Constraint[] {
  return getMetadataStorage()
    .getTargetValidationMetadatas(type, '', true, false)
    .filter((metadata) => metadata.propertyName === property)
    .map(({ name, type: kind, constraints, each, message }) => ({
      name: name ?? kind,
      args: (constraints as unknown[] | undefined) ?? [],
      each,
      ownMessage: message,
    }));
}

const KINDS = {
  string: 'a text',
  integer: 'an integer',
  number: 'a number',
  boolean: 'true or false',
  duration: 'a time such as 30s or 500ms',
  url: 'an address',
  list: 'a list',
  map: 'a map of names and values',
} as const;

/**
 * Returns what a property expects, to complete "expected …", from its kind and its decorators of class-validator.
 *
 * @param messages the messages of class-validator by decorator, for decorators without a phrase here
 */
export function expectedOf(
  type: SettingsClass,
  property: string,
  setting: SettingOptions,
  messages: Readonly<Record<string, string>> = {},
): string {
  if (setting.type)
    return { map: 'a map of names and keys', list: 'a list of maps' }[setting.kind as string] ?? 'a map of keys';
  const constraints = constraintsOf(type, property);
  const own = constraints.filter(({ name, ownMessage }) => ownMessage !== undefined && messages[name] !== undefined);
  if (own.length > 0) return [...new Set(own.map(({ name }) => withoutVerb(messages[name]!)))].join(', ');
  const kind = kindOf(type, property, setting);
  const form = constraints.find(({ name }) => name === 'matches');
  if (kind === 'string' && !setting.format && form?.ownMessage !== undefined && Object.keys(messages).length === 0)
    return withoutVerb(messageOf(form, type, property));
  const known = new Map(constraints.map(({ name, args }) => [name, args]));
  const parts = [phraseOf(kind, setting, known), ...lengthPhrase(known), ...otherPhrases(known, messages)];
  return parts.join(', ');
}

/** Returns the message of a decorator without a value. */
function messageOf({ ownMessage = '', args }: Constraint, type: SettingsClass, property: string): string {
  if (typeof ownMessage === 'string') return ownMessage;
  return ownMessage({ value: '', constraints: args, targetName: type.name, object: new type(), property });
}

function phraseOf(kind: keyof typeof KINDS, setting: SettingOptions, known: Map<string, unknown[]>): string {
  const list = kind === 'list' ? 'a list of ' : '';
  if (setting.values) return `${list ? 'any' : 'one'} of ${spellingsOf(setting.values).join(', ')}`;
  if (setting.format) return list + setting.format.expected;
  if (known.has('isIn')) return `one of ${(known.get('isIn')![0] as unknown[]).join(', ')}`;
  if (known.has('isHttpUrl') || known.has('isUrl')) return 'a URL such as https://pacs.example/path';
  if (known.has('isPort')) return 'a port from 0 to 65535';
  const phrase = kind === 'number' && known.has('isInt') ? KINDS.integer : KINDS[kind];
  const show = kind === 'duration' ? (value: unknown) => formatDuration(Number(value)) : String;
  const least = known.get('min')?.[0] ?? (known.has('isPositive') ? 1 : undefined);
  const most = known.get('max')?.[0];
  if (least !== undefined && most !== undefined) return `${phrase} from ${show(least)} to ${show(most)}`;
  if (least !== undefined) return `${phrase} of at least ${show(least)}`;
  return most === undefined ? phrase : `${phrase} of at most ${show(most)}`;
}

function lengthPhrase(known: Map<string, unknown[]>): string[] {
  const [shortest, longest] = known.get('isLength') ?? [known.get('minLength')?.[0], known.get('maxLength')?.[0]];
  if (shortest !== undefined && longest !== undefined) return [`${shortest} to ${longest} characters`];
  if (longest !== undefined) return [`at most ${longest} characters`];
  return shortest === undefined ? [] : [`at least ${shortest} characters`];
}

const KNOWN = new Set(
  'isString isInt isNumber isBoolean isArray isObject isIn isUrl isHttpUrl isPort min max isPositive isLength minLength maxLength isDefined isNotEmpty arrayNotEmpty isOptional'.split(
    ' ',
  ),
);

/** Returns the phrases of decorators that have none here, from their messages: `port must be even` → `even`. */
function otherPhrases(known: Map<string, unknown[]>, messages: Readonly<Record<string, string>>): string[] {
  const phrases = known.has('matches') ? [`of the form ${String(known.get('matches')![0])}`] : [];
  for (const [name, message] of Object.entries(messages)) {
    if (KNOWN.has(name) || name === 'matches') continue;
    phrases.push(withoutVerb(message));
  }
  return phrases;
}

/** `port must be even` and `must be even` → `even`. */
function withoutVerb(message: string): string {
  return message.replace(/^(?:each value in )?(?:\S+ )?(?:must be|should be|must|should) /, '');
}
