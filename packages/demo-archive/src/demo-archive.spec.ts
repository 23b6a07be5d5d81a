import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { instanceRows } from '@pacs-connectors/connector-testkit';
import { parse } from 'yaml';
import { createDemoArchive } from './demo-archive.js';
import { openDatabase } from './storage/sqlite.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'demo-archive-'));
});
afterEach(() => rm(folder, { recursive: true }));

interface Configuration {
  connector: { config: { demo: { 'db-connector': { uri: string; query: { select: string } } } } };
}

it('contains every instance of the sample, found by the select of its configuration', async () => {
  const { configuration } = await createDemoArchive(folder);
  const { connector } = parse(await readFile(configuration, 'utf8')) as Configuration;
  const { uri, query } = connector.config.demo['db-connector'];
  const database = await openDatabase(uri.replace('jdbc:sqlite:', ''));
  const statement = database.prepare(query.select) as unknown as { all(): Record<string, string | null>[] };
  const found = statement.all().map((row) => [row['patientName'], row['studyInstanceUid'], row['sopInstanceUid']]);
  database.close();
  const expected = instanceRows().map(({ patient, study, instance }) => [
    patient.patientName,
    study.studyInstanceUid,
    instance.sopInstanceUid,
  ]);
  expect(found.sort()).toEqual(expected.sort());
});

it('fails in a folder that it cannot write', async () => {
  await expect(createDemoArchive(join(folder, 'missing'))).rejects.toThrow(/missing|directory/);
});

it('says with its code that there is no SQLite', async () => {
  const builtIn = jest.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined as never);
  jest.unstable_mockModule('better-sqlite3', () => ({
    default: class {
      constructor() {
        throw new Error('Could not locate the bindings file');
      }
    },
  }));
  const opened = openDatabase(join(folder, 'demo.sqlite'));
  await expect(opened).rejects.toMatchObject({
    code: 'demo.sqlite.missing',
    message: expect.stringMatching(/^SQLite cannot be used: .*Could not locate the bindings file.* Remedy: /),
  });
  builtIn.mockRestore();
});
