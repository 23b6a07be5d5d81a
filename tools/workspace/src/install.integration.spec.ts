import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type DatabaseServer, signalProcess, startPostgresql, temporaryFolder } from '@pacs-connectors/test-services';

// What somebody meets who adds the packages to a project of their own, outside this workspace: nothing but the tarballs that
// npm would publish, and what these draw in.

const root = fileURLToPath(new URL('../../../', import.meta.url));
const execute = promisify(execFile);

/** What an application on our NestJS modules has beside them; terminus is the one whose peers easily come into conflict. */
const NESTJS = [
  '@nestjs/common@^12.5.0',
  '@nestjs/config@^12.0.1',
  '@nestjs/core@^12.5.1',
  '@nestjs/platform-fastify@^12.5.0',
  '@nestjs/terminus@^12.1.0',
];
/** The driver that whoever asks a PostgreSQL installs. */
const DRIVER = ['pg@^8.20.0', 'pg-cursor@^2.20.0'];

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let database: DatabaseServer;
/** Package name → tarball. */
let tarballs: Map<string, string>;

beforeAll(async () => {
  folder = await temporaryFolder('install');
  database = await startPostgresql();
  await database.execute(
    `create table images (pid text, pname text, study text, series text, sop text);
     insert into images values ('7', 'Doe^Jane', '1.2', '1.2.3', '1.2.3.4');`,
  );
  tarballs = await pack();
});

afterAll(async () => {
  await database?.stop();
  await folder?.remove();
});

/** Packs every package that is not private to this workspace. @throws Error where one is not built */
async function pack(): Promise<Map<string, string>> {
  const { stdout: listed } = await execute('npm', ['query', '.workspace:not([private])'], {
    cwd: root,
    maxBuffer: 1 << 26,
  });
  const published = (JSON.parse(listed) as { name: string }[]).flatMap(({ name }) => ['--workspace', name]);
  const { stdout } = await execute('npm', ['pack', ...published, '--json', '--pack-destination', folder.path], {
    cwd: root,
    maxBuffer: 1 << 26,
  });
  const packed = JSON.parse(stdout) as { name: string; filename: string; files: { path: string }[] }[];
  for (const { name, files } of packed) {
    if (!files.some(({ path }) => path.startsWith('dist/')))
      throw new Error(`${name} is not built. Remedy: npm run build`);
    expect(files.filter(({ path }) => path.endsWith('.tsbuildinfo'))).toEqual([]);
  }
  return new Map(packed.map(({ name, filename }) => [name, join(folder.path, filename)]));
}

/** An empty project with `packages` installed, and the archive's configuration; where npm met a conflict, this fails. */
async function project(name: string, packages: string[]): Promise<string> {
  const path = join(folder.path, name);
  await mkdir(path);
  await writeFile(join(path, 'package.json'), '{ "private": true, "type": "module" }');
  await writeFile(
    join(path, 'connectors.yml'),
    `connector:
  config:
    main:
      type: DB
      wado.authentication.basic.url: http://pacs.example/wado
      db-connector:
        uri: ${database.jdbcUrl}
        user: ${database.user}
        password: ${database.password}
        query:
          select: select pid as "patientId", pname as "patientName", study as "studyInstanceUid", series as "seriesInstanceUid", sop as "sopInstanceUid" from images
          patient-id-column: pid
`,
  );
  // Optional packages are left out since better-sqlite3 would be compiled; npm checks their peers all the same.
  const install = ['install', '--no-audit', '--no-fund', '--omit=optional', ...packages];
  const { stdout, stderr } = await execute('npm', install, { cwd: path });
  expect(stdout + stderr).not.toMatch(/ERESOLVE|peer dep/i);
  await execute('npm', ['ls', '--all'], { cwd: path, maxBuffer: 1 << 26 });
  return path;
}

/** What a program prints that is run in a project. */
async function run(path: string, program: string): Promise<string> {
  await writeFile(join(path, 'program.js'), program);
  const { stdout } = await execute(process.execPath, ['program.js'], { cwd: path });
  return stdout;
}

const SEARCH = `
  const criteria = { ...emptyCriteria(), patientIds: [{ id: '7' }] };
  const { patients } = await connector.search(criteria, { signal: AbortSignal.timeout(30_000), depth: 'instance' });
  const manifest = { arcQueries: [{ arcId: connector.id, baseUrl: 'http://pacs.example/wado', patients }] };
  for await (const piece of renderManifest(manifest, { format: 'xml' })) process.stdout.write(piece);`;

it('installs into an empty project without NestJS, and makes a manifest there', async () => {
  const libraries = [...tarballs].filter(([name]) => !name.endsWith('manifest-server')).map(([, tarball]) => tarball);
  const path = await project('plain', [...libraries, ...DRIVER]);
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

it('installs beside NestJS, and its modules make up an application', async () => {
  const libraries = [...tarballs].filter(([name]) => !name.endsWith('manifest-server')).map(([, tarball]) => tarball);
  const output = await run(
    await project('nestjs', [...libraries, ...NESTJS, ...DRIVER]),
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

it('installs as a server into an empty project, and serves from there', async () => {
  const path = await project('server', [...tarballs.values()]);
  const main = 'node_modules/@pacs-connectors/manifest-server/dist/main.js';
  const server = spawn(process.execPath, [main, '--connectors-config', 'connectors.yml', '--port', '0'], { cwd: path });
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
    const response = await fetch(`http://${host}/manifest?patientID=7`, { headers: { accept: 'application/xml' } });
    expect(await response.text()).toContain('<Instance SOPInstanceUID="1.2.3.4"');
  } finally {
    signalProcess(server, 'SIGTERM');
    await exited;
  }
});
