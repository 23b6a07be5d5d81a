import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  type DatabaseServer,
  dicomFile,
  JAVA_KEY_STORE,
  type RunningOpenId,
  type RunningOrthanc,
  signalProcess,
  startOpenId,
  startOrthanc,
  startPostgresql,
  temporaryFolder,
} from '@pacs-connectors/test-services';
import connectorGenerator from '../generators/connector/generator.mjs';
import viewerGenerator from '../generators/viewer/generator.mjs';
import { generatedPackage } from './testing/generated-package.js';
import { publishedPackages, root } from './package-shape.js';
import { runExample } from './run-example.js';

// Adds the packages to a project outside of this workspace: only the tarballs that npm would publish, and their dependencies.

const execute = promisify(execFile);

/** What an application with our NestJS modules also has. The peers of terminus easily conflict with others. */
const NESTJS = [
  '@nestjs/common@^12.5.0',
  '@nestjs/config@^12.0.1',
  '@nestjs/core@^12.5.1',
  '@nestjs/platform-fastify@^12.5.0',
  '@nestjs/terminus@^12.1.0',
];
/** The driver for PostgreSQL, which applications install themselves. */
const DRIVER = ['pg@^8.20.0', 'pg-cursor@^2.20.0'];

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let database: DatabaseServer;
let orthanc: RunningOrthanc;
let openId: RunningOpenId;
/** Package name → tarball. */
let tarballs: Map<string, string>;
/** The variables of the examples. */
let environment: Record<string, string>;

beforeAll(async () => {
  folder = await temporaryFolder('install');
  database = await startPostgresql();
  await database.execute(
    `create table images (pid text, pname text, study text, series text, sop text);
     insert into images values ('7', 'Doe^Jane', '1.2', '1.2.3', '1.2.3.4'), ('4711', 'Doe^John', '1.5', '1.5.6', '1.5.6.7');`,
  );
  orthanc = await startOrthanc({ dicomWeb: true });
  const [study, series, instance] = [
    { studyInstanceUid: '1.5' },
    { seriesInstanceUid: '1.5.6' },
    { sopInstanceUid: '1.5.6.7', image: { rows: 8, columns: 8 } },
  ];
  const file = dicomFile({ patientId: '4711' }, study, series, instance);
  await orthanc.upload([file]);
  await writeFile(join(folder.path, 'image.dcm'), file);
  openId = await startOpenId({ clientId: 'viewer', clientSecret: 'of the examples' });
  environment = {
    DB_URI: database.jdbcUrl,
    DB_USER: database.user,
    DB_PASSWORD: database.password,
    PACS_AET: orthanc.aet,
    PACS_HOST: '127.0.0.1',
    PACS_PORT: String(orthanc.dicomPort),
    DICOMWEB_URL: orthanc.dicomWebUrl,
    FILE: join(folder.path, 'image.dcm'),
    ISSUER_URI: openId.issuer,
    CLIENT_SECRET: 'of the examples',
    STORE_PASSWORD: 'changeit',
    PORT: '0',
  };
  tarballs = await pack();
});

afterAll(async () => {
  await Promise.all([database?.stop(), orthanc?.stop(), openId?.stop()]);
  await folder?.remove();
});

/** Packs every package that is not private to this workspace. @throws Error if one is not built, or has no licence */
async function pack(): Promise<Map<string, string>> {
  const published = (await publishedPackages()).flatMap(({ name }) => ['--workspace', name]);
  const { stdout } = await execute('npm', ['pack', ...published, '--json', '--pack-destination', folder.path], {
    cwd: root,
    maxBuffer: 1 << 26,
  });
  const packed = JSON.parse(stdout) as { name: string; filename: string; files: { path: string }[] }[];
  for (const { name, files } of packed) {
    if (!files.some(({ path }) => path.startsWith('dist/')))
      throw new Error(`${name} is not built. Remedy: npm run build`);
    expect(files.filter(({ path }) => path.endsWith('.tsbuildinfo'))).toEqual([]);
    if (!files.some(({ path }) => path === 'LICENSE')) throw new Error(`${name} is packed without its LICENSE`);
  }
  return new Map(packed.map(({ name, filename }) => [name, join(folder.path, filename)]));
}

