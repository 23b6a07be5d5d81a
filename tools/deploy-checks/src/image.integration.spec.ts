import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  type DatabaseServer,
  freePort,
  type RunningServer,
  signalProcess,
  startPostgresql,
  startServer,
  temporaryFolder,
} from '@pacs-connectors/test-services';
import { Build } from './dockerfile.js';

// The tests have no container engine. The lines of the Dockerfile run in a clean folder. The tests enter the result by chroot, with
// the user, environment, entry point and health check of the image.

const root = fileURLToPath(new URL('../../../', import.meta.url));
const execute = promisify(execFile);

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let database: DatabaseServer;
let build: Build;
let image: Build['image'];
/** The folder that is `/` in the image. */
let system: string;

beforeAll(async () => {
  folder = await temporaryFolder('image');
  [database, build] = [await startPostgresql(), await Build.read(root)];
  await database.execute(
    `create table images (pid text, study text, series text, sop text);
     insert into images values ('7', '1.2', '1.2.3', '1.2.3.4');`,
  );
  image = build.image;
  const work = join(folder.path, 'build');
  await mkdir(work);
  // The environment may contain settings of npm, but those of Jest must not reach the build.
  const PATH = `${dirname(await nodeOf(build.bases[0]!))}:${process.env['PATH']}`;
  await build.run(work, { ...process.env, NODE_ENV: undefined, PATH });
  system = join(work, image.folder);
  await writeFile(
    join(system, 'config/connectors.yml'),
    `connector.config.main:
  type: DB
  wado.authentication.basic.url: http://pacs.example/wado
  db-connector:
    uri: ${database.jdbcUrl}
    user: \${DB_USER}
    password: \${DB_PASSWORD}
    query:
      select: select pid as "patientId", study as "studyInstanceUid", series as "seriesInstanceUid", sop as "sopInstanceUid" from images
      patient-id-column: pid
`,
  );
});

afterAll(async () => {
  await database?.stop();
  await folder?.remove();
});

/** Returns the Node.js of a base image `node:26-…`. The npm package `node` contains its binary. */
async function nodeOf(base: string): Promise<string> {
  const line = /^node:(\d+)-/.exec(base)?.[1];
  const path = join(folder.path, 'node');
  await execute('npm', ['install', '--prefix', path, '--no-audit', '--no-fund', '--no-save', `node@${line}`]);
  return join(path, 'node_modules/node/bin/node');
}

/** Returns the command that runs `command` in the image. Without root rights, it uses a user namespace. */
function inside(command: string[], env: NodeJS.ProcessEnv = {}) {
  const asUser = process.getuid?.() === 0 ? ['chroot', `--userspec=${image.user}`] : ['unshare', '-r', 'chroot'];
  const [program, ...args] = [...asUser, system, ...command];
  return {
    command: program!,
    args,
    env: { ...image.env, PATH: `${image.env['PATH']}:${process.env['PATH']}`, TINI_SUBREAPER: '1', ...env },
  };
}

