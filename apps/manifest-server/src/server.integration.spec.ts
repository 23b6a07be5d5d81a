import { cp, readFile, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { signalProcess, temporaryFolder } from '@pacs-connectors/test-services';
import { ROUTES } from './http/routes.js';
import { type BuiltServer, runBuiltServer } from './testing/built-server.js';
import { installPluginPackage, link } from './testing/plugin-package.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
const running: BuiltServer[] = [];

beforeAll(async () => {
  folder = await temporaryFolder('site');
});
afterEach(async () => {
  for (const { child, ended } of running.splice(0)) {
    signalProcess(child, 'SIGKILL');
    await ended;
  }
});
afterAll(() => folder?.remove());

async function run(...args: string[]): Promise<BuiltServer> {
  const server = await runBuiltServer(args, folder.path);
  running.push(server);
  return server;
}

async function file(name: string, text: string): Promise<string> {
  const path = join(folder.path, name);
  await writeFile(path, text);
  return path;
}

/** Packages of this project that a plug-in is written with. */
const OURS = ['connector-core', 'config-core'];

/**
 * A package that this repository knows nothing of, installed in the site's own folder. With `copies` it has copies of our
 * packages of its own, as npm makes them where versions differ.
 */
async function installPlugin(name: string, { copies = false } = {}): Promise<void> {
  const own = await installPluginPackage(
    folder.path,
    name,
    `import { Module } from '@nestjs/common';
import { Setting } from '@pacs-connectors/config-core';
import { ConnectorPluginProvider } from '@pacs-connectors/connector-core/nestjs';

class ShelfSettings {}
Setting({ paths: ['shelf.label'], description: 'Label of the shelf' })(ShelfSettings.prototype, 'label');

class ShelfPlugin {
  type = 'SHELF';
  settings = ShelfSettings;
  create({ id, settings }) {
    return {
      id,
      type: 'SHELF',
      search: async ({ patientIds }) => {
        if (patientIds[0].id === 'slow') {
          console.log('shelf ' + id + ' is asked');
          await new Promise((resolve) => setTimeout(resolve, 1000));
        }
        return { notices: [], patients: patientIds.map(({ id: patientId }) => ({
          patientId,
          patientName: settings.label,
          studies: [{ studyInstanceUid: '2.25.1', series: [{ seriesInstanceUid: '2.25.2', instances: [{ sopInstanceUid: '2.25.3' }] }] }],
        })) };
      },
      check: async () => ({ latencyMs: 0 }),
      close: async () => console.log('shelf ' + id + ' is closed'),
    };
  }
}
ConnectorPluginProvider()(ShelfPlugin);

export default class ShelfModule {}
Module({ providers: [ShelfPlugin] })(ShelfModule);
`,
  );
  if (copies) for (const ours of OURS) await copy(ours, own);
}

/** A copy of one of our built packages below a package of the site, with links to what it depends on. */
async function copy(ours: string, into: string): Promise<void> {
  const from = join(root, 'packages', ours);
  const modules = join(into, 'node_modules');
  for (const part of ['package.json', 'dist'])
    await cp(join(from, part), join(modules, '@pacs-connectors', ours, part), { recursive: true });
  const text = await readFile(join(from, 'package.json'), 'utf8');
  const { dependencies = {} } = JSON.parse(text) as { dependencies?: Record<string, string> };
  for (const name of Object.keys(dependencies).filter((one) => !one.startsWith('@pacs-connectors/'))) {
    const nested = join(from, 'node_modules', name);
    await link(existsSync(nested) ? nested : join(root, 'node_modules', name), join(modules, name));
  }
}

const SHELF = `
  config:
    cellar:
      type: SHELF
      shelf:
        label: Cellar
      wado:
        authentication:
          basic:
            url: http://cellar.example/wado
`;

describe('a plug-in package that the server has never heard of', () => {
  it('is picked up by being installed and listed, and closed with the server', async () => {
    await installPlugin('shelf-connector');
    const configuration = await file('shelf.yml', `connector:\n  plugins: shelf-connector${SHELF}`);
    const server = await run('--connectors-config', configuration, '--port', '0');
    const url = await server.address();
    const response = await fetch(`${url}/manifest?patientID=7`, { headers: { accept: 'application/xml' } });
    expect(response.status).toBe(200);
    expect(await response.text()).toMatch(/<Patient PatientID="7" PatientName="Cellar".*SOPInstanceUID="2\.25\.3"/);
    expect(await fetch(`${url}/health/ready`).then((ready) => ready.json())).toMatchObject({
      details: { 'connector cellar': { status: 'up', type: 'SHELF' } },
    });
    signalProcess(server.child, 'SIGTERM');
    expect(await server.ended).toBe(0);
    expect(server.output()).toContain('shelf cellar is closed');
    await expect(fetch(`${url}/health/live`)).rejects.toThrow();
  });

  it('finishes the requests under way when the server is asked to stop', async () => {
    await installPlugin('shelf-connector');
    const configuration = await file('slow.yml', `connector:\n  plugins: shelf-connector${SHELF}`);
    const server = await run('--connectors-config', configuration, '--port', '0');
    const url = await server.address();
    const response = fetch(`${url}/manifest?patientID=slow`);
    while (!server.output().includes('shelf cellar is asked')) await new Promise((resolve) => setTimeout(resolve, 20));
    signalProcess(server.child, 'SIGTERM');
    expect(await (await response).text()).toContain('PatientID="slow"');
    expect(await server.ended).toBe(0);
    expect(server.output()).toContain('shelf cellar is closed');
  });

  it('may bring its own copies of our packages', async () => {
    await installPlugin('far-shelf-connector', { copies: true });
    const configuration = await file('far.yml', `connector:\n  plugins: far-shelf-connector${SHELF}`);
    const server = await run('--connectors-config', configuration, '--port', '0');
    const manifest = await fetch(`${await server.address()}/manifest?patientID=7`).then((response) => response.text());
    expect(manifest).toContain('PatientName="Cellar"');
  });

  it('costs only the connectors of its type where it is not installed', async () => {
    const configuration = await file(
      'two.yml',
      `connector:\n  plugins: [shelf-connector, attic-connector]${SHELF}    attic:\n      type: ATTIC\n`,
    );
    const server = await run('--connectors-config', configuration, '--port', '0');
    const url = await server.address();
    const ready = await fetch(`${url}/health/ready`);
    expect(ready.status).toBe(200);
    const body = (await ready.json()) as { status: string; details: Record<string, { reasons?: string[] }> };
    expect(body.status).toBe('degraded');
    expect(body.details['connector attic']).toMatchObject({
      status: 'degraded',
      reasons: expect.arrayContaining([
        expect.stringContaining('found "ATTIC"'),
        expect.stringContaining('names attic-connector, which is not installed. Remedy: npm install attic-connector'),
      ]) as unknown,
    });
    const manifest = await fetch(`${url}/manifest?patientID=7`).then((response) => response.text());
    expect(manifest).toMatch(/arcId="attic"[^>]*>\s*<Message title="Archive attic: configuration error"/);
    expect(manifest).toContain('PatientName="Cellar"');
  });
});

describe("the API's description", () => {
  it('is a page and two files below the context path', async () => {
    await installPlugin('shelf-connector');
    const configuration = await file('api.yml', `connector:\n  plugins: shelf-connector${SHELF}`);
    const server = await run('--connectors-config', configuration, '--port', '0', '--server-context-path', 'pacs');
    const url = `${await server.address()}/pacs`;
    const page = await fetch(`${url}/api`);
    expect(page.status).toBe(200);
    const html = await page.text();
    const assets = [...html.matchAll(/(?:src|href)="(\.\/[^"]+)"/g)].map(([, path]) => new URL(path ?? '', page.url));
    expect(assets.length).toBeGreaterThan(2);
    for (const asset of assets) expect([asset.href, (await fetch(asset)).status]).toEqual([asset.href, 200]);
    expect((await fetch(`${url}/api/`)).status).toBe(200);
    expect((await fetch(`${url}/api-yaml`)).status).toBe(200);

    const document = (await fetch(`${url}/api-json`).then((response) => response.json())) as {
      paths: Record<string, { get: { parameters: { name: string }[]; responses: Record<string, object> } }>;
      components: { schemas: object };
    };
    const addresses = Object.values(ROUTES).flatMap(({ paths }) =>
      paths.map((path) => `/pacs/${path.replace(/:(\w+)/g, '{$1}')}`),
    );
    expect(Object.keys(document.paths).sort()).toEqual([...new Set(addresses)].sort());
    const { parameters, responses } = document.paths['/pacs/manifest']?.get ?? { parameters: [], responses: {} };
    const names = parameters.map(({ name }) => name);
    for (const name of ['patientID', 'studyUID', 'objectUID', 'upperDateTime', 'gzip', 'access_token'])
      expect(names).toContain(name);
    for (const status of ['200', '304', '400', '406', '502', '504']) expect(Object.keys(responses)).toContain(status);
    expect(document.components.schemas).toHaveProperty('Problem');
  });
});

describe('a server that cannot start says why and ends with exit code 1', () => {
  async function refusal(...args: string[]): Promise<string> {
    const server = await run(...args);
    expect(await server.ended).toBe(1);
    expect(server.output()).not.toMatch(/^\s+at /m);
    return server.output();
  }

  it('no usable connector: everything that is wrong', async () => {
    const configuration = await file(
      'broken.yml',
      'connector:\n  plugins: absent-connector\n  config:\n    a:\n      type: ATTIC\n    b:\n      type: DB\n',
    );
    const output = await refusal('--connectors-config', configuration, '--port', '0');
    expect(output).toContain(
      'The server does not start, because no connector can be used. [server.start.no-archive]\n',
    );
    expect(output).toMatch(/broken\.yml:5:\d+ connector\.config\.a\.type: found "ATTIC"/);
    expect(output).toContain('connector.config.b');
    expect(output).toContain('absent-connector, which is not installed');
  });

  it('a file that is not there', async () => {
    const output = await refusal('--connectors-config', join(folder.path, 'absent.yml'));
    expect(output).toContain('The configuration cannot be used. [server.start.configuration-invalid]\n');
    expect(output).toContain('absent.yml');
  });

  it('a guard that is broken', async () => {
    await installPlugin('shelf-connector');
    const configuration = await file(
      'guard.yml',
      `connector:\n  plugins: shelf-connector${SHELF}hosts:\n  allow: 10.0.0.0/99\n`,
    );
    expect(await refusal('--connectors-config', configuration, '--port', '0')).toMatch(
      /hosts\.allow: found "10\.0\.0\.0\/99"/,
    );
  });

  it('a port that is taken, an address that is not ours, flags that are wrong', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };
    expect(await refusal('--port', String(port))).toMatch(
      new RegExp(
        `Cannot listen on 127.0.0.1, port ${port}: another program listens there\\. .*\\[server\\.start\\.port-in-use\\]`,
      ),
    );
    taken.close();
    expect(await refusal('--host', '192.0.2.1', '--port', '0')).toContain('this machine does not have that address');
    expect(await refusal('--host', 'no-such-host.invalid', '--port', '0')).toMatch(
      /that name cannot be resolved.*\[server\.start\.host-invalid\]/,
    );
    expect(await refusal('--port', 'x')).toContain(
      'PORT is x; expected a number from 0 to 65535 [server.start.option-invalid]',
    );
    expect(await refusal('--colour')).toContain("Unknown option '--colour'");
  });
});
