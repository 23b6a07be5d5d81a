import { codes } from '../errors/error-codes.js';
import { validateSync, type ValidationError } from 'class-validator';
import { find, findDeepest, type Found, isEmpty, joinKey, type MapNode, nameOf, notAMap } from '../document/node.js';
import { type SettingOptions, type SettingsClass, settingsOf } from './setting.js';
import { quote, redact } from '../values/redact.js';
import { type ReaderContext, report } from './context.js';
import { expectedOf } from './expected.js';
import { FAULTY, ValueReader } from './read-value.js';
import { markSecret } from './secrets.js';

/** A settings object that was read. */
export interface ReadSettings<Settings extends object> {
  instance: Settings;
  /** Whether the document sets any of its properties. */
  present: boolean;
  /** Whether a property is wrong, or a required one is missing. The problems have been reported. */
  faulty: boolean;
}

/** The value of a property, and its source. */
interface Reading {
  value: unknown;
  source?: Found;
}

/**
 * Reads an instance of a settings class: each property from the first scope and path that sets it. All problems are reported in
 * the context. A nested object with errors is left out of the instance.
 */
export function readSettings<Settings extends object>(
  type: SettingsClass<Settings>,
  scopes: readonly Found<MapNode>[],
  context: ReaderContext,
): ReadSettings<Settings> {
  const instance = new type();
  const readings = new Map<string, Reading>();
  let present = false;
  let faulty = false;
  for (const [property, setting] of settingsOf(type)) {
    const places = placesOf(setting, scopes, context);
    const reading = setting.type
      ? readNested(setting, places, context)
      : readFirst(new ValueReader(type, property, setting, context), places, setting, context);
    readings.set(property, reading);
    if (reading.value === undefined) continue;
    present = true;
    if (reading.value === FAULTY) {
      faulty ||= !setting.type;
      // A default would hide that the file sets something else.
      if (setting.type && !setting.kind) (instance as Record<string, unknown>)[property] = undefined;
    } else {
      (instance as Record<string, unknown>)[property] = reading.value;
      if (reading.source && context.encrypted.has(reading.source.node)) markSecret(instance, property);
    }
  }
  const valid = !present || validate(type, instance, readings, scopes, context);
  return { instance, present, faulty: faulty || !valid };
}

/** Reads a required object like {@link readSettings}: missing properties are reported even if none is set. */
export function readRequired<Settings extends object>(
  type: SettingsClass<Settings>,
  scopes: readonly Found<MapNode>[],
  context: ReaderContext,
): ReadSettings<Settings> {
  const read = readSettings(type, scopes, context);
  return read.present ? read : { ...read, faulty: !validate(type, read.instance, new Map(), scopes, context) };
}

function placesOf(setting: SettingOptions, scopes: readonly Found<MapNode>[], context: ReaderContext): Found[] {
  const found = setting.paths.flatMap((path) =>
    path.startsWith('/') ? [find(context.root, path.slice(1))] : scopes.map((scope) => find(scope, path)),
  );
  return found.filter((place): place is Found => place !== undefined);
}

