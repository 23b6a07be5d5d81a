import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parse, stringify } from 'yaml';
import { checkConfiguration } from './check.js';
import { readConfiguration } from './document/read.js';
import { renderProblem } from './problems.js';
import { dicomConnector, load, problemsOf, samplePlugins } from './testing/samples.js';
import { SymmetricCipher } from './values/cipher.js';

async function loadFile(name: string, env = {}) {
  const file = fileURLToPath(new URL(`testing/${name}`, import.meta.url));
  return checkConfiguration(await readConfiguration([file], env), samplePlugins);
}

describe('files as sites have them', () => {
  it('first layout', async () => {
    const { connectors, leftOut, defaultIds, problems } = await loadFile('first-layout.yml', { DB_PASSWORD: 's3cret' });
    expect(leftOut).toEqual([]);
    expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(defaultIds).toEqual(['archive-db', 'pacs']);
    expect(connectors).toMatchObject([
      {
        id: 'archive-db',
        type: 'DB',
        deactivated: ['sopInstanceUids', 'seriesInstanceUids'],
        timeoutMs: 30_000,
        settings: { user: 'reader', password: 's3cret', query: { patientIdColumn: 'p.pat_id' } },
        manifest: {
          transferSyntaxUid: '1.2.840.10008.1.2.4.70',
          requireOnlySopInstanceUid: false,
          additionalParameters: '&contentType=application/dicom',
          overrideDicomTags: [0x00_10_00_10, 0x00_10_00_20, 0x00_10_00_30],
          httpTags: { 'X-Site': 'north', 'X.Dotted': 'dot' },
        },
        retrieval: {
          forceBasic: false,
          basic: { url: 'https://pacs.hospital.example/wado', login: 'viewer', password: '0123' },
          oauth2: { url: 'https://pacs.hospital.example/oauth2/wado' },
        },
      },
      {
        id: 'pacs',
        type: 'DICOM',
        deactivated: [],
        settings: { peer: { callingAet: 'WEASIS', aet: 'DCM4CHEE', host: 'pacs.hospital.example', port: 11_112 } },
        retrieval: { basic: { login: 'viewer', password: '1e5' } },
      },
    ]);
    expect(connectors[0]!.manifest.compressionRate).toBeUndefined();
    expect(connectors[0]!.retrieval.type).toBeUndefined();
  });

  it('second layout', async () => {
    const { connectors, leftOut, defaultIds, problems, global } = await loadFile('second-layout.yml');
    expect(leftOut).toEqual([]);
    expect(problems).toEqual([]);
    expect(defaultIds).toEqual([]);
    expect(connectors).toMatchObject([
      {
        id: 'web',
        type: 'DICOM_WEB',
        settings: {
          oidcId: 'archive',
          levelLimit: 'SERIE',
          clients: { registrations: { archive: { scope: ['openid', 'wado'] } } },
        },
        manifest: {
          transferSyntaxUid: '1.2.840.10008.1.2.4.50',
          compressionRate: 75,
          overrideDicomTags: [0x00_10_00_20, 0x00_10_00_10],
          httpTags: { Accept: 'multipart/related' },
        },
        retrieval: {
          type: 'OAUTH2',
          oauth2: { url: 'https://pacs.hospital.example:8443/dcm4chee-arc/aets/DCM4CHEE/rs', oidcId: 'archive' },
        },
      },
      {
        id: 'pacs',
        settings: { peer: { callingAet: 'WEASIS', port: 11_112 } },
        manifest: { compressionRate: 90, transferSyntaxUid: '1.2.840.10008.1.2.4.50' },
        retrieval: { type: 'BASIC', basic: { url: 'http://pacs.hospital.example:8080/wado', login: 'viewer' } },
      },
    ]);
    expect(global.viewers).toMatchObject({
      ohif: { url: 'https://ohif.hospital.example:3000/viewer-app', tokenAuthQueryParam: true },
      slicer: { protocol: 'slicer://', archives: { web: { url: 'http://localhost:8042/dicom-web' } } },
      microdicom: { archives: { pacs: { host: 'pacs.hospital.example', port: 11_112, aet: 'DCM4CHEE' } } },
    });
  });

  it('both layouts in one file, and within one connector', async () => {
    const { connectors, problems } = await load(`connector:
  config:
    a:
      type: dicom
      weasis.manifest.compressionRate: 50
      wado.authentication: { transfer-syntax-uid: '1.2', basic: { login: u } }
      dicom-connector:
        dimse: { calling_aet: US, host: pacs.example }
        aet: THEM
        port: 104
        wado.basic.server: { url: https://pacs.example, port: 8443, context: wado }
    b:
      type: DB
      wado: { authentication: { basic: { url: http://pacs.example/wado } } }
      dbConnector: { uri: 'jdbc:sqlite:x', query: { select: select 1 } }
`);
    expect(problems).toEqual([]);
    expect(connectors).toMatchObject([
      {
        type: 'DICOM',
        manifest: { compressionRate: 50, transferSyntaxUid: '1.2' },
        settings: { peer: { callingAet: 'US', aet: 'THEM', host: 'pacs.example', port: 104 } },
        retrieval: { basic: { url: 'https://pacs.example:8443/wado', login: 'u' } },
      },
      { id: 'b', type: 'DB' },
    ]);
  });
});

