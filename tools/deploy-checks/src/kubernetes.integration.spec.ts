import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  freePort,
  type RedisService,
  type RunningServer,
  startRedis,
  startServer,
  temporaryFolder,
} from '@pacs-connectors/test-services';
import { parse } from 'yaml';
import { parseManifests, renderChart } from './chart.js';

// Tests what the chart says about the server on the real server.

const root = fileURLToPath(new URL('../../../', import.meta.url));

interface Probe {
  httpGet: { path: string; port: string };
}

interface Container {
  env: { name: string; value: string }[];
  ports: { name: string; containerPort: number }[];
  startupProbe: Probe;
  livenessProbe: Probe;
  readinessProbe: Probe;
  volumeMounts: { mountPath: string; subPath?: string }[];
}

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let redis: RedisService;
let server: RunningServer;
/** `http://host:port`, without the context path. */
let address: string;
let container: Container;
let annotations: Record<string, string>;
let gracePeriodSeconds: number;
let config: string;

beforeAll(async () => {
  [folder, redis] = [await temporaryFolder('kubernetes'), await startRedis()];
  const text = await renderChart(join(root, 'deploy/helm/pacs-connectors'), 'viewer', { contextPath: '/pacs' });
  const manifests = parseManifests(text);
  const specOf = (kind: string) => manifests.find((manifest) => manifest.kind === kind)!;
  const { template } = specOf('Deployment')['spec'] as {
    template: {
      metadata: { annotations: Record<string, string> };
      spec: { containers: Container[]; terminationGracePeriodSeconds: number };
    };
  };
  [container] = template.spec.containers as [Container];
  annotations = template.metadata.annotations;
  gracePeriodSeconds = template.spec.terminationGracePeriodSeconds;

  config = (specOf('ConfigMap')['data'] as Record<string, string>)['connectors.yml']!;
  expect(config).toContain('redis://redis:6379');
  const mounted = await mount(config.replace('redis://redis:6379', redis.url));
  const [secret] = parseManifests(await readFile(join(root, 'deploy/kubernetes/secret.example.yaml'), 'utf8'));
  const port = await freePort();
  // Sets every variable of the container, with values for this machine.
  const here: Record<string, string> = { CONNECTORS_CONFIG: mounted, HOST: '127.0.0.1', PORT: String(port) };
  const env = Object.fromEntries(container.env.map(({ name, value }) => [name, here[name] ?? value]));
  address = `http://127.0.0.1:${port}`;
  server = await startServer({
    command: process.execPath,
    args: [join(root, 'apps/manifest-server/dist/main.js')],
    cwd: folder.path,
    env: { PATH: process.env['PATH'], ...env, ...(secret!['stringData'] as Record<string, string>) },
    ready: async () => (await fetch(address + container.startupProbe.httpGet.path)).ok,
  });
});

afterAll(async () => {
  await server?.stop();
  await redis?.stop();
  await folder?.remove();
});

/** Writes a file as Kubernetes mounts a ConfigMap: as a link to a link to the file. */
async function mount(text: string): Promise<string> {
  const path = join(folder.path, 'config');
  await mkdir(join(path, '..2026_01_01'), { recursive: true });
  await writeFile(join(path, '..2026_01_01/connectors.yml'), text);
  await symlink('..2026_01_01', join(path, '..data'));
  await symlink('..data/connectors.yml', join(path, 'connectors.yml'));
  return path;
}

describe('the deployment', () => {
  it.each(['startupProbe', 'livenessProbe', 'readinessProbe'] as const)(
    'has a %s that the server answers while its archive is away',
    async (name) => {
      const { path, port } = container[name].httpGet;
      expect(path).toMatch(/^\/pacs\//);
      expect(container.ports.map((own) => own.name)).toContain(port);
      const response = await fetch(address + path);
      expect(response.status).toBe(200);
    },
  );

  it('sets only variables that the server uses', async () => {
    expect(container.env.map(({ name }) => name).sort()).toEqual([
      'CONNECTORS_CONFIG',
      'HOST',
      'PORT',
      'SERVER_CONTEXT_PATH',
    ]);
    // The answer below the context path, at the port, names the configured connector. So all four variables are in effect.
    const response = await fetch(`${address}/pacs/health/connectors`);
    expect(await response.text()).toContain('archive');
    expect((await fetch(`${address}/health/live`)).status).toBe(404);
    expect(server.output()).not.toMatch(/is not set|configuration\.key\.unknown|left out/i);
  });

  it('makes Prometheus request the address of the metrics', async () => {
    const response = await fetch(address + annotations['prometheus.io/path']);
    expect(response.status).toBe(200);
    expect(await response.text()).toContain('pacs_connector_up{connector="archive"');
  });

  it('uses the port of the image everywhere', async () => {
    const port = container.ports.find(({ name }) => name === 'http')!.containerPort;
    expect(container.env).toContainEqual({ name: 'PORT', value: String(port) });
    expect(annotations['prometheus.io/port']).toBe(String(port));
    expect(await readFile(join(root, 'Dockerfile'), 'utf8')).toMatch(new RegExp(`^EXPOSE ${port}$`, 'm'));
  });

  it('mounts the configuration as a folder, since a mounted single file of a ConfigMap never changes', () => {
    expect(container.volumeMounts).toEqual([{ name: 'config', mountPath: '/config', readOnly: true }]);
    expect(container.env).toContainEqual({ name: 'CONNECTORS_CONFIG', value: '/config' });
  });

  it('gives a pod more time to end than the server needs, and the server more than a search', () => {
    const { shutdown } = parse(config) as { shutdown: { delay: string; timeout: string } };
    const [delay, timeout] = [Number.parseInt(shutdown.delay), Number.parseInt(shutdown.timeout)];
    const searchSeconds = 30; // at least the default of connector.timeout
    expect(timeout).toBeGreaterThan(searchSeconds);
    expect(gracePeriodSeconds).toBeGreaterThan(delay + timeout);
  });
});
