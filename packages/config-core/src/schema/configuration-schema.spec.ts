import { describe, expect, it } from '@jest/globals';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { relax, spellings } from '../document/relaxed-name.js';
import { renderProblem } from '../document/problems.js';
import { constraintsOf } from '../reader/expected.js';
import { kindOf, type SettingOptions, type SettingsClass, settingsOf } from '../reader/setting.js';
import { ConnectorSettings } from '../settings/connector-settings.js';
import { globalConfiguration } from '../settings/global-configuration.js';
import { modalityFormat } from '../settings/viewers.js';
import { sampleRelease, sampleViewers } from '../testing/sample-viewers.js';
import { load, samplePlugins } from '../testing/samples.js';
import { hexadecimal } from '../values/cipher.js';
import { dicomTag } from '../values/dicom-tag.js';
import { transferSyntax } from '../values/transfer-syntax.js';
import { urlParameters } from '../values/url-parameters.js';
import { configurationJsonSchema } from './configuration-schema.js';
import { rangePattern, relaxedPattern, sourceOf } from './patterns.js';

const RUNS = 120;

const schema = configurationJsonSchema(samplePlugins, sampleViewers);
const validate = new Ajv({ strict: false, allErrors: true }).compile(schema);

type Tree = { [key: string]: unknown };

/** Whether the classes and the schema take `tree`; they have to be of one mind. */
async function verdicts(tree: unknown): Promise<{ classes: boolean; schema: boolean; problems: string[] }> {
  const { problems } = await load(stringify(tree));
  const errors = problems.filter(({ severity }) => severity === 'error');
  const bySchema = validate(tree);
  return {
    classes: errors.length === 0,
    schema: bySchema,
    problems: [...errors.map(renderProblem), ...(validate.errors ?? []).map((error) => JSON.stringify(error))],
  };
}

// Values of each kind, as an editor sees them after YAML: right ones and wrong ones.

function valuesFor(
  type: SettingsClass,
  property: string,
  setting: SettingOptions,
): { right: unknown[]; wrong: unknown[] } {
  const known = new Map(constraintsOf(type, property).map(({ name, args }) => [name, args[0]]));
  const kind = kindOf(type, property, setting);
  const [least, most] = [known.get('min') as number | undefined, known.get('max') as number | undefined];
  const names = setting.values && (Array.isArray(setting.values) ? setting.values : Object.keys(setting.values));
  if (kind === 'list') {
    if (names) {
      const [first, last] = [String(names[0]), String(names.at(-1))];
      return {
        right: [[first], `${first.toLowerCase()}, ${last}`, first],
        wrong: [['nothing'], `${first}, x`, { a: 'b' }],
      };
    }
    if (known.size === 0 && !setting.format) return { right: [['a', 1], 'a, b', 'a'], wrong: [{ a: 'b' }, [['a']]] };
    if (setting.format === dicomTag) {
      return {
        right: ['0x00100010', ['PatientID', 1048592], 'PatientID,1048592'],
        wrong: [['0xZZ'], '-1', { a: 'b' }],
      };
    }
    if (setting.format === modalityFormat) return { right: ['CT, us', ['MR']], wrong: ['C-T', ['ü'], { a: 'b' }] };
    return { right: ['10.0.0.1, host', ['::1']], wrong: [{ a: 'b' }] };
  }
  if (names) {
    const [first] = names as [string];
    return { right: [first, first.toLowerCase(), first.replaceAll('_', '-')], wrong: ['nothing', ['x'], { a: 'b' }] };
  }
  switch (kind) {
    case 'integer':
      return {
        right: [least ?? 0, String(most ?? 9), `00${most ?? 9}`],
        wrong: ['abc', 1.5, (least ?? 0) - 1, (most ?? 0) + 1, String((most ?? 0) + 1), true, ['x']],
      };
    case 'boolean':
      return { right: [true, false, 'yes', 'OFF', 1, 0], wrong: ['maybe', 2, ['yes'], { a: 'b' }] };
    case 'duration':
      return { right: [1, 0.5, '5s', '500ms', '1 m', 3600], wrong: ['soon', 0, -1, 3601, '5 days', ['x']] };
    case 'map':
      return { right: [{ a: 'b', 'X.Y': 1 }], wrong: ['text', ['x'], { a: ['x'] }] };
    case 'url':
      return {
        right: [
          'http://a.example/x',
          { url: 'https://a.example', port: 8443, context: 'x' },
          { url: 'HTTP://a', port: '81' },
        ],
        wrong: [
          'a.example',
          'ftp://a',
          { port: 80 },
          { url: 'http://a', port: 0 },
          { url: 'http://a', port: 'x' },
          ['x'],
        ],
      };
    default:
      if (known.has('isHttpUrl')) return { right: ['https://a.example'], wrong: ['a.example', 1, ['x'], { a: 'b' }] };
      if (setting.format === hexadecimal) return { right: ['dead', 1234], wrong: ['xyz', 'abc', ['x']] };
      if (known.has('matches')) return { right: ['jdbc:x'], wrong: ['x', 1, ['x']] };
      if (known.has('isIn')) return { right: ['auto', 'on', 'off'], wrong: ['On', true, ['x']] };
      if (known.has('maxLength')) return { right: ['text'], wrong: ['a longer text', ['x']] };
      if (setting.format === transferSyntax) return { right: ['*', '1.2.840'], wrong: ['JPEG', '1.02', ['x']] };
      if (setting.format === urlParameters) return { right: ['&a=b', '&ü=%20'], wrong: ['a=b', '&a b', '&%', ['x']] };
      if (setting.format === sampleRelease) return { right: [4.6, '4.6.6'], wrong: ['4', 'newest', ['x']] };
      if (setting.format) return { right: ['host'], wrong: ['a b', ['x']] };
      return { right: ['text', 12, true], wrong: [['x'], { a: 'b' }] };
  }
}