/** Makes a project with `packages` and the example configuration of the server. A conflict of dependencies is an error. */
async function project(name: string, packages: string[]): Promise<string> {
  const path = join(folder.path, name);
  await mkdir(path);
  await writeFile(join(path, 'package.json'), '{ "private": true, "type": "module" }');
  await copyFile(join(root, 'apps/manifest-server/examples/connectors.yml'), join(path, 'connectors.yml'));
  // Optional packages are omitted, because better-sqlite3 would be compiled. npm still checks their peers.
  const install = ['install', '--no-audit', '--no-fund', '--omit=optional', ...packages];
  const { stdout, stderr } = await execute('npm', install, { cwd: path });
  expect(stdout + stderr).not.toMatch(/ERESOLVE|peer dep/i);
  await execute('npm', ['ls', '--all'], { cwd: path, maxBuffer: 1 << 26 });
  // The SQLite of the demo, for a Node.js without one. This workspace has it compiled.
  await symlink(join(root, 'node_modules/better-sqlite3'), join(path, 'node_modules/better-sqlite3'));
  return path;
}

const libraries = () => [...tarballs].filter(([name]) => !name.endsWith('manifest-server')).map(([, path]) => path);
let plain: Promise<string> | undefined;
/** Returns the project without NestJS, which is installed once. */
const plainProject = () => (plain ??= project('plain', [...libraries(), ...DRIVER]));
let nestjs: Promise<string> | undefined;
/** Returns the project with NestJS, which is installed once. */
const nestjsProject = () => (nestjs ??= project('nestjs', [...libraries(), ...NESTJS, ...DRIVER]));

/** Returns the output of a program that runs in a project. */
async function run(path: string, program: string): Promise<string> {
  await writeFile(join(path, 'program.js'), program);
  const { stdout } = await execute(process.execPath, ['program.js'], {
    cwd: path,
    env: { ...process.env, ...environment },
  });
  return stdout;
}

const SEARCH = `
  const criteria = { ...emptyCriteria(), patientIds: [{ id: '7' }] };
  const { patients } = await connector.search(criteria, { signal: AbortSignal.timeout(30_000), depth: 'instance' });
  const manifest = { arcQueries: [{ arcId: connector.id, baseUrl: 'http://pacs.example/wado', patients }] };
  for await (const piece of renderManifest(manifest, { format: 'xml' })) process.stdout.write(piece);`;

it('installs into an empty project without NestJS, and makes a manifest there', async () => {
  const path = await plainProject();
  const output = await run(
    path,
    `import { checkConfiguration, readConfiguration } from '@pacs-connectors/config-core';
import { emptyCriteria } from '@pacs-connectors/connector-core';
import { DatabasePlugin } from '@pacs-connectors/connector-db';
import { renderManifest } from '@pacs-connectors/manifest-builder';
const plugin = new DatabasePlugin();
const { connectors } = checkConfiguration(await readConfiguration(['connectors.yml']), [plugin]);
const connector = plugin.create(connectors[0]);
${SEARCH}
await connector.close();`,
  );
  expect(output).toContain('<Instance SOPInstanceUID="1.2.3.4"');
  await expect(execute('npm', ['ls', '@nestjs/common'], { cwd: path })).rejects.toMatchObject({ code: 1 });
});

