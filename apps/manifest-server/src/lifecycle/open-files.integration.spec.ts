import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { sampleArchive } from '@pacs-connectors/connector-testkit';
import { createDemoArchive, type DemoArchive } from '@pacs-connectors/demo-archive';
import {
  type DatabaseServer,
  inPidNamespace,
  type RedisService,
  type RunningOrthanc,
  signalProcess,
  startMariadb,
  startOrthanc,
  startPostgresql,
  startRedis,
  temporaryFolder,
  writeDicomFiles,
} from '@pacs-connectors/test-services';
import {
  OTHER_PROCESSES,
  runStarvedServer,
  type StarvedServer,
  WITH_OTHER_PROCESSES,
} from '../testing/starved-server.js';

const REMEDY = /Raise the limit of open files of this process/;
const execFileAsync = promisify(execFile);
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let server: StarvedServer | undefined;

beforeAll(async () => {
  folder = await temporaryFolder('open-files');
});
afterEach(async () => {
  if (signalProcess(server?.child, 'SIGKILL')) await once(server!.child, 'close');
  server = undefined;
});
afterAll(() => folder?.remove());

/** Waits until `check` holds. */
async function until(check: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 120_000;
  while (!(await check())) {
    if (Date.now() > end) throw new Error(`it does not become so: ${check}\n${server?.output()}`);
    await pause(50);
  }
}

describe('with few files left to open', () => {
  let demo: DemoArchive;
  let globals: string;
  let wrapper: string[];
  beforeAll(async () => {
    demo = await createDemoArchive(folder.path);
    globals = join(folder.path, 'globals.yml');
    await writeFile(globals, 'health: { check-interval: 1s, circuit.rest: 1s }\n');
    wrapper = await inPidNamespace(WITH_OTHER_PROCESSES);
  });

  const start = async () =>
    (server = await runStarvedServer(
      ['--connectors-config', `${globals},${demo.configuration}`],
      folder.path,
      wrapper,
    ));

  it.each([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10])(
    '%i: an SQLite process that does not start is a failure of its archive, and nobody is signalled',
    async (count) => {
      const { ask, askOnNewConnection, limitFiles, otherProcesses, output } = await start();
      expect(await otherProcesses()).toBe(OTHER_PROCESSES);
      await limitFiles(count);
      const answers: { status: number; text: string }[] = [];
      for (let round = 0; round < 4; round++) {
        // More at once than there are processes already.
        const questions = [1, 2, 3, 4, 5, 6].map((patient) =>
          ask(`/manifest?patientID=DEMO-${patient}`, { accept: 'application/xml' }).catch((error: Error) => ({
            status: 0,
            text: error.message,
          })),
        );
        answers.push(...(await Promise.all(questions)));
      }
      expect(await otherProcesses()).toBe(OTHER_PROCESSES);
      expect(output()).not.toContain('the server ended');
      for (const { status, text } of answers) {
        expect([200, 502]).toContain(status);
        if (status === 502) expect(text).toMatch(/Archive demo: not reachable.*EMFILE.*Raise the limit of open files/);
      }
      // A process takes more than three.
      if (count <= 3) expect(answers.map(({ text }) => text).join('')).toContain('EMFILE');
      await limitFiles('free');
      await until(async () => (await askOnNewConnection('/manifest?patientID=DEMO-1')).status === 200);
    },
  );

  it('a new connection is closed, the log says why, and later ones are taken', async () => {
    const { ask, askOnNewConnection, limitFiles, prints, output } = await start();
    await limitFiles(0);
    const [, line = ''] = await prints(/^(.*new connections are refused.*)$/m);
    expect(line).toMatch(REMEDY);
    for (let count = 0; count < 50; count++)
      await expect(askOnNewConnection('/health/live')).rejects.toThrow(/hang up|ECONNRESET/);
    expect((await ask('/health/live')).status).toBe(200);
    await limitFiles('free');
    await prints(/files and connections can be opened again/);
    expect((await askOnNewConnection('/health/live')).status).toBe(200);
    // Once, however long it lasts.
    expect(output().match(/new connections are refused/g)).toHaveLength(1);
  });

  it('a change of the configuration is taken as soon as its files can be read', async () => {
    const { limitFiles, prints, output, sendSighup, ask } = await start();
    await limitFiles(0);
    await writeFile(globals, 'health: { check-interval: 1s, circuit.rest: 2s }\n');
    await sendSighup();
    const [, line = ''] = await prints(/^(.*the configuration cannot be reloaded now.*)$/m);
    expect(line).toMatch(REMEDY);
    // Longer than it takes to see a change.
    await pause(6_000);
    expect(output()).not.toMatch(/is refused|was reloaded/);
    expect((await ask('/health/ready')).status).toBe(200);
    await limitFiles('free');
    await prints(/the configuration was reloaded; changed keys: health/);
  });

  it.each([0, 1, 2, 4, 8])('%i: an uploaded manifest is answered by 503, or checked', async (count) => {
    const { ask, limitFiles } = await start();
    const text = (await ask('/manifest?patientID=DEMO-1', { accept: 'application/xml' })).text;
    const upload = () => ask('/weasis?upload=manifest', { 'content-type': 'application/xml' }, text);
    await limitFiles(count);
    const { status, text: answer } = await upload();
    if (count === 0) expect(status).toBe(503);
    if (status !== 302) expect({ status, answer }).toEqual({ status: 503, answer: expect.stringMatching(REMEDY) });
    await limitFiles('free');
    expect((await upload()).status).toBe(302);
  });
});