function readFirst(
  reader: ValueReader,
  places: readonly Found[],
  setting: SettingOptions,
  context: ReaderContext,
): Reading {
  let first: (Reading & { source: Found }) | undefined;
  for (const source of places) {
    const value = reader.read(source);
    if (value === undefined) continue;
    if (!first) {
      first = { value, source };
      continue;
    }
    if (value === FAULTY || first.value === FAULTY || JSON.stringify(value) === JSON.stringify(first.value)) continue;
    report(
      context,
      'warning',
      { key: source.key, place: source.node.place },
      {
        code: codes['configuration.value.conflicting'],
        found:
          setting.secret || context.encrypted.has(source.node)
            ? 'another value'
            : `another value (${quote(textOf(value))})`,
        expected: `that of ${first.source.key} in line ${first.source.node.place.line}, which is used`,
      },
    );
  }
  return first ?? { value: undefined };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function readNested(setting: SettingOptions, places: readonly Found[], context: ReaderContext): Reading {
  const type = setting.type!();
  if (setting.kind === 'list') return readNestedList(type, places, context);
  const maps: Found<MapNode>[] = [];
  for (const place of places) {
    if (place.node.kind === 'map') maps.push(place as Found<MapNode>);
    else if (!isEmpty(place.node)) {
      report(context, 'error', { key: place.key, place: place.node.place }, notAMap(place.node));
      return { value: FAULTY, source: place };
    }
  }
  if (setting.kind === 'map') return readNestedMap(type, maps, context);
  const { instance, present, faulty } = readSettings(type, maps, context);
  return { value: faulty ? FAULTY : present ? instance : undefined, ...(maps[0] ? { source: maps[0] } : {}) };
}

/** Reads a list of objects. An object with errors makes the whole list faulty, because its order counts. */
function readNestedList(type: SettingsClass, places: readonly Found[], context: ReaderContext): Reading {
  const source = places.find(({ node }) => !isEmpty(node));
  if (!source) return { value: undefined };
  const { node } = source;
  if (node.kind !== 'list') {
    const expected = 'a list, with "- " before each item';
    const wrong =
      node.kind === 'invalid' ? node : { code: codes['configuration.value.invalid'], found: nameOf(node), expected };
    report(context, 'error', { key: source.key, place: node.place }, wrong);
    return { value: FAULTY, source };
  }
  const items = [...node.items.entries()].filter(([, item]) => !isEmpty(item));
  const read = items.map(([index, item]) => {
    const found: Found = { node: item, key: `${source.key}[${index}]`, keyPlace: item.place };
    if (item.kind === 'map') return readRequired(type, [found as Found<MapNode>], context);
    report(context, 'error', { key: found.key, place: item.place }, notAMap(item));
    return undefined;
  });
  const faulty = read.some((one) => one === undefined || one.faulty);
  return { value: faulty ? FAULTY : read.map((one) => one?.instance), source };
}

/** Reads a map of objects, without those that have errors. */
function readNestedMap(type: SettingsClass, maps: readonly Found<MapNode>[], context: ReaderContext): Reading {
  const scopes = new Map<string, Found<MapNode>[]>();
  const mayBeValue = [...settingsOf(type).values()].some(({ paths, type: inner }) => !inner && paths.includes(''));
  for (const map of maps) {
    for (const [name, { value, keyPlace }] of map.node.entries) {
      const found: Found = { node: value, key: joinKey(map.key, name), keyPlace };
      if (value.kind === 'map' || (mayBeValue && value.kind === 'scalar')) {
        scopes.set(name, [...(scopes.get(name) ?? []), found as Found<MapNode>]);
      } else if (!isEmpty(value)) report(context, 'error', { key: found.key, place: value.place }, notAMap(value));
    }
  }
  const read = [...scopes].map(([name, found]) => ({ name, ...readSettings(type, found, context) }));
  const entries = read
    .filter(({ present, faulty }) => present && !faulty)
    .map(({ name, instance }) => [name, instance]);
  return {
    value: entries.length === 0 ? undefined : Object.fromEntries(entries),
    ...(maps[0] ? { source: maps[0] } : {}),
  };
}

/**
 * Checks the instance with class-validator. Properties with a reported problem are not reported again. Wrong values are replaced
 * by their defaults.
 */
function validate(
  type: SettingsClass,
  instance: object,
  readings: ReadonlyMap<string, Reading>,
  scopes: readonly Found<MapNode>[],
  context: ReaderContext,
): boolean {
  const errors = validateSync(instance, { forbidUnknownValues: false }).filter(
    ({ property, constraints }) => constraints && readings.get(property)?.value !== FAULTY,
  );
  for (const error of errors) {
    reportInvalid(type, error, readings.get(error.property), scopes, context);
    const { property } = error as { property: keyof typeof instance };
    instance[property] = (new type() as typeof instance)[property];
  }
  return errors.length === 0;
}

function reportInvalid(
  type: SettingsClass,
  { property, value, constraints = {} }: ValidationError,
  reading: Reading | undefined,
  scopes: readonly Found<MapNode>[],
  context: ReaderContext,
): void {
  const setting = settingsOf(type).get(property);
  if (!setting) {
    const place = { key: joinKey(scopes[0]?.key ?? '', property), place: (scopes[0] ?? context.root).node.place };
    report(context, 'error', place, {
      code: codes['configuration.value.invalid'],
      found: 'what does not fit together',
      expected: Object.values(constraints).join('; '),
    });
    return;
  }
  const source = reading?.source;
  if (source && value !== undefined) {
    const text = textOf(value);
    const hidden = setting.secret === true || context.encrypted.has(source.node);
    const messages = hidden
      ? Object.fromEntries(
          Object.entries(constraints).map(([name, message]) => [name, message.replaceAll(text, '******')]),
        )
      : constraints;
    const found = hidden ? 'a value that is not shown' : quote(text);
    const expected = redact(expectedOf(type, property, setting, messages));
    report(
      context,
      'error',
      { key: source.key, place: source.node.place },
      { code: codes['configuration.value.invalid'], found, expected },
    );
    return;
  }
  const { key, place } = missingPlace(setting, scopes, context);
  const expected = `${expectedOf(type, property, setting, constraints)} (${setting.description})`;
  report(context, 'error', { key, place }, { code: codes['configuration.key.missing'], found: 'nothing', expected });
}

/** Returns the place of a missing value: the path of which most exists, so that it fits the layout of the file. */
function missingPlace(setting: SettingOptions, scopes: readonly Found<MapNode>[], context: ReaderContext) {
  let best = { depth: -1, key: setting.paths[0]!, place: context.root.node.place };
  for (const path of setting.paths) {
    const absolute = path.startsWith('/');
    const relative = absolute ? path.slice(1) : path;
    for (const scope of absolute ? [context.root] : scopes) {
      const { found, depth } = findDeepest(scope, relative);
      if (depth <= best.depth) continue;
      const rest = relative.split('.').slice(depth).join('.');
      best = { depth, key: rest === '' ? found.key : joinKey(found.key, rest), place: found.keyPlace };
    }
  }
  return best;
}