describe('the container', () => {
  let server: RunningServer;
  let port: number;
  let env: NodeJS.ProcessEnv;

  beforeAll(async () => {
    port = await freePort();
    env = { PORT: String(port), DB_USER: database.user, DB_PASSWORD: database.password, SERVER_CONTEXT_PATH: '/pacs' };
    server = await startServer({
      ...inside(image.entrypoint, env),
      ready: async () => (await fetch(`http://127.0.0.1:${port}/pacs/health/ready`)).ok,
    });
  });

  afterAll(() => server?.stop());

  it('answers a manifest from its archive', async () => {
    const response = await fetch(`http://127.0.0.1:${port}/pacs/manifest?patientID=7`);
    expect(response.status).toBe(200);
    expect(await response.text()).toContain('1.2.3.4');
  });

  it('passes its health check, and fails it if nothing answers', async () => {
    const check = (more = {}) => {
      const { command, args, env: all } = inside(image.healthcheck, { ...env, ...more });
      return spawnSync(command, args, { env: all, encoding: 'utf8' });
    };
    expect(check()).toMatchObject({ status: 0, stderr: '' });
    expect(check({ PORT: '1' })).toMatchObject({ status: 1, stderr: expect.stringContaining(':1/pacs/health/live') });
    expect(check({ SERVER_CONTEXT_PATH: '/elsewhere' })).toMatchObject({ status: 1 });
  });

  it('runs as a user who may write only to /tmp, and has written nothing', async () => {
    const [uid] = image.user.split(':');
    expect(Number(uid)).toBeGreaterThan(999);
    const writable = ['(', '-perm', '-o+w', '-o', '-user', uid!, ')', '!', '-type', 'l'];
    const { stdout } = await execute('find', [system, ...writable]);
    expect(stdout.trim().split('\n')).toEqual([join(system, 'tmp')]);
    expect(await readdir(join(system, 'tmp'))).toEqual([]);
  });

  it('ends by SIGTERM with exit code 0', async () => {
    const own = String(await freePort());
    const { command, args, env: all } = inside(image.entrypoint, { ...env, PORT: own });
    const child = spawn(command, args, { env: all, stdio: 'ignore' });
    const ended = once(child, 'exit');
    const lives = () =>
      fetch(`http://127.0.0.1:${own}/pacs/health/live`).then(
        ({ ok }) => ok,
        () => false,
      );
    while (child.exitCode === null && !(await lives())) await new Promise((resolve) => setTimeout(resolve, 50));
    signalProcess(child, 'SIGTERM');
    expect(await ended).toEqual([0, null]);
  });
});

describe('the image', () => {
  it('has no shell and no package manager', async () => {
    const { stdout } = await execute('find', [system, '-type', 'f', '-perm', '/111', '-path', '*bin/*']);
    const programs = stdout.split('\n').map((path) => basename(path));
    expect(programs).toEqual(expect.arrayContaining(['node', 'tini']));
    expect(programs.filter((name) => /^(sh|bash|dash|busybox|npm|npx|apt-get|dpkg)$/.test(name))).toEqual([]);
  });

  it('takes less than 250 MB', async () => {
    const { stdout } = await execute('du', ['-s', '--apparent-size', '--block-size=1000000', system]);
    expect(Number(stdout.split('\t')[0])).toBeLessThan(250);
  });

  it('contains no test, no source map and nothing that only development needs', async () => {
    const ours = ['packages', 'apps'].map((name) => join(system, 'app', name));
    const unwanted = ['*.spec.js', '*.ts', '*.map', '.tsbuildinfo', '.env*', 'testing']
      .flatMap((name) => ['-o', '-name', name])
      .slice(1);
    expect((await execute('find', [...ours, ...unwanted])).stdout).toBe('');
    expect(await readdir(join(system, 'app'))).toEqual([
      'apps',
      'healthcheck.mjs',
      'node_modules',
      'package.json',
      'packages',
    ]);
    const dependencies = await readdir(join(system, 'app/node_modules'));
    expect(dependencies).toContain('fastify');
    expect(dependencies.filter((name) => /^(typescript|jest|nx|eslint|prettier|better-sqlite3)$/.test(name))).toEqual(
      [],
    );
  });

  it('contains the licences of its content', async () => {
    const licences = (await execute('find', [join(system, 'app/node_modules'), '-iname', 'licen[cs]e*'])).stdout;
    expect(licences).toContain('/@nestjs/core/LICENSE');
    expect(licences).toMatch(/\.md$/m);
  });

  it('has the same Node.js line as the tests', async () => {
    const line = (await readFile(join(root, '.nvmrc'), 'utf8')).trim();
    expect(build.bases[0]).toMatch(new RegExp(`^node:${line}-`));
  });

  it('is built with packages that the test machine has too', async () => {
    expect(build.packages.length).toBeGreaterThan(0);
    await execute('dpkg-query', ['--show', ...build.packages]);
  });
});
