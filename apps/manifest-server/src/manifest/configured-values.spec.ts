import { afterAll, describe, expect, it } from '@jest/globals';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { BasicRetrieval, ManifestSettings, OAuth2Retrieval, settingsOf } from '@pacs-connectors/config-core';
import fc from 'fast-check';
import { ServerConfiguration } from '../boot/server-configuration.js';
import { archives, patientWith, serveFakes } from '../testing/fake-archive.js';

// The manifest contains each value that is configured for the viewer, or the operator gets a problem: no rule of
// manifest-builder drops, cuts or changes it in silence.

/** One archive's part in the JSON form. */
interface Part {
  arcId: string;
  baseUrl: string;
  webLogin?: string;
  requireOnlySOPInstanceUID?: boolean;
  additionalParameters?: string;
  additionnalParameters?: string;
  overrideDicomTagsList?: string;
  httpTag?: { key: string; value: string }[];
  Patient: { Study: { Series: { WadoTransferSyntaxUID?: string; WadoCompressionRate?: number }[] }[] }[];
}

/** One setting that reaches the viewer: the keys that set it to a value, and whether a part says that value. */
interface Walked {
  keys: (value: string) => object;
  said: (part: Part, value: string) => boolean;
  /** Values of its own form, besides those that every setting is tried with. */
  more: string[];
}

const seriesOf = (part: Part) => part.Patient[0]?.Study[0]?.Series[0];
const base64 = (text: string) => Buffer.from(text, 'utf8').toString('base64');
const manifest = (name: string) => (value: string) => ({ [`weasis.manifest.${name}`]: value });
const basic = (name: string) => (value: string) => ({ [`wado.authentication.basic.${name}`]: value });

const WALKED: Record<string, Walked> = {
  'ManifestSettings.transferSyntaxUid': {
    keys: manifest('transfer-syntax-uid'),
    said: (part, value) => seriesOf(part)?.WadoTransferSyntaxUID === value.trim(),
    more: ['*', '1.2.840.10008.1.2.4.80', ' 1.2 ', '1.2.', '1.2.840.x', `1.${'2'.repeat(70)}`, 'JPEG', '1.2,1.3'],
  },
  'ManifestSettings.compressionRate': {
    keys: (value) => ({ ...manifest('compression-rate')(value), ...manifest('transfer-syntax-uid')('*') }),
    said: (part, value) => seriesOf(part)?.WadoCompressionRate === Number(value),
    more: ['0', '1', '75', '100', '101', '-1', '1.5', '0x10', '007'],
  },
  'ManifestSettings.requireOnlySopInstanceUid': {
    keys: manifest('requireOnlySOPInstanceUID'),
    said: (part, value) => part.requireOnlySOPInstanceUID === /^(true|yes|on|1)$/i.test(value.trim()),
    more: ['true', 'FALSE', 'yes', 'off', '2'],
  },
  'ManifestSettings.additionalParameters': {
    keys: manifest('additionnalParameters'),
    said: (part, value) => part.additionalParameters === value.trim() && part.additionnalParameters === value.trim(),
    more: [
      '&a=b',
      '&transferSyntax=*&anonymize=yes',
      '?a=b',
      'a=b',
      '&a=b c',
      '&a={b}',
      '&a=%',
      '&a=ä',
      '&\t',
      '&a=b#',
    ],
  },
  'ManifestSettings.overrideDicomTags': {
    keys: manifest('overrideDicomTags'),
    said: (part, value) =>
      (part.overrideDicomTagsList ?? '') === (value === 'PatientName' ? '0x00100010' : value.replaceAll(' ', '')),
    more: ['0x00100010', 'PatientName', '0x00100010, 0x0020000D', '0x7FFFFFFFF', '1', '-1', 'Patient'],
  },
  'ManifestSettings.httpTags': {
    keys: (value) => ({ 'weasis.manifest.httpTags': { 'X-Site': value, [`[${value}]`]: 'name' } }),
    said: ({ httpTag = [] }, value) =>
      [
        ['X-Site', value],
        [value, 'name'],
      ].every((tag) => httpTag.some(({ key, value: sent }) => key === tag[0] && sent === tag[1])),
    more: ['Host', 'Accept', 'X.Y', 'a:b', 'connection', '€', 'ä', ' a'],
  },
  'BasicRetrieval.url': {
    keys: basic('url'),
    said: (part, value) => part.baseUrl === value,
    more: [
      'http://pacs/wado',
      'https://p/{a}',
      'http://p?a',
      'http://p/%',
      'http://p/ä',
      'http://[::1]/',
      'ftp://p',
      'http://a_b/',
    ],
  },
  'BasicRetrieval.login': {
    keys: basic('login'),
    said: (part, value) => part.webLogin === base64(`${value}:`),
    more: ['Jürgen', 'a:b'],
  },
  'BasicRetrieval.password': {
    keys: (value) => ({ ...basic('login')('u'), ...basic('password')(value) }),
    said: (part, value) => part.webLogin === base64(`u:${value}`),
    more: ['a:b', 'a\n'],
  },
  'OAuth2Retrieval.url': {
    keys: (value) => ({ 'wado.authentication.oauth2.url': value }),
    said: (part, value) => part.baseUrl === value,
    more: ['http://pacs/wado', 'https://p/{a}', 'http://p?a'],
  },
};