it('installs with NestJS, and its modules make an application', async () => {
  const output = await run(
    await nestjsProject(),
    `import 'reflect-metadata';
import { ConfigModule } from '@nestjs/config';
import { NestFactory } from '@nestjs/core';
import { configuredConnectors, ConnectorsConfigModule } from '@pacs-connectors/config-core/nestjs';
import { ConnectorRegistry, emptyCriteria } from '@pacs-connectors/connector-core';
import { ConnectorsModule } from '@pacs-connectors/connector-core/nestjs';
import { ConnectorDbModule } from '@pacs-connectors/connector-db/nestjs';
import { renderManifest } from '@pacs-connectors/manifest-builder';
const imports = [
  ConfigModule.forRoot({ isGlobal: true }),
  ConnectorsConfigModule.forRoot({ files: ['connectors.yml'] }),
  ConnectorDbModule,
  ConnectorsModule.forRootAsync(configuredConnectors),
];
const app = await NestFactory.createApplicationContext({ module: class Application {}, imports }, { logger: false });
const [connector] = app.get(ConnectorRegistry).select();
${SEARCH}
await app.close();`,
  );
  expect(output).toContain('<Instance SOPInstanceUID="1.2.3.4"');
});

const INSTANCE = /"sopInstanceUid":"1\.5\.6\.7"/;
const CONFORMS = /\bpass [2-9]\d\b[^]*\bfail 0\b/;
const PROBLEM = /connectors\.yml:2:\d+ connector\.timeout: found "soon".* \[configuration\.value\.invalid\]/;
/** What the examples of each package print, without NestJS and with it. */
const EXAMPLES: Record<string, [RegExp, RegExp]> = {
  'config-core': [new RegExp(`${PROBLEM.source}[^]*pages: 3`), PROBLEM],
  'connector-core': [/^(?!.*"1\.2").*"1\.3"/, /^main .*"patientId":"4711"/],
  'connector-db': [INSTANCE, INSTANCE],
  'connector-dicom': [INSTANCE, INSTANCE],
  'connector-dicomweb': [INSTANCE, INSTANCE],
  'connector-testkit': [CONFORMS, CONFORMS],
  'demo-archive': [/"patientId":"DEMO-1"/, /"patientId":"DEMO-1"/],
  'dicomweb-service': [/"00080018":.*"1\.5\.6\.7".* and a JPEG of [1-9]\d* bytes/, /"00100020":.*"4711"/],
  'manifest-builder': [/<Instance SOPInstanceUID="1.2.3.4"/, /<Instance SOPInstanceUID="1.2.3.4"/],
  'oauth2-client': [/^a token of \d+ characters/, /^authorization/],
  'tls-stores': [/^a key: true, certificates: 1/, /^ready for TLS: true/],
  viewers: [/^weasis:\/\/.*\nhttps:\/\/ohif\.example\.org\/viewer\/main/, /^SLICER 3D Slicer /m],
  'wado-client': [/^1\.5\.6\.7: \d+ bytes/, /^images: 1/],
};

describe('the examples of the packages', () => {
  it('are all known here', async () => {
    const folders = (await publishedPackages()).map((one) => one.folder).filter((path) => path.startsWith('packages/'));
    expect(Object.keys(EXAMPLES).map((name) => `packages/${name}`)).toEqual(folders.sort());
  });

  it.each(Object.entries(EXAMPLES))(
    'of %s do what its README says, without NestJS and with it',
    async (name, [withoutNestjs, withNestjs]) => {
      const source = join(root, 'packages', name);
      const check = async (path: string, example: string, printed: RegExp) => {
        await mkdir(join(path, name), { recursive: true });
        await writeFile(join(path, name, 'client.p12'), JAVA_KEY_STORE);
        expect(await runExample(path, source, example, environment)).toMatch(printed);
      };
      await Promise.all([
        check(await plainProject(), 'without-nestjs', withoutNestjs),
        check(await nestjsProject(), 'with-nestjs', withNestjs),
      ]);
    },
  );
});

/**
 * Starts the packed server in a project, and runs `use` while it serves.
 *
 * @param use gets the server's address.
 */
