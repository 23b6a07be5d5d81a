import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ConfigurationError, renderProblem } from './document/problems.js';
import { dicomConnector, load, problemsOf } from './testing/samples.js';
import { parseConfiguration, readConfiguration, readTexts } from './read-configuration.js';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'config-core-'));
});
afterAll(() => rm(folder, { recursive: true }));

it('reads files, and the YAML files of a folder in name order', async () => {
  const inner = join(folder, 'conf.d');
  await mkdir(join(inner, '..data'), { recursive: true });
  await writeFile(join(folder, 'first.yml'), 'connector.plugins: from-file');
  await writeFile(join(inner, '20.yaml'), 'connector.plugins: [second]');
  await writeFile(join(inner, '10.yml'), 'connector.plugins: [first, other]');
  await writeFile(join(inner, 'notes.txt'), 'connector.plugins: notes');
  await writeFile(join(inner, '.hidden.yml'), 'connector.plugins: hidden');
  expect((await readConfiguration([join(folder, 'first.yml')], {})).plugins).toEqual(['from-file']);
  expect((await readConfiguration([join(folder, 'first.yml'), inner], {})).plugins).toEqual(['second']);
  expect((await readConfiguration([inner, join(folder, 'first.yml')], {})).plugins).toEqual(['from-file']);
});

it('resolves placeholders in connector.plugins, which are needed before the rest is checked', async () => {
  const sources = [{ name: 'a.yml', text: 'connector: { plugins: "${PLUGINS:none}, b" }' }];
  expect((await readConfiguration(sources, { PLUGINS: 'a' })).plugins).toEqual(['a', 'b']);
});

it('reports every file that cannot be read, and every fault of the others, at once', async () => {
  const latin1 = join(folder, 'latin1.yml');
  await writeFile(latin1, Buffer.from('password: pässword', 'latin1'));
  const empty = join(folder, 'empty');
  await mkdir(empty);
  const failure = await readConfiguration(
    [join(folder, 'missing.yml'), latin1, empty, { name: 'b.yml', text: 'a: [' }, { name: 'c.yml', text: 'a: "' }],
    {},
  ).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(ConfigurationError);
  const { message, problems } = failure as ConfigurationError;
  expect(problems.map(({ file }) => file)).toEqual(
    expect.arrayContaining([join(folder, 'missing.yml'), latin1, empty, 'b.yml', 'c.yml']),
  );
  expect(message).toContain(
    'missing.yml: found no such file, expected a readable YAML file in UTF-8, or a folder of them [configuration.file.not-found]',
  );
  expect(message).toContain('latin1.yml: found a file that is not UTF-8');
  expect(message).toContain('empty: found a folder without *.yml');
});

