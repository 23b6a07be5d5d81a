import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ConnectorDbModule } from '@pacs-connectors/connector-db/nestjs';
import { findPluginModules } from './plugin-packages.js';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plugin-packages-'));
  const marker = { 'pacs-connectors': { plugin: './nestjs' }, exports: { './nestjs': { import: './nestjs.js' } } };
  await install('works', marker, 'export default class WorksModule {}');
  await install('@site/scoped', { 'pacs-connectors': { plugin: './main.js' } }, 'export default class {}', 'main.js');
  await install('no-marker', {}, 'export default class {}');
  await install('no-default', marker, 'export const x = 1;');
  await install('throws', marker, "throw new RangeError('no licence')");
  await install('no-file', { 'pacs-connectors': { plugin: './absent' } }, '');
});
afterAll(() => rm(folder, { recursive: true }));

async function install(name: string, manifest: object, code: string, file = 'nestjs.js') {
  const path = join(folder, 'node_modules', name);
  await mkdir(path, { recursive: true });
  await writeFile(join(path, 'package.json'), JSON.stringify({ name, version: '1.0.0', type: 'module', ...manifest }));
  await writeFile(join(path, file), code);
}

describe('plug-in packages', () => {
  it("are found among the server's own dependencies", async () => {
    const { modules } = await findPluginModules([], folder);
    expect(modules).toContain(ConnectorDbModule);
  });

  it('are found by name in the working directory, each once', async () => {
    const own = (await findPluginModules([], folder)).modules.length;
    const names = ['works', '@site/scoped', 'works', '@pacs-connectors/connector-db'];
    const { modules, problems } = await findPluginModules(names, folder);
    expect(problems.filter(({ message }) => message.startsWith('connector.plugins'))).toEqual([]);
    expect(modules).toHaveLength(own + 2);
    expect(modules.map(({ name }) => name)).toContain('WorksModule');
  });

  it.each([
    [
      'class-validator',
      'which is not a connector plug-in: its package.json has no "pacs-connectors": { "plugin": … }.',
    ],
    ['absent', 'which is not installed. Remedy: npm install absent'],
    ['no-marker', 'which is not a connector plug-in: its package.json has no "pacs-connectors": { "plugin": … }.'],
    ['no-default', 'whose export ./nestjs does not have a NestJS module as its default.'],
    ['throws', 'which cannot be loaded: RangeError: no licence'],
    ['no-file', /^which cannot be loaded: .*absent/],
    ['../escape', 'which is not the name of a package.'],
    ['/etc', 'which is not the name of a package.'],
  ])('are reported if they cannot be used, and the others work: %s', async (name, reason) => {
    const { modules, problems } = await findPluginModules(['works', name], folder);
    expect(modules.map((module) => module.name)).toContain('WorksModule');
    const texts = problems.map(String).filter((text) => text.startsWith('connector.plugins'));
    const [, problem = ''] = /^(.*) \[server\.plugin\.not-loaded\]$/.exec(texts.join('\n')) ?? [];
    const start = `connector.plugins names ${name}, `;
    expect(problem.slice(0, start.length)).toBe(start);
    if (typeof reason === 'string') expect(problem.slice(start.length)).toBe(reason);
    else expect(problem.slice(start.length)).toMatch(reason);
  });
});
