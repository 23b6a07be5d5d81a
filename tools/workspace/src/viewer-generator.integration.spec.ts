import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import viewerGenerator from '../generators/viewer/generator.mjs';
import { buildSettings, neededFolders } from './build-settings.js';
import { emptyWorkspace, generatedPackage, type GeneratedPackage } from './testing/generated-package.js';
import { shapeProblems } from './package-shape.js';

const FOLDER = 'packages/viewer-my-viewer';

let generated: GeneratedPackage;

beforeAll(async () => {
  generated = await generatedPackage(viewerGenerator, 'my-viewer', FOLDER);
});

afterAll(() => generated?.remove());

it('writes a package of the shape that all have, built after those that it needs', async () => {
  const settings = buildSettings(FOLDER, generated.workspace);
  expect(settings).toMatchObject({ references: neededFolders(settings), stateFile: 'dist/.tsbuildinfo' });
  expect(settings.references).toHaveLength(2);
  const published = { name: '@pacs-connectors/viewer-my-viewer', folder: FOLDER };
  expect(await shapeProblems(join(generated.workspace, FOLDER), published)).toEqual([]);
});

it('writes a package that passes the type check, its spec and its examples included', async () => {
  await generated.typescript('tsconfig.json');
});

it('refuses a name that cannot be one of a package, and one that is taken', async () => {
  const tree = emptyWorkspace();
  await expect(viewerGenerator(tree, { name: '../evil' })).rejects.toThrow(/expected lower case letters/);
  await viewerGenerator(tree, { name: 'taken' });
  await expect(viewerGenerator(tree, { name: 'taken' })).rejects.toThrow(/exists already/);
  for (const name of ['ohif', 'micro-dicom', 'cache'])
    await expect(viewerGenerator(emptyWorkspace(), { name })).rejects.toThrow(/is taken already/);
});