async function withServer(path: string, use: (url: string) => Promise<void>): Promise<void> {
  const main = 'node_modules/@pacs-connectors/manifest-server/dist/main.js';
  const server = spawn(process.execPath, [main, '--connectors-config', 'connectors.yml', '--port', '0'], {
    cwd: path,
    env: { ...process.env, ...environment },
  });
  const exited = once(server, 'exit');
  try {
    let output = '';
    for (const stream of [server.stdout, server.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
    let host: string | undefined;
    while (!host) {
      if (server.exitCode !== null) throw new Error(`the server ended with ${server.exitCode}:\n${output}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
      host = /serves on (\S+)/.exec(output)?.[1];
    }
    await use(`http://${host}`);
  } finally {
    signalProcess(server, 'SIGTERM');
    await exited;
  }
}

it('installs as a server into an empty project, and serves from there', async () => {
  await withServer(await project('server', [...tarballs.values()]), async (url) => {
    const response = await fetch(`${url}/manifest?patientID=7`, { headers: { accept: 'application/xml' } });
    expect(await response.text()).toContain('<Instance SOPInstanceUID="1.2.3.4"');
  });
});

/** Generates, builds and packs a package. @returns the tarball */
async function packedGenerated(...generator: Parameters<typeof generatedPackage>): Promise<string> {
  const generated = await generatedPackage(...generator);
  try {
    await generated.typescript('tsconfig.lib.json');
    const cwd = join(generated.workspace, generated.folder);
    const { stdout } = await execute('npm', ['pack', '--json', '--pack-destination', folder.path], { cwd });
    const [packed] = JSON.parse(stdout) as { filename: string }[];
    return join(folder.path, packed!.filename);
  } finally {
    await generated.remove();
  }
}

it('finds a viewer and an archive language that the generators made, and that the configuration names', async () => {
  const viewer = await packedGenerated(viewerGenerator, 'my-viewer', 'packages/viewer-my-viewer');
  const connector = await packedGenerated(connectorGenerator, 'my-pacs', 'packages/connector-my-pacs');
  const path = await project('generated', [...tarballs.values(), viewer, connector]);
  const configuration = `connector:
  plugins: ['@pacs-connectors/viewer-my-viewer', '@pacs-connectors/connector-my-pacs']
  config:
    mine:
      type: MY_PACS
      wado.authentication.basic.url: https://pacs.example.org/wado
      my-pacs-connector.url: https://pacs.example.org/my-pacs
my-viewer.server.url: https://my-viewer.example.org
viewers.rules: [{ archive: mine, viewer: MY_VIEWER }]
`;
  await writeFile(join(path, 'connectors.yml'), configuration);
  await withServer(path, async (url) => {
    const opened = (query: string) =>
      fetch(`${url}/display?studyUID=1.2${query}`, { redirect: 'manual' }).then(({ headers }) =>
        headers.get('location'),
      );
    // By the rule, and by its name.
    expect(await opened('')).toBe('https://my-viewer.example.org/viewer?study=1.2');
    expect(await opened('&viewer=my_viewer')).toBe('https://my-viewer.example.org/viewer?study=1.2');
    expect(await opened('&viewer=WEASIS')).toMatch(/^weasis:/);
    const manifest = await fetch(`${url}/manifest?studyUID=1.2`, { headers: { accept: 'application/xml' } });
    expect(await manifest.text()).toContain('Archive mine');
  });
  const check = ['node_modules/@pacs-connectors/manifest-server/bin/pacs-connectors.js', 'check', 'connectors.yml'];
  const { stdout } = await execute(process.execPath, check, { cwd: path });
  expect(stdout).toMatch(/^my-viewer:\n +server: https:\/\/my-viewer\.example\.org$/m);
  await writeFile(join(path, 'connectors.yml'), configuration.replace('https://my-viewer', 'my-viewer'));
  await expect(execute(process.execPath, check, { cwd: path })).rejects.toThrow(
    /error: connectors\.yml:8:\d+ my-viewer\.server: found the address "my-viewer\.example\.org"/,
  );
});
