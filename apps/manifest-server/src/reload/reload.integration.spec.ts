import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { signalProcess, temporaryFolder } from '@pacs-connectors/test-services';
import { type BuiltServer, runBuiltServer } from '../testing/built-server.js';
import { type RemoteArchive, startRemoteArchive } from '../testing/remote-archive.js';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let archive: RemoteArchive;
let server: BuiltServer;
let url: string;
let file: string;

beforeAll(async () => {
  folder = await temporaryFolder('reload');
  archive = await startRemoteArchive(folder.path);
  file = join(folder.path, 'connectors.yml');
});
beforeEach(() => {
  archive.prompt = false;
  archive.questions.length = 0;
});
afterEach(async () => {
  signalProcess(server?.child, 'SIGKILL');
  await server?.ended;
});
afterAll(async () => {
  await archive?.stop();
  await folder?.remove();
});

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function until(wanted: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await wanted())) await pause(20);
}

async function run(configuration: string): Promise<void> {
  server = await runBuiltServer(['--connectors-config', configuration, '--port', '0'], folder.path);
  url = await server.address();
  await until(async () => (await fetch(`${url}/health/startup`)).status === 200);
}

/** A configuration of connectors that ask the archive at a path of its own each. */
function configured(paths: Record<string, string>, more = ''): string {
  const connectors = Object.entries(paths).map(
    ([id, path]) => `    ${id}:
      type: REMOTE
      separate: true
      remote.url: ${archive.url}/${path}
      wado.authentication.basic: { url: http://images.invalid/wado, login: viewer, password: hunter2 }
`,
  );
  return `connector:\n  plugins: remote-archive\n  config:\n${connectors.join('')}${more}`;
}

interface Health {
  status: string;
  details: Record<string, Record<string, unknown>>;
}

const health = async (path: string) => (await (await fetch(`${url}/health/${path}`)).json()) as Health;
const numberOf = async (id: string) =>
  ((await health('connectors')).details[id]?.['details'] as { made?: number } | undefined)?.made;
const configurationHealth = async () => (await health('ready')).details['configuration'];
const refused = async () => JSON.stringify((await configurationHealth())?.['refused'] ?? '');
const metric = async (name: string) =>
  new RegExp(`^${name} (\\S+)$`, 'm').exec(await (await fetch(`${url}/metrics`)).text())?.[1];

/** Requests a manifest and waits for its questions to the archive. Await `text` before the server ends. */
async function ask(study: string, questions: number) {
  const before = archive.questions.length;
  const text = fetch(`${url}/manifest?studyUID=${study}`).then((response) => response.text());
  await until(() => archive.questions.length === before + questions);
  return { text, asked: archive.questions.slice(before) };
}

/** Requests a manifest for which a prompt archive is asked once. @returns the path of that question */
async function askedPath(study: string) {
  const { text, asked } = await ask(study, 1);
  expect(await text).toContain(`StudyInstanceUID="${study}"`);
  return asked[0]?.path;
}

it('replaces the changed connector, while running searches end on the old ones; the other stays as it is', async () => {
  await writeFile(file, configured({ steady: 'a', changing: 'b' }));
  await run(file);
  const [steady, changing] = [await numberOf('steady'), await numberOf('changing')];
  const early = await ask('2.25.1', 2);
  await writeFile(file, configured({ steady: 'a', changing: 'changed' }));
  await until(async () => ![changing, undefined].includes(await numberOf('changing')));
  expect(await numberOf('steady')).toBe(steady);
  expect(server.output()).toContain('the configuration was reloaded; replaced: changing');
  const late = await ask('2.25.2', 2);
  expect(late.asked.map(({ path }) => path.split('?')[0]).sort()).toEqual(['/a/', '/changed/']);
  expect(server.output()).not.toContain('closed: ');
  for (const question of [...early.asked, ...late.asked]) question.answer();
  expect((await early.text).match(/StudyInstanceUID="2.25.1"/g)).toHaveLength(2);
  expect((await late.text).match(/StudyInstanceUID="2.25.2"/g)).toHaveLength(2);
  await until(() => server.output().includes('closed: '));
  expect(server.output()).toContain(`closed: changing, made as number ${changing}`);
  expect(server.output()).not.toContain('closed: steady');
});

it('keeps the configuration in use while the files have errors, and reports them until they are corrected', async () => {
  archive.prompt = true;
  await writeFile(file, configured({ one: 'a' }));
  await run(file);
  const since = (await configurationHealth())?.['since'];
  await writeFile(file, `${configured({ one: 'b', two: 'b' })}  timeout: often\n`);
  await until(async () => (await configurationHealth())?.['status'] === 'degraded');
  expect((await fetch(`${url}/health/ready`)).status).toBe(200);
  expect(await configurationHealth()).toMatchObject({
    since,
    code: 'server.configuration.refused',
    message: 'the server refuses the configuration in the files, and keeps the one in use',
    refused: { reasons: [expect.stringContaining('connector.timeout: found "often"')] },
  });
  expect(await metric('pacs_config_last_reload_successful')).toBe('0');
  expect(server.output()).toContain('connector.timeout: found \\"often\\"');
  expect(await askedPath('2.25.3')).toBe('/a/?study=2.25.3');

  await writeFile(file, 'connector: [ hunter2');
  await until(async () => (await refused()).includes('connectors.yml:1:'));
  await rm(file);
  await until(async () => (await refused()).includes('found no such file'));
  expect(server.output()).toContain('found no such file');
  expect(await askedPath('2.25.4')).toBe('/a/?study=2.25.4');

  await writeFile(file, configured({ one: 'b' }));
  await until(async () => (await configurationHealth())?.['status'] === 'up');
  expect((await configurationHealth())?.['since']).not.toBe(since);
  expect(await metric('pacs_config_last_reload_successful')).toBe('1');
  expect(await askedPath('2.25.5')).toBe('/b/?study=2.25.5');
  expect(server.output()).not.toContain('hunter2');
  expect(server.child.exitCode).toBeNull();
});

it('reloads the files on SIGHUP, and ends on SIGTERM as usual', async () => {
  archive.prompt = true;
  await writeFile(file, configured({ one: 'a' }));
  await run(file);
  const number = await numberOf('one');
  signalProcess(server.child, 'SIGHUP');
  await until(() => server.output().includes('the configuration was reloaded; no setting has changed'));
  await writeFile(file, configured({ one: 'a', two: 'b' }));
  signalProcess(server.child, 'SIGHUP');
  await until(() => server.output().includes('the configuration was reloaded; added: two'));
  expect(await numberOf('one')).toBe(number);
  signalProcess(server.child, 'SIGTERM');
  expect(await server.ended).toBe(0);
});

it('follows a folder whose files are swapped as Kubernetes swaps those of a ConfigMap', async () => {
  const config = join(folder.path, 'config');
  const version = async (name: string, text: string) => {
    await mkdir(join(config, name), { recursive: true });
    await writeFile(join(config, name, 'connectors.yml'), text);
    await symlink(name, join(config, '..data_tmp'));
    await rename(join(config, '..data_tmp'), join(config, '..data'));
  };
  await version('..1', configured({ one: 'a' }));
  await symlink('..data/connectors.yml', join(config, 'connectors.yml'));
  await run(config);
  await version('..2', configured({ one: 'a', two: 'b' }));
  await rm(join(config, '..1'), { recursive: true });
  await until(async () => (await numberOf('two')) !== undefined);
  await version('..3', configured({ two: 'b' }));
  await until(async () => !('one' in (await health('connectors')).details));
  expect(server.output()).toContain('the configuration was reloaded; removed: one');
});