it('a SIGHUP does not end a server on a terminal while no file can be opened', async () => {
  const { configuration } = await createDemoArchive(await mkdtemp(join(folder.path, 'terminal-')));
  const terminal = await inPidNamespace('ulimit -n 1024; exec script -q -c "exec $*" /dev/null');
  const { ask, limitFiles, sendSighup, prints } = (server = await runStarvedServer(
    ['--connectors-config', configuration],
    folder.path,
    terminal,
  ));
  await limitFiles(0);
  await sendSighup();
  await prints(/the configuration cannot be reloaded now/);
  await limitFiles('free');
  await pause(500);
  expect(JSON.parse((await ask('/health/ready')).text)).toMatchObject({ details: { server: { status: 'up' } } });
});

it('a server that may open too few files to start says so', async () => {
  const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
  const start = execFileAsync('sh', ['-c', 'ulimit -n 100; exec "$@"', 'sh', process.execPath, main, '--port', '0']);
  await expect(start).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^The server cannot start: .*LimitNOFILE/),
  });
});

it('the driver of a database that could not be opened is loaded later; files that could not be are no missing ones', async () => {
  const built = (path: string) => JSON.stringify(new URL(`../../../../packages/${path}`, import.meta.url).href);
  const program = `
import { closeSync, openSync } from 'node:fs';
import { readTexts } from ${built('config-core/dist/index.js')};
import { loadDriver } from ${built('connector-db/dist/engines/driver.js')};
import { readStore } from ${built('tls-stores/dist/index.js')};
const load = (name) => { try { return typeof loadDriver(name, name); } catch (error) { return error.cause?.code ?? error.message; } };
const drivers = ['pg', 'pg-cursor', 'mysql2', 'tedious', 'oracledb'];
const held = [];
try { for (;;) held.push(openSync('/dev/null')); } catch {}
const without = drivers.map(load);
const { problems: [problem] } = await readTexts(['package.json']);
const files = [problem.found + ' ' + problem.expected];
try { readStore({ url: 'package.json' }) } catch (error) { files.push(error.message + ' ' + error.remedy); }
for (const descriptor of held.splice(0, 2)) closeSync(descriptor);
const few = drivers.map(load);
for (const descriptor of held) closeSync(descriptor);
console.log(JSON.stringify([without, few, drivers.map(load), files]));`;
  const node = [process.execPath, '--input-type=module', '-e', program];
  const { stdout } = await execFileAsync('sh', ['-c', 'ulimit -n 200; exec "$@"', 'sh', ...node]);
  const [without, few, later, files] = JSON.parse(stdout) as string[][];
  expect([without, few]).toEqual([Array(5).fill('EMFILE'), Array(5).fill('EMFILE')]);
  expect(later?.every((type) => type === 'function' || type === 'object')).toBe(true);
  expect(files).toEqual(Array(2).fill(expect.stringMatching(/EMFILE.*Raise the limit of open files of this process/)));
});