/** Settings that choose what is said, or stand in launch addresses, and are never said in a manifest. */
const NEVER_SAID = ['ManifestSettings.separate', 'OAuth2Retrieval.oidcId', 'OAuth2Retrieval.oidcIssuer'];

const ANY = [
  'a',
  ' ',
  'a\u0001b',
  'a\tb',
  'a\nb',
  '\u00a0a\u00a0',
  '\ud800',
  '\uffff',
  '<&">\'',
  '$`\\',
  'x'.repeat(5000),
  'ä€😀',
  '0',
  'null',
];

let app: NestFastifyApplication | undefined;
afterAll(() => app?.close());

/** Serves a connector for each of `keys`, and gives each one's part and the problems that name it. */
async function serve(connectors: Record<string, object>): Promise<Map<string, { part?: Part; problems: string[] }>> {
  await app?.close();
  const ids = Object.keys(connectors);
  const config = Object.fromEntries(
    ids.map((id) => [
      `[${id}]`,
      { type: 'FAKE', 'wado.authentication.basic.url': 'http://pacs.example/wado', ...connectors[id] },
    ]),
  );
  ids.forEach((id, index) => archives.set(id, () => Promise.resolve(patientWith(`1.2.${index}`, 1, `P${index}`))));
  // JSON is YAML.
  const served = await serveFakes(JSON.stringify({ connector: { config } }));
  app = served.app;
  const headers = { accept: 'application/json', authorization: 'Bearer t' };
  const response = await fetch(`${served.url}/manifest?patientID=P1`, { headers });
  const { manifest } = (await response.json()) as { manifest: { arcQuery: Part[] } };
  const { problems } = app.get(ServerConfiguration);
  return new Map(
    ids.map((id) => [
      id,
      {
        part: manifest.arcQuery.find(({ arcId }) => arcId === id),
        problems: problems.filter((problem) => problem.includes(`connector.config.${id}`)),
      },
    ]),
  );
}

it('every setting of the classes that reach the viewer is walked', () => {
  const settings = [ManifestSettings, BasicRetrieval, OAuth2Retrieval].flatMap((type) =>
    [...settingsOf(type).keys()].map((property) => `${type.name}.${property}`),
  );
  expect([...Object.keys(WALKED), ...NEVER_SAID].sort()).toEqual(settings.sort());
});

describe.each(Object.entries(WALKED))('%s', (_name, { keys, said, more }) => {
  it('is said as it is configured, or reported', async () => {
    const random = fc.sample(fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }), { numRuns: 60, seed: 15 });
    // A placeholder, a cipher and nothing at all are other things than a value.
    const values = [...more, ...ANY, ...random].filter((value) => !/\$\{|^\{cipher\}/.test(value));
    const connectors = Object.fromEntries(values.map((value, index) => [`v${index}x`, keys(value)]));
    const served = await serve(connectors);
    const outcomes = values.map((value, index) => {
      const { part, problems = [] } = served.get(`v${index}x`) ?? {};
      return { value, said: part !== undefined && said(part, value), reported: problems.length > 0 };
    });
    expect(outcomes.filter(({ said, reported }) => !said && !reported)).toEqual([]);
    // Neither is all of it refused.
    expect(outcomes.filter(({ said, reported }) => said && !reported).length).toBeGreaterThan(0);
  });
});

it('the id of a connector is said as it is configured, or reported', async () => {
  const ids = ['main', 'a.b', 'ä€😀', 'a b', 'a\u0001', 'a\u00a0', '\u3000a', 'a\ufeff', '\ud800', '\uffff', 'a&b<"'];
  for (const [id, { part, problems }] of await serve(Object.fromEntries(ids.map((id) => [id, {}]))))
    expect([id, part !== undefined || problems.length > 0]).toEqual([id, true]);
});