/** Returns whether a value of a boolean turns something on; a value that is not valid stays as it is. */
function isOn(value: unknown): boolean {
  return ![undefined, null, '', false, 'OFF', 0].includes(value as undefined);
}

/** Puts a value where its path says, with names spelled as `pick` likes, but one spelling for each key. */
function put(tree: Tree, path: string[], value: unknown, pick: (count: number) => number): void {
  const [name, ...rest] = path as [string, ...string[]];
  const variants = spellings(name);
  const key = Object.keys(tree).find((own) => relax(own) === relax(name)) ?? variants[pick(variants.length)]!;
  if (rest.length === 0) tree[key] ??= value;
  else {
    const inner = tree[key] ?? {};
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return;
    tree[key] = inner;
    put(inner as Tree, rest, value, pick);
  }
}

/** Fills `tree` with some of the settings of a class. */
function fill(
  tree: Tree,
  type: SettingsClass,
  scopes: string[][],
  share: number,
  pick: (count: number) => number,
): void {
  for (const [property, setting] of settingsOf(type)) {
    if (pick(100) >= share) continue;
    const paths = setting.paths.filter((path) => !path.startsWith('/'));
    if (paths.length === 0) continue;
    const own = paths[pick(paths.length)]!;
    const place = [...scopes[pick(scopes.length)]!, ...(own === '' ? [] : own.split('.'))];
    if (setting.type && setting.kind === 'map')
      fill(
        tree,
        setting.type(),
        [
          [...place, 'a'],
          [...place, 'b'],
        ],
        share,
        pick,
      );
    else if (setting.type && setting.kind === 'list') {
      const type = setting.type();
      const items = Array.from({ length: pick(3) }, () => {
        const item: Tree = {};
        fill(item, type, [[]], 80, pick);
        return item;
      });
      put(tree, place, pick(25) === 0 ? { a: 'b' } : items, pick);
    } else if (setting.type) fill(tree, setting.type(), [place], share, pick);
    else {
      const { right, wrong } = valuesFor(type, property, setting);
      const values = pick(25) === 0 ? wrong : pick(10) === 0 ? [null, ''] : right;
      put(tree, place, values[pick(values.length)], pick);
    }
  }
}

const choices = fc.infiniteStream(fc.nat());

/** A source of choices below a count, from fast-check's. */
function picker(stream: Iterator<number>): (count: number) => number {
  return (count) => (stream.next().value as number) % count;
}

const good = {
  type: 'DICOM',
  wado: { authentication: { basic: { url: 'http://pacs.example' } } },
  'dicom-connector': { 'calling-aet': 'A', aet: 'B', host: 'c', port: 104 },
};

describe('the schema and the classes agree', () => {
  it.each(samplePlugins.map((plugin) => [plugin.type, plugin] as const))(
    'on any connector of type %s',
    async (type, { settings }) => {
      let accepted = 0;
      await fc.assert(
        fc.asyncProperty(choices, async (stream) => {
          const pick = picker(stream[Symbol.iterator]());
          const connector: Tree = pick(20) === 0 ? {} : { type: [type, type.toLowerCase()][pick(2)] };
          fill(connector, settings, [[]], 93, pick);
          fill(connector, ConnectorSettings, [[]], 50, pick);
          const below = pick(2) === 0 ? 'wado.authentication' : `${ownSection(type)}`;
          const urls = [
            'http://pacs.example',
            'http://[::1]:80/a',
            'http://pacs/{a}',
            'http://pacs/a?b',
            'http://a/%2',
          ];
          if (pick(15) > 0) put(connector, `${below}.basic.url`.split('.'), urls[Math.max(0, pick(50) - 45)], pick);
          if (pick(2) === 0) put(connector, `${below}.basic.login`.split('.'), ['u', 1, ['x']][pick(3)], pick);
          const tree = { connector: { config: { good, tested: connector } }, unrelated: { key: [1, { a: 'b' }] } };
          const { classes, schema: bySchema, problems } = await verdicts(tree);
          if (classes) accepted++;
          expect({ tree, accepted: bySchema, problems }).toEqual({ tree, accepted: classes, problems });
        }),
        { numRuns: RUNS },
      );
      expect(accepted).toBeGreaterThan(RUNS / 20);
    },
  );

  it('on any global keys', async () => {
    let accepted = 0;
    await fc.assert(
      fc.asyncProperty(choices, async (stream) => {
        const pick = picker(stream[Symbol.iterator]());
        const tree: Tree = { connector: { config: { good } } };
        fill(tree, globalConfiguration(sampleViewers), [[]], 60, pick);
        // What else cryptography holds counts only while it is on: one key by another's value is not in the schema.
        const cryptography = Object.entries(tree).find(([key]) => key === 'cryptography')?.[1] as Tree | undefined;
        if (cryptography) cryptography['password'] = 'secret';
        if (cryptography && !isOn(cryptography['enabled'])) cryptography['enabled'] = true;
        const { classes, schema: bySchema, problems } = await verdicts(tree);
        if (classes) accepted++;
        expect({ tree, accepted: bySchema, problems }).toEqual({ tree, accepted: classes, problems });
      }),
      { numRuns: RUNS },
    );
    expect(accepted).toBeGreaterThan(RUNS / 30);
  });
});