describe('with no file left to open', () => {
  const [patient] = sampleArchive;
  let databases: DatabaseServer[];
  let orthanc: RunningOrthanc;
  let redis: RedisService;
  let configuration: string;
  const ids = ['postgresql', 'mariadb', 'dicom', 'web'];

  beforeAll(async () => {
    [databases, orthanc, redis] = await Promise.all([
      Promise.all([startPostgresql(), startMariadb()]),
      startOrthanc({ dicomWeb: true }),
      startRedis(),
    ]);
    await orthanc.upload(await writeDicomFiles(join(folder.path, 'dicom'), sampleArchive.slice(0, 1)));
    configuration = join(folder.path, 'archives.yml');
    await writeFile(
      configuration,
      `health: { check-interval: 300ms, circuit.rest: 1s }
cache: { url: '${redis.url}', encryption-key: a long text }
connector:
  timeout: 5s
  config:
${databases.map((database, index) => connector(ids[index]!, database)).join('')}    dicom:
      type: DICOM
      wado.authentication.basic.url: http://dicom.example/wado
      dicom-connector: { calling-aet: VIEWER, aet: ORTHANC, host: localhost, port: ${orthanc.dicomPort}, idle-timeout: 100ms }
    web:
      type: DICOM_WEB
      dicom-web-connector:
        qido-rs.authentication.basic.server: { url: http://127.0.0.1, port: ${orthanc.httpPort}, context: /dicom-web }
        wado-rs.authentication.basic.server: { url: http://web.example, context: /dicom-web }
`,
    );
  });
  afterAll(async () => {
    await Promise.allSettled([...(databases ?? []), orthanc, redis].map((service) => service?.stop()));
  });

  function connector(id: string, { jdbcUrl, user, password }: DatabaseServer): string {
    return `    ${id}:
      type: DB
      wado.authentication.basic.url: http://${id}.example/wado
      db-connector:
        uri: ${jdbcUrl}
        user: ${user}
        password: ${password}
        query:
          select: >-
            select i.pid as patientId, i.study as studyInstanceUid, i.series as seriesInstanceUid, i.sop as sopInstanceUid
            from (select '${patient?.patientId}' as pid, '1.2' as study, '1.2.3' as series, '1.2.3.4' as sop) i
          patient-id-column: i.pid
`;
  }

  it('every archive and Redis report the limit with its remedy, and recover', async () => {
    const { ask, limitFiles, child } = (server = await runStarvedServer(
      ['--connectors-config', configuration],
      folder.path,
      ['sh', '-c', 'ulimit -n 1024; exec "$@"', 'sh'],
    ));
    const headers = { accept: 'application/xml' };
    const manifest = () => ask(`/manifest?patientID=${patient?.patientId}`, headers);
    const ready = async () => (await ask('/health/ready')).text;
    const whole = async () => {
      const { status, text } = await manifest();
      return status === 200 && !text.includes('severity="ERROR"') && !(await ready()).includes('Redis (cache.url)');
    };
    await until(whole);

    await limitFiles(0);
    // What is connected goes on; whatever is opened after that fails.
    for (const database of databases) await database.crash();
    await redis.stop();
    redis = await startRedis({ port: redis.port });
    for (const database of databases) await database.start();
    await orthanc.crash();
    await orthanc.start();
    await until(async () => {
      const { text } = await manifest();
      return ids.every((id) => new RegExp(`Archive ${id}: not reachable[^>]*EMFILE[^>]*Raise the limit`).test(text));
    });
    await until(async () => /Redis \(cache.url\) cannot be used \(EMFILE; raise the limit of open/.test(await ready()));
    expect(child.exitCode).toBeNull();

    await limitFiles('free');
    await until(whole);
  });
});