describe('a properties file', () => {
  const PROPERTIES = `# archive of the radiology
arc.id=2001
arc.name = Radiologie Zürich
pacs.aet: CTARCHIVE
hosts.allow =
wado.url=http://ct.example/wado?a=b: c
db.query = select a \\
    from b
`;
  const SPRING = '! settings\n! more\nserver.base.url : http://viewer.example\n';

  it.each([
    ['by its own name', 'dicom-archive.properties', PROPERTIES, 'utf8'],
    ['renamed', 'renamed.yml', PROPERTIES, 'utf8'],
    ['in ISO-8859-1', 'latin1.properties', PROPERTIES, 'latin1'],
    ['in ISO-8859-1, renamed', 'latin1-renamed.yaml', PROPERTIES, 'latin1'],
    ['with Windows line ends', 'windows.yml', PROPERTIES.replaceAll('\n', '\r\n'), 'utf8'],
    ['with a byte order mark', 'mark.yml', `\uFEFF${PROPERTIES}`, 'utf8'],
    ['with colons', 'colons.properties', SPRING, 'utf8'],
    ['with colons and such comments, renamed', 'exclamation.yml', SPRING, 'utf8'],
    ['with colons, renamed', 'colons.yml', 'arc.id: 2001\narc.name: R\npacs.aet: CT\npacs.port: 104\n', 'utf8'],
    ['with spaces', 'spaces.yml', '# a\narc.id 2001\npacs.aet\tX\naet OURS\ndb.query select a: b\n', 'utf8'],
    ['with spaces and equals signs', 'mixed.yml', 'arc.id 2001\npacs.aet X\nwado.url=http://a\n', 'utf8'],
    ['of such comments alone', 'comments.yml', '# a=b\n! x\n', 'utf8'],
    ['that is empty', 'empty.properties', '', 'utf8'],
  ] as const)('%s is named, with the command that converts it', async (_, name, text, encoding) => {
    const file = join(folder, name);
    await writeFile(file, Buffer.from(text, encoding));
    const failure = await readConfiguration([file], {}).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ConfigurationError);
    expect((failure as ConfigurationError).message).toBe(
      `${file}: found a Java properties file, expected YAML; convert it: pacs-connectors import ${file} [configuration.file.not-yaml]`,
    );
  });

  it('in a folder without YAML is named too', async () => {
    const inner = join(folder, 'java');
    await mkdir(inner);
    await writeFile(join(inner, 'a.properties'), PROPERTIES);
    await expect(readConfiguration([inner], {})).rejects.toThrow(
      `${inner}: found a folder of Java properties files, expected *.yml or *.yaml; convert them: pacs-connectors import ${inner}/*.properties [configuration.folder.without-yaml]`,
    );
  });

  it.each([
    'connector:\n  config:\n    a:\n      db-connector:\n        query:\n          select: >\n            a = b\n',
    'a.b: c=d\ne: f = g\n',
    'url: http://a?b=c\n',
    'a=b: c\nd:\n  e: f\n  g: h\n',
    '"arc.id": 1\nconnector.timeout: 5s\n',
  ])('is not YAML with equals signs: %j', async (text) => {
    await expect(readConfiguration([{ name: 'a.yml', text }], {})).resolves.toHaveProperty('problems', []);
  });
});

it('detects by a fingerprint whether files have changed, or cannot be read any more', async () => {
  const file = join(folder, 'watched.yml');
  const fingerprint = async () => (await readTexts([file])).fingerprint;
  await writeFile(file, 'connector.plugins: [one]');
  const first = await fingerprint();
  expect(await fingerprint()).toBe(first);
  expect((await readConfiguration([file], {})).fingerprint).toBe(first);
  await writeFile(file, 'connector.plugins: [two]');
  expect(await fingerprint()).not.toBe(first);
  await rm(file);
  const gone = await readTexts([file]);
  expect([first, (await readTexts([])).fingerprint]).not.toContain(gone.fingerprint);
  expect(() => parseConfiguration(gone, {})).toThrow('watched.yml: found no such file');
});

it('merges files deeply: the later wins, lists are replaced, keys without value replace nothing', async () => {
  const later = `connector:
  default:
  timeout: 10s
  config:
    pacs:
      search-criteria.deactivated: [PATIENT_ID]
      dicom-connector: { port: 11112 }
    second:
`;
  const first = dicomConnector(
    '      search-criteria: { deactivated: [STUDY_INSTANCE_UID, SOP_INSTANCE_UID] }\n  default: pacs\n',
  );
  const { connectors, defaultIds, global } = await load([first, later]);
  expect(connectors).toMatchObject([
    { id: 'pacs', deactivated: ['patientIds'], settings: { peer: { aet: 'THEM', port: 11112 } } },
  ]);
  expect(defaultIds).toEqual(['pacs']);
  expect(global.timeoutMs).toBe(10_000);
});

it('unsets with ~, "" and [] what an earlier file set', async () => {
  for (const value of ['~', '""', '[]', 'null']) {
    expect((await load([`${dicomConnector()}  default: pacs`, `connector.default: ${value}`])).defaultIds).toEqual([]);
  }
});

