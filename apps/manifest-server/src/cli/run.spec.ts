import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SymmetricCipher } from '@pacs-connectors/config-core';
import { runCli as run } from '../testing/run-command.js';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pacs-connectors-cli-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function file(name: string, content: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

const GOOD = `connector:
  config:
    archive:
      type: DB
      weasis.manifest: { compressionRate: 50, transfer-syntax-uid: '*' }
      wado.authentication.basic: { url: http://pacs.example/wado, login: viewer, password: hunter2 }
      db-connector:
        uri: jdbc:sqlite:archive.db
        password: '\${DB_PASSWORD:hunter2}'
        query: { select: select id from images, patient-id-column: id }
      search-criteria.deactivated: STUDY_INSTANCE_UID, STUDY_ACCESSION_NUMBER, SERIE_INSTANCE_UID, SOP_INSTANCE_UID
`;

describe('check', () => {
  it('prints the effective configuration with secrets masked', async () => {
    const { code, out, err } = await run(['check', await file('good.yml', GOOD)]);
    expect(err).toBe('usable: archive; 0 errors, 0 warnings\n');
    expect(code).toBe(0);
    expect(out).toContain('compression-rate: 50');
    expect(out).toContain('password: "******"');
    expect(out).not.toContain('hunter2');
  });

  it('reports every problem with its place, and fails', async () => {
    const path = await file(
      'bad.yml',
      GOOD.replace('compressionRate: 50', 'compressionRate: 500').replace('jdbc:', ''),
    );
    const { code, err } = await run(['check', path]);
    expect(code).toBe(1);
    expect(err).toMatch(
      /^error: .*bad\.yml:5:\d+ connector\.config\.archive\.weasis\.manifest\.compressionRate: found "500"/m,
    );
    expect(err).toMatch(
      /^error: .*bad\.yml:8:14 connector\.config\.archive\.db-connector\.uri: found "sqlite:archive\.db"/m,
    );
    expect(err).toMatch(/^usable: no connector; left out: archive; 2 errors, 0 warnings$/m);
  });

  it('reports what only the archive language can check', async () => {
    const { code, err } = await run([
      'check',
      await file('sql.yml', GOOD.replace('select id from images', 'drop table images')),
    ]);
    expect(code).toBe(1);
    expect(err).toMatch(/^error: connector archive: .*select/im);
    expect(err).toMatch(/^usable: no connector; left out: archive; 1 error, 0 warnings$/m);
  });

  it('warns where the driver or a parameter of the JDBC URL is not what it seems to be', async () => {
    const odd = GOOD.replace('uri: jdbc:sqlite:archive.db', 'uri: jdbc:postgresql://h/db?sslmod=verify-full').replace(
      'query:',
      'driver: org.mariadb.jdbc.Driver\n        query:',
    );
    const { code, err } = await run(['check', await file('odd.yml', odd)]);
    expect(code).toBe(0);
    expect(err).toMatch(/^warning: connector archive: .*sslmod/m);
    expect(err).toMatch(/^warning: connector archive: .*org\.mariadb\.jdbc\.Driver/m);
    expect(err).toMatch(/^usable: archive; 0 errors, 2 warnings$/m);
  });

  it('takes the files of CONNECTORS_CONFIG, and merges them', async () => {
    const more = await file('more.yml', 'connector.timeout: 5s\nserver.port: http');
    const { code, out, err } = await run(['check'], {
      env: { CONNECTORS_CONFIG: `${await file('a.yml', GOOD)}, ${more}` },
    });
    expect(code).toBe(1);
    expect(out).toContain('timeout: 5s');
    expect(err).toContain(
      'usable: archive; the server will not start until this key is valid: server.port; 1 error, 0 warnings',
    );
  });

  it.each<[string, RegExp]>([
    ['connector: [', /error: .*broken\.yml:1:\d+: found no closing bracket/],
    [
      'connector.plugins: no-such-plugin-anywhere',
      /error: connector\.plugins names no-such-plugin-anywhere, which is not installed/,
    ],
  ])('fails for %j', async (content, expected) => {
    const { code, err } = await run(['check', await file('broken.yml', content)]);
    expect(code).toBe(1);
    expect(err).toMatch(expected);
    expect(err).toMatch(/^error: .* \[[a-z.-]+\]$/m);
    expect(err).toMatch(/^.*; \d errors?, \d warnings?\n$/m);
    expect(err).not.toMatch(/\n\s+at /);
  });

  it('takes the files of --connectors-config, as the server does', async () => {
    const files = `${await file('a.yml', GOOD)},${await file('more.yml', 'connector.timeout: 5s')}`;
    const { code, out } = await run(['check', '--connectors-config', files]);
    expect(code).toBe(0);
    expect(out).toContain('timeout: 5s');
    expect(await run(['check', await file('a.yml', GOOD), '--connectors-config', files])).toMatchObject({ code: 2 });
  });

  it('says so where a file is missing, and where none is named', async () => {
    expect(await run(['check', join(folder, 'missing.yml')])).toMatchObject({
      code: 1,
      err: expect.stringContaining('missing.yml: found no such file'),
    });
    expect(await run(['check'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('name the configuration files, or set CONNECTORS_CONFIG'),
    });
  });
});

describe('encrypt', () => {
  const env = { ENCRYPT_KEY: 'the key' };

  it.each([[[]], [['--mode', 'gcm']], [['--mode', 'cbc']]])('makes a value that is read again: %j', async (more) => {
    const { code, out } = await run(['encrypt', ...more], { env, input: 'hunter2 ü\n' });
    expect(code).toBe(0);
    const hex = /^\{cipher\}([\da-f]+)\n$/.exec(out)![1]!;
    expect(hex.length / 2).toBe(more[1] === 'cbc' ? 16 + 16 : 16 + Buffer.byteLength('hunter2 ü') + 16);
    expect(new SymmetricCipher('the key').decrypt(hex)).toBe('hunter2 ü');
  });

  it('asks at a terminal, and shows nothing of what is typed', async () => {
    const { out, err } = await run(['encrypt'], { env, input: 'hunter2\n', terminal: true });
    expect(err).toContain('Value (not shown): ');
    expect(err + out).not.toContain('hunter2');
    expect(new SymmetricCipher('the key').decrypt(out.trim().slice('{cipher}'.length))).toBe('hunter2');
  });

  it.each([
    [['encrypt'], {}, 1, 'ENCRYPT_KEY is not set'],
    [['encrypt'], { ...env, ENCRYPT_SALT: 'salt' }, 1, 'ENCRYPT_SALT: found a salt that is not hexadecimal'],
    [['encrypt', 'hunter2'], env, 2, 'takes no value as argument'],
    [['encrypt', '--mode', 'ecb'], env, 2, '--mode is gcm or cbc, not ecb'],
  ])('%j with %j is refused', async (args, environment, exit, message) => {
    const { code, out, err } = await run(args, { env: environment, input: 'x' });
    expect([code, out]).toEqual([exit, '']);
    expect(err).toContain(message);
    expect(err).not.toContain('hunter2');
  });

  it('refuses to encrypt nothing', async () => {
    expect((await run(['encrypt'], { env, input: '\n' })).code).toBe(1);
  });
});

it('schema prints the JSON Schema with every archive language that is installed', async () => {
  const { code, out } = await run(['schema']);
  expect(code).toBe(0);
  const schema = JSON.parse(out) as { definitions: Record<string, unknown> };
  expect(Object.keys(schema.definitions)).toEqual(expect.arrayContaining(['connector', 'connector-DB']));
});

it.each([
  [['help'], 0],
  [['--help'], 0],
  [['check', '-h'], 0],
  [[], 2],
  [['chekc'], 2],
  [['check', '--colour'], 2],
])('%j ends with exit code %i and the usage', async (args, exit) => {
  const { code, out, err } = await run(args);
  expect(code).toBe(exit);
  expect(exit === 0 ? out : err).toContain('pacs-connectors check [FILE…]');
});
