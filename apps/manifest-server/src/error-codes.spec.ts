import { readdir, readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';
import { type ErrorTable } from '@pacs-connectors/connector-core';
import { keepTable } from './testing/documented-table.js';

const ROOT = new URL('../../../', import.meta.url);
const FILE = 'error-codes.ts';

interface Package {
  folder: string;
  table: ErrorTable;
  /** All its code but the table and the tests. */
  sources: string;
}

/** Every package that has an error table, in the order of their names. */
async function packages(): Promise<Package[]> {
  const found: Package[] = [];
  for (const parent of ['apps', 'packages']) {
    for (const name of (await readdir(new URL(parent, ROOT))).sort()) {
      const folder = `${parent}/${name}`;
      const files = await readdir(new URL(`${folder}/src`, ROOT), { recursive: true });
      const tables = files.filter((path) => basename(path) === FILE);
      expect({ folder, tables: tables.slice(1) }).toEqual({ folder, tables: [] });
      const [file] = tables;
      if (file === undefined) continue;
      const { errors } = (await import(fileURLToPath(new URL(`${folder}/src/${file}`, ROOT)))) as {
        errors: ErrorTable;
      };
      const code = files.filter((file) => /(?<!\.spec)\.ts$/.test(file) && !/^testing\/|\/testing\//.test(file));
      const texts = await Promise.all(
        code.filter((path) => path !== file).map((path) => readFile(new URL(`${folder}/src/${path}`, ROOT), 'utf8')),
      );
      found.push({ folder, table: errors, sources: texts.join('\n') });
    }
  }
  return found;
}

it('lists every code with its meaning and remedy in docs/errors.md', async () => {
  const rows = (await packages()).flatMap(({ table }) =>
    Object.entries(table.entries).map(([code, { meaning, remedy, since }]) => [`\`${code}\``, meaning, remedy, since]),
  );
  const head = ['code', 'meaning', 'what to do', 'since'];
  await keepTable(new URL('docs/errors.md', ROOT), 'errors', [
    head,
    ...rows.sort(([a = ''], [b = '']) => (a < b ? -1 : 1)),
  ]);
});

it('has no code in two tables, and none that its package never reports', async () => {
  const all = await packages();
  const owners = new Map<string, string>();
  for (const { folder, table, sources } of all) {
    for (const code of Object.keys(table.codes)) {
      expect({ code, owner: owners.get(code) ?? folder }).toEqual({ code, owner: folder });
      owners.set(code, folder);
      expect({ code, reported: sources.includes(`'${code}'`) }).toEqual({ code, reported: true });
    }
  }
  expect(owners.size).toBeGreaterThan(0);
});

it('has no code that is made outside of the tables', async () => {
  const known = new Set((await packages()).flatMap(({ table }) => Object.keys(table.codes)));
  const made: { file: string; code?: string }[] = [];
  for (const parent of ['apps', 'packages']) {
    const files = await readdir(new URL(parent, ROOT), { recursive: true });
    for (const file of files.filter((path) => /^[^/]+\/src\/.*(?<!\.spec)\.m?ts$/.test(path))) {
      const text = await readFile(new URL(`${parent}/${file}`, ROOT), 'utf8');
      if (basename(file) !== FILE && text.includes('errorTable({')) made.push({ file });
      for (const [, code = ''] of text.matchAll(/ \[([a-z0-9-]+\.[a-z0-9-]+(?:\.[a-z0-9-]+)?)\]['"`]/g))
        if (!known.has(code)) made.push({ file, code });
    }
  }
  expect(made).toEqual([]);
});

it('has the same prefix for all codes of a package, and another for each', async () => {
  const prefixes = (await packages()).map(({ folder, table }) => {
    const own = [...new Set(Object.keys(table.codes).map((code) => code.split('.')[0]))];
    return { folder, own };
  });
  for (const { folder, own } of prefixes) expect({ folder, prefixes: own.length }).toEqual({ folder, prefixes: 1 });
  expect(new Set(prefixes.map(({ own }) => own[0])).size).toBe(prefixes.length);
});