describe('an error costs its connector only, and everything is told at once', () => {
  it('with file, line, key, what was found and what is expected', async () => {
    const { connectors, leftOut, problems } = await load(`connector:
  config:
    broken:
      type: DICOM
      search-criteria: { deactivated: [PATIENT_ID, PATIENT_NAME] }
      weasis.manifest.compression-rate: 101
      wado.authentication.basic.url: pacs.example
      dicom-connector:
        calling-aet: US
        host: pacs.example
        port: abc
    good:
      type: DICOM
      wado.authentication.basic.url: http://pacs.example/wado
      dicom-connector: { calling-aet: US, aet: THEM, host: pacs.example, port: 104 }
    unknown:
      type: XDS
    untyped:
      wado.authentication.basic.url: http://pacs.example/wado
    text: hello
`);
    expect(connectors.map(({ id }) => id)).toEqual(['good']);
    expect(leftOut.map(({ id, type }) => [id, type])).toEqual([
      ['broken', 'DICOM'],
      ['unknown', 'XDS'],
      ['untyped', undefined],
      ['text', undefined],
    ]);
    const at = 'connector.config';
    expect(problems.map(renderProblem)).toEqual([
      `1.yml:5:52 ${at}.broken.search-criteria.deactivated: found "PATIENT_NAME", expected any of SOP_INSTANCE_UID, SERIE_INSTANCE_UID, SERIES_INSTANCE_UID, STUDY_INSTANCE_UID, STUDY_ACCESSION_NUMBER, PATIENT_ID`,
      `1.yml:6:41 ${at}.broken.weasis.manifest.compression-rate: found "101", expected an integer from 1 to 100`,
      `1.yml:7:38 ${at}.broken.wado.authentication.basic.url: found "pacs.example", expected a URL such as https://pacs.example/path`,
      `1.yml:8:7 ${at}.broken.dicom-connector.aet: found nothing, expected a text (AE title of the peer)`,
      `1.yml:11:15 ${at}.broken.dicom-connector.port: found "abc", expected an integer from 1 to 65535`,
      `1.yml:17:13 ${at}.unknown.type: found "XDS", expected one of DB, DICOM, DICOM_WEB, or a package with it in connector.plugins`,
      `1.yml:18:5 ${at}.untyped.type: found nothing, expected a text (Archive language: DB, DICOM, DICOM_WEB, or that of a plug-in)`,
      `1.yml:20:11 ${at}.text: found a scalar, expected the keys of a connector`,
    ]);
    expect(new Set(problems.map(({ connectorId }) => connectorId))).toEqual(
      new Set(['broken', 'unknown', 'untyped', 'text']),
    );
    expect(leftOut[0]!.reasons).toHaveLength(5);
    expect(problems.every(({ severity, fatal }) => severity === 'error' && !fatal)).toBe(true);
  });

  it('a key that stands twice leaves out its connector', async () => {
    const { connectors, leftOut } = await load(`${dicomConnector()}      type: DB
    other:
      type: DICOM
      wado.authentication.basic.url: http://pacs.example/wado
      dicom-connector: { calling-aet: US, aet: THEM, host: pacs.example, port: 104 }
`);
    expect(leftOut).toMatchObject([
      { id: 'pacs', reasons: [expect.stringContaining('a second value (the first is in line 4)')] },
    ]);
    expect(connectors.map(({ id }) => id)).toEqual(['other']);
  });

  it('a settings class that fails in its own way leaves out its connectors only', async () => {
    class Failing {
      constructor() {
        throw new TypeError('hunter2');
      }
    }
    const document = await readConfiguration([{ name: 'a.yml', text: 'connector.config.x: { type: BAD, a: b }' }], {});
    const { leftOut } = checkConfiguration(document, [...samplePlugins, { type: 'BAD', settings: Failing }]);
    expect(leftOut).toMatchObject([{ id: 'x', type: 'BAD' }]);
    expect(JSON.stringify(leftOut)).not.toContain('hunter2');
  });

  it.each(['connector:', 'connector:\n  config:', 'connector.config: ~', 'a: b', '', 'connector.config: {}'])(
    'no connector at all: %j',
    async (yaml) => {
      expect(await problemsOf(yaml)).toEqual([
        expect.stringMatching(
          /^error 1\.yml:\d+:\d+ connector\.config: found nothing, expected at least one connector/,
        ),
      ]);
    },
  );

  it('a connector without any value is ignored, with a warning', async () => {
    const { connectors, leftOut, problems } = await load(
      `${dicomConnector()}    template:\n      type: # DB\n      wado:\n        authentication:\n`,
    );
    expect(connectors.map(({ id }) => id)).toEqual(['pacs']);
    expect(leftOut).toEqual([]);
    expect(problems).toMatchObject([{ severity: 'warning', key: 'connector.config.template' }]);
  });

  it.each(['"a,b"', '"a b"', '""'])('an id that nobody could ask for: %s', async (id) => {
    const { leftOut } = await load(dicomConnector().replace('pacs:', `${id}:`));
    expect(leftOut).toHaveLength(1);
  });

  it('an id with a dot: in brackets it is one, without them it is told', async () => {
    expect((await load(dicomConnector().replace('pacs:', '"[pacs.main]":'))).connectors).toMatchObject([
      { id: 'pacs.main' },
    ]);
    const { leftOut } = await load(dicomConnector().replace('pacs:', 'pacs.main:'));
    expect(leftOut).toMatchObject([
      { id: 'pacs', reasons: [expect.stringContaining('expected "[pacs.main]": an id with a dot needs brackets')] },
    ]);
  });

  it('an id like a property of every object is an id', async () => {
    for (const id of ['constructor', '__proto__', 'toString']) {
      expect((await load(dicomConnector().replace('pacs:', `${id}:`))).connectors.map((found) => found.id)).toEqual([
        id,
      ]);
    }
  });

  it('ids of connector.default that nobody has are told', async () => {
    const broken = '    broken:\n      type: DICOM\n  default: [pacs, broken, nobody]\n';
    const { defaultIds, problems } = await load(dicomConnector() + broken);
    expect(defaultIds).toEqual(['pacs', 'broken', 'nobody']);
    expect(problems.filter(({ severity }) => severity === 'warning').map(({ found }) => found)).toEqual([
      '"broken", a connector that is left out',
      '"nobody", no connector',
    ]);
  });
});

