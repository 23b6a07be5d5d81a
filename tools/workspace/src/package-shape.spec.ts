import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { temporaryFolder } from '@pacs-connectors/test-services';
import { publishedPackages, root, shapeProblems } from './package-shape.js';

it('every package has a licence, its fields, a README with the same sections, and examples that the README shows', async () => {
  const packages = await publishedPackages();
  expect(packages.length).toBeGreaterThan(10);
  const problems = packages.map((one) =>
    shapeProblems(join(root, one.folder), one, { program: one.folder.startsWith('apps/') }),
  );
  expect((await Promise.all(problems)).flat()).toEqual([]);
});

describe('a package that lacks something', () => {
  const published = { name: '@pacs-connectors/tls-stores', folder: 'packages/tls-stores' };
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  const file = (name: string) => join(folder.path, name);
  const change = async (name: string, from: RegExp, to: string) => {
    const text = await readFile(file(name), 'utf8');
    expect(text).toMatch(from);
    await writeFile(file(name), text.replace(from, to));
  };
  beforeEach(async () => {
    folder = await temporaryFolder('shape');
    for (const name of ['LICENSE', 'README.md', 'package.json', 'examples']) {
      await cp(join(root, published.folder, name), file(name), { recursive: true });
    }
    expect(await shapeProblems(folder.path, published)).toEqual([]);
  });
  afterEach(() => folder?.remove());

  it.each<[string, RegExp, () => Promise<unknown>]>([
    ['LICENSE', /LICENSE differs/, () => writeFile(file('LICENSE'), 'MIT')],
    ['repository', /repository .* must be/, () => change('package.json', /"directory"/, '"folder"')],
    ['homepage', /homepage .* must be/, () => change('package.json', /\{/, '{ "homepage": "http://x.example",')],
    ['keywords', /needs 3 keywords/, () => change('package.json', /"keywords"/, '"tags"')],
    ['what it is', /say what the package is/, () => change('README.md', /\n\n\w/, '\n\n- R')],
    ['a section', /sections Install, Without NestJS/, () => change('README.md', /^## Errors$/m, '## Failures')],
    ['a package to install', /must install reflect-metadata/, () => change('README.md', / reflect-metadata$/m, '')],
    ['an example', /with-nestjs.ts is missing/, () => rm(file('examples/with-nestjs.ts'))],
    ['an example in the README', /must show examples\/w/, () => change('examples/with-nestjs.ts', /TLS/, 'DTLS')],
  ])('is named: %s', async (_, problem, spoil) => {
    await spoil();
    const problems = await shapeProblems(folder.path, published);
    expect(problems).toEqual([expect.stringMatching(problem)]);
  });
});