function ownSection(type: string): string {
  return (
    { DB: 'db-connector.wado', DICOM: 'dicom-connector.wado.authentication' }[type] ?? 'dicom-web-connector.wado-rs'
  );
}

describe('beside what the classes say', () => {
  const accepts = (more: Tree, connector: Tree = {}) =>
    validate({ ...more, connector: { config: { a: { ...good, ...connector } } } });

  it('placeholders and ciphers stand for any value', () => {
    expect(accepts({ server: { port: '${PORT}' } })).toBe(true);
    expect(accepts({}, { timeout: '{cipher}00', 'search-criteria': { deactivated: ['${KIND}'] } })).toBe(true);
    expect(accepts({ server: { port: 'PORT' } })).toBe(false);
  });

  it('dotted keys are let pass', () => {
    expect(validate({ 'connector.config': { a: { type: 'DICOM', 'any.key': 1 } } })).toBe(true);
    expect(
      validate({ connector: { config: { a: { type: 'DICOM', 'wado.authentication.basic.url': 'http://a' } } } }),
    ).toBe(true);
    expect(
      validate({ connector: { config: { a: { type: 'DICOM', wado: { 'authentication.basic.url': 'x' } } } } }),
    ).toBe(true);
    expect(validate({ connector: { config: { a: { type: 'DICOM', wado: {} } } } })).toBe(false);
  });

  it('the old place of config is known', () => {
    expect(validate({ connector: { default: { config: { a: good } } } })).toBe(true);
    expect(validate({ connector: { default: { config: { a: { type: 'X' } } } } })).toBe(false);
  });

  it('every key has its description', () => {
    const bare: string[] = [];
    const walk = (node: unknown, path: string): void => {
      if (typeof node !== 'object' || node === null) return;
      const { properties } = node as { properties?: Record<string, Tree> };
      for (const [key, value] of Object.entries(properties ?? {})) {
        const leaf = 'anyOf' in value && !('$ref' in value) && !('properties' in value);
        if (leaf && typeof value['description'] !== 'string' && !JSON.stringify(value).includes('description'))
          bare.push(`${path}.${key}`);
      }
      for (const [key, value] of Object.entries(node)) {
        if (!['if', 'then', 'allOf'].includes(key)) walk(value, `${path}/${key}`);
      }
    };
    walk(schema, '');
    expect(bare).toEqual([]);
  });
});

describe('patterns', () => {
  it('of a range of integers', () => {
    const bounds = fc.tuple(fc.nat(100_000), fc.nat(100_000), fc.nat(200_000));
    fc.assert(
      fc.property(bounds, ([a, b, number]) => {
        const [least, most] = a < b ? [a, b] : [b, a];
        const pattern = new RegExp(`^${rangePattern(least, most)}$`);
        for (const value of [number, least, most, most + 1, Math.max(0, least - 1)]) {
          expect([value, pattern.test(String(value))]).toEqual([value, value >= least && value <= most]);
        }
      }),
    );
  });

  it('of relaxed names', () => {
    const pattern = new RegExp(`^${relaxedPattern('PATIENT_ID')}$`);
    for (const name of ['PATIENT_ID', 'patient-id', 'patientId', 'PatientID']) expect(pattern.test(name)).toBe(true);
    expect(pattern.test('PATIENTS_ID')).toBe(false);
  });

  it('of regular expressions, without their flags', () => {
    expect(sourceOf(/^jdbc:/)).toBe('^jdbc:');
    expect(new RegExp(sourceOf(/^\s*jdbc:/i)!).test(' JdBc:')).toBe(true);
    expect(sourceOf(/^[a-z]$/i)).toBeUndefined();
    expect(sourceOf(/^.$/s)).toBeUndefined();
  });
});