describe('values', () => {
  it.each([
    ['104', {}, 104],
    ['"104"', {}, 104],
    ['"${PORT:104}"', {}, 104],
    ['"${PORT:104}"', { PORT: '11112' }, 11_112],
    ['0x68', {}, 104],
    ['00104', {}, 104],
  ])('port: %s', async (port, env, expected) => {
    const { connectors } = await load(dicomConnector('', port), env);
    expect(connectors).toMatchObject([{ settings: { peer: { port: expected } } }]);
  });

  it.each([
    ['abc', '"abc"'],
    ['0', '"0"'],
    ['65536', '"65536"'],
    ['1.5', '"1.5"'],
    ['10_4', '"10_4"'],
    ['[104]', 'a list'],
    ['{a: b}', 'a map'],
    ['${PORT:x}', '"x" (from "${PORT:x}")'],
    ['99999999999999999999', '"99999999999999999999"'],
  ])('port: %s is refused', async (port, found) => {
    const { leftOut, problems } = await load(dicomConnector('', port.includes('{') ? `"${port}"` : port));
    expect(leftOut.map(({ id }) => id)).toEqual(['pacs']);
    if (port === '{a: b}') return;
    expect(problems).toMatchObject([{ found, expected: 'an integer from 1 to 65535' }]);
  });

  it('a number that YAML 1.1 reads as octal is told', async () => {
    expect(await problemsOf(dicomConnector('', '0104'))).toEqual([
      expect.stringMatching(/^warning .*port: found "0104", expected no leading zero: it is read as 104 here/),
    ]);
    expect(await problemsOf(dicomConnector('', '"0104"'))).toEqual([]);
  });

  it.each([
    ['true', true],
    ['yes', true],
    ['On', true],
    ['FALSE', false],
    ['no', false],
    ['off', false],
    ['0', false],
  ])('a boolean written %s', async (text, expected) => {
    const { connectors } = await load(dicomConnector(`      weasis.manifest.requireOnlySOPInstanceUID: ${text}\n`));
    expect(connectors[0]!.manifest.requireOnlySopInstanceUid).toBe(expected);
  });

  it.each([
    '0123',
    '1e5',
    '0x10',
    'yes',
    '1.0',
    '12:30',
    '2024-01-01',
    '-x',
    "'null'",
    '"~"',
    '" padded "',
    '+1',
    '.inf',
  ])('a password written %s is that text', async (text) => {
    const { connectors } = await load(dicomConnector(`      wado.authentication.basic.password: ${text}\n`));
    expect(connectors[0]!.retrieval.basic!.password).toBe(text.replace(/^["']|["']$/g, ''));
  });

  it.each(['', '~', 'null', '""', '${EMPTY}', '${UNSET:}'])('a password written %j is not set', async (text) => {
    const yaml = dicomConnector(`      wado.authentication.basic.password: ${text}\n`);
    const { connectors } = await load(yaml, { EMPTY: '' });
    expect(connectors[0]!.retrieval.basic!.password).toBeUndefined();
  });

  it('a placeholder that nothing resolves is named', async () => {
    expect(await problemsOf(dicomConnector('', '"${PACS_PORT}"'))).toEqual([
      expect.stringMatching(/port: found \$\{PACS_PORT\}, expected PACS_PORT set in the environment, or a default/),
    ]);
  });

  it('two layouts with two values: the first is used, with a warning; the same value twice is fine', async () => {
    const rate = (second: number) =>
      `      wado.authentication.compression-rate: 10\n      weasis.manifest.compression-rate: ${second}\n`;
    const { connectors, problems } = await load(dicomConnector(rate(20)));
    expect(connectors[0]!.manifest.compressionRate).toBe(10);
    expect(problems).toMatchObject([
      {
        severity: 'warning',
        line: 8,
        key: 'connector.config.pacs.weasis.manifest.compression-rate',
        found: 'another value ("20")',
      },
    ]);
    expect(await problemsOf(dicomConnector(rate(10)))).toEqual([]);
  });

  it('deadlines: their own, else that of all', async () => {
    const timeouts = async (more: string) =>
      (await load(dicomConnector(more))).connectors.map((found) => found.timeoutMs);
    expect(await timeouts('')).toEqual([30_000]);
    expect(await timeouts('  timeout: 500ms\n')).toEqual([500]);
    expect(await timeouts('      timeout: 5\n  timeout: 500ms\n')).toEqual([5000]);
    expect(await problemsOf(dicomConnector('      timeout: soon\n'))).toEqual([
      expect.stringMatching(/timeout: found "soon", expected a time such as 30s or 500ms from 1ms to 1h$/),
    ]);
  });
});

describe('ciphers', () => {
  const key = { ENCRYPT_KEY: 'the key' };
  const password = (value: string) => dicomConnector(`      wado.authentication.basic.password: '${value}'\n`);
  const encrypted = (text: string, mode: 'gcm' | 'cbc' = 'gcm', salt?: string) =>
    `{cipher}${new SymmetricCipher('the key', salt).encrypt(text, mode)}`;
  const read = async (yaml: string, env: Record<string, string>) =>
    (await load(yaml, env)).connectors[0]?.retrieval.basic?.password;

  it('are read in both modes, with a salt or without', async () => {
    expect(await read(password(encrypted('s3cret')), key)).toBe('s3cret');
    expect(await read(password(encrypted('s3cret', 'cbc')), key)).toBe('s3cret');
    expect(await read(password(encrypted('s3cret', 'gcm', '0123')), { ...key, ENCRYPT_SALT: '0123' })).toBe('s3cret');
  });

  it('may come from the environment; what they hold is final', async () => {
    expect(await read(password('${PASSWORD}'), { ...key, PASSWORD: encrypted('s3cret') })).toBe('s3cret');
    expect(await read(password(`\${PASSWORD:${encrypted('s3cret')}}`), key)).toBe('s3cret');
    expect(await read(password(encrypted('${HOME}{cipher}x')), { ...key, HOME: '/root' })).toBe('${HOME}{cipher}x');
  });

  it.each([
    [encrypted('x'), {}, 'a {cipher} value and no key for it, expected ENCRYPT_KEY set in the environment'],
    [encrypted('x'), { ENCRYPT_KEY: 'other' }, 'a ciphertext made with another key'],
    [encrypted('x'), { ...key, ENCRYPT_SALT: 'salt!' }, 'a salt that is not hexadecimal'],
    ['{cipher}plain text', key, 'a ciphertext that is not hexadecimal'],
    ['{cipher}00', key, 'a ciphertext that is too short'],
  ])('%s is an error of its connector', async (value, env, reason) => {
    const { leftOut } = await load(password(value), env);
    expect(leftOut).toMatchObject([{ id: 'pacs', reasons: [expect.stringContaining(reason)] }]);
  });
});

describe('keys that nothing reads', () => {
  it('are told, with the key that was meant where one is near', async () => {
    const problems = await problemsOf(`connector:
  defualt: pacs
  other: ignored
  config:
    pacs:
      type: DICOM
      wado.authentication.basic.url: http://pacs.example/wado
      dicom-connector: { calling-aet: US, calling-eat: US, aet: THEM, host: pacs.example, port: 104 }
      dicom-conector: { tls: on }
      color: green
      empty:
conector.config: {}
ohif.server.url: http://ohif.example
ohif.token-auth-query-parm: true
unrelated: { key: '\${NOT_SET}', cipher: '{cipher}zz' }
`);
    expect(problems).toEqual([
      'warning 1.yml:2:3 connector.defualt: found an unknown key, without effect, expected "default"',
      'warning 1.yml:8:43 connector.config.pacs.dicom-connector.calling-eat: found an unknown key, without effect, expected "calling-aet"',
      'warning 1.yml:9:7 connector.config.pacs.dicom-conector: found an unknown key, without effect, expected "dicom-connector"',
      'warning 1.yml:10:7 connector.config.pacs.color: found an unknown key, without effect, expected one of type, search-criteria, timeout, wado, weasis, dicom-connector',
      'warning 1.yml:14:1 ohif.token-auth-query-parm: found an unknown key, without effect, expected "token-auth-query-param"',
    ]);
  });
});

it('whatever stands at whatever key, it is read or told, never thrown', async () => {
  const files = await Promise.all(
    ['first-layout.yml', 'second-layout.yml'].map((name) =>
      readFile(new URL(`testing/${name}`, import.meta.url), 'utf8'),
    ),
  );
  const trees = files.map((text) => parse(text, { merge: true }) as Tree);
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...trees),
      fc.array(fc.nat(), { maxLength: 12 }),
      fc.json(),
      async (tree, steps, json) => {
        const changed = structuredClone(tree);
        replaceSomewhere(changed, steps, JSON.parse(json));
        const { connectors, leftOut } = await load(stringify(changed));
        expect(connectors.length + leftOut.length).toBeGreaterThanOrEqual(0);
      },
    ),
    { numRuns: 200 },
  );
});

type Tree = { [key: string]: unknown };

/** Walks down `tree` as `steps` choose, and puts `value` in place of what is there. */
function replaceSomewhere(tree: Tree, steps: readonly number[], value: unknown): void {
  let here = tree;
  for (const [index, step] of steps.entries()) {
    const keys = Object.keys(here);
    const key = keys[step % keys.length];
    if (key === undefined) return;
    const inner = here[key];
    if (index === steps.length - 1 || typeof inner !== 'object' || inner === null) {
      here[key] = value;
      return;
    }
    here = inner as Tree;
  }
}