it('takes different spellings in different files for one key', async () => {
  const first = dicomConnector('      weasis: { manifest: { compression-rate: 10 } }\n');
  const second = 'connector: { config: { pacs: { weasis: { manifest: { compressionRate: 20 } } } } }';
  const third = 'connector: { config: { pacs: { weasis: { manifest: { compression-rate: 30 } } } } }';
  const rate = async (files: string[]) => (await load(files)).connectors[0]?.manifest.compressionRate;
  expect(await rate([first, second])).toBe(20);
  expect(await rate([first, second, third])).toBe(30);
  expect(await rate([first, third, second])).toBe(20);
});

it('refuses two spellings of one key in one file', async () => {
  const problems = await problemsOf(
    dicomConnector('      weasis: { manifest: { compression-rate: 10, compressionRate: 20 } }\n'),
  );
  expect(problems).toEqual([
    expect.stringMatching(
      /^error 1\.yml:7:\d+ connector\.config\.pacs\.weasis\.manifest\.compressionRate: found a second value \(the first is in line 7\), expected the key once \[configuration\.key\.repeated\]$/,
    ),
  ]);
});

it('reads config inside default, as old files have it, with a warning', async () => {
  const old = dicomConnector().replace('connector:\n  config:', 'connector:\n  default:\n   config:');
  const { connectors, defaultIds, problems } = await load(old);
  expect(connectors.map(({ id }) => id)).toEqual(['pacs']);
  expect(defaultIds).toEqual([]);
  expect(problems).toMatchObject([{ severity: 'warning', line: 3, key: 'connector.default.config' }]);
  // A later file's default is its own business.
  expect((await load([old, 'connector.default: pacs'])).defaultIds).toEqual(['pacs']);
});

describe('default and config at the left edge, below an empty connector', () => {
  const form = (text = dicomConnector()) =>
    text.replace('connector:\n  config:', 'connector:\ndefault: # ids\n  config:');

  it('are read, with a warning that says where they belong', async () => {
    const { connectors, defaultIds, problems } = await load(form());
    expect([connectors.map(({ id }) => id), defaultIds]).toEqual([['pacs'], []]);
    expect(problems.map(renderProblem)).toEqual([
      '1.yml:2:1 default.config: found default and config beside connector, expected them below connector; they are still read [configuration.layout.old]',
    ]);
  });

  it.each(['', 'connector: ~\n', 'connector.timeout: 5s\n'])('with %j before them', async (before) => {
    expect((await load(before + form().replace('connector:\n', ''))).connectors).toHaveLength(1);
  });

  it('complete what connector has otherwise, and a later file wins', async () => {
    const { connectors, global } = await load([
      `${form()}  timeout: 9s\n`,
      'connector: { default: pacs, config: { pacs: { timeout: 5s } } }',
    ]);
    expect(connectors).toMatchObject([{ id: 'pacs', timeoutMs: 5_000 }]);
    expect([global.timeoutMs, global.defaultIds]).toEqual([9_000, ['pacs']]);
  });

  it('are left alone where they are another program’s', async () => {
    const theirs = 'default: { config: { theme: { type: dark } }, color: red }\n';
    expect(await problemsOf(theirs + dicomConnector())).toEqual([]);
    expect(await problemsOf('default: { config: [a] }\nconnector:\n')).toEqual([
      expect.stringContaining('connector.config: found nothing'),
    ]);
  });
});

it('leaves out what holds for one Spring profile only, with a warning', async () => {
  const more = '---\nspring.config.activate.on-profile: dev\nconnector.timeout: 1s\n---\nconnector.default: pacs\n';
  const { global, defaultIds, problems } = await load(dicomConnector() + more);
  expect(global.timeoutMs).toBe(25_000);
  expect(defaultIds).toEqual(['pacs']);
  expect(problems).toMatchObject([{ severity: 'warning', line: 8, key: 'spring.config.activate.on-profile' }]);
});
