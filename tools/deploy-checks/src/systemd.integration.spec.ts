import { execFile } from 'node:child_process';
import { access, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { temporaryFolder } from '@pacs-connectors/test-services';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const INSTALLED = '/opt/pacs-connectors/';
const execute = promisify(execFile);

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let unit: string;
/** The unit, with the paths of this machine's programs. */
let file: string;

beforeAll(async () => {
  folder = await temporaryFolder('systemd');
  unit = await readFile(join(root, 'deploy/systemd/pacs-connectors.service'), 'utf8');
  file = join(folder.path, 'pacs-connectors.service');
  await writeFile(file, unit.replace('/usr/bin/node', process.execPath));
});

afterAll(() => folder?.remove());

it('is a valid unit for systemd', async () => {
  const { stdout, stderr } = await execute('systemd-analyze', ['verify', '--man=no', file]);
  expect(stdout + stderr).not.toContain('pacs-connectors.service');
});

it('isolates the server from the machine, by the measure of systemd', async () => {
  // systemd shows values below 2 of 10 as OK. The exit code is 1 above this threshold.
  const limit = ['--threshold=20', '--offline=true'];
  const { stdout } = await execute('systemd-analyze', ['security', ...limit, file]);
  expect(stdout).toContain('Overall exposure level');
});

it('starts a program of the build, with variables that the chart also sets', async () => {
  const program = new RegExp(`^ExecStart=/usr/bin/node ${INSTALLED}(\\S+)$`, 'm').exec(unit)?.[1];
  await access(join(root, program!));
  const names = [.../^Environment=(.*)$/m.exec(unit)![1]!.matchAll(/(\w+)=/g)].map(([, name]) => name!);
  const chart = await readFile(join(root, 'deploy/helm/pacs-connectors/templates/deployment.yaml'), 'utf8');
  for (const name of names.filter((own) => own !== 'NODE_ENV')) expect(chart).toContain(`name: ${name}\n`);
});
