import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import connectorGenerator from '../generators/connector/generator.mjs';
import { buildSettings, neededFolders } from './build-settings.js';
import { emptyWorkspace, generatedPackage, type GeneratedPackage } from './testing/generated-package.js';
import { shapeProblems } from './package-shape.js';

const execute = promisify(execFile);
const FOLDER = 'packages/connector-my-pacs';

let generated: GeneratedPackage;

beforeAll(async () => {
  generated = await generatedPackage(connectorGenerator, 'my-pacs', FOLDER);
});

afterAll(() => generated?.remove());

/** Returns the output of a program that imports the built package. */
async function run(program: string): Promise<string> {
  const file = join(generated.workspace, FOLDER, 'dist', 'program.mjs');
  await writeFile(file, program);
  return (await execute(process.execPath, [file])).stdout;
}

it('writes a package that is built after its dependencies', () => {
  const settings = buildSettings(FOLDER, generated.workspace);
  expect(settings).toMatchObject({ references: neededFolders(settings), stateFile: 'dist/.tsbuildinfo' });
  expect(settings.references).toHaveLength(2);
  expect(settings.manifest.files).toContain('!dist/.tsbuildinfo');
});

it('writes a package with the files of every package', async () => {
  const published = { name: '@pacs-connectors/connector-my-pacs', folder: FOLDER };
  expect(await shapeProblems(join(generated.workspace, FOLDER), published)).toEqual([]);
});

it('writes a package that passes the type check, including its spec and examples', async () => {
  await generated.typescript('tsconfig.json');
});

it('writes a plug-in that NestJS discovers, whose settings are checked, and which reports that it is not implemented yet', async () => {
  await generated.typescript('tsconfig.lib.json');
  const output = await run(`import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { checkConfiguration, readConfiguration } from '@pacs-connectors/config-core';
import { emptyCriteria } from '@pacs-connectors/connector-core';
import { ConnectorRegistry } from '@pacs-connectors/connector-core';
import { ConnectorsModule } from '@pacs-connectors/connector-core/nestjs';
import MyPacsModule from './nestjs/index.js';
const connectorOf = (id, url) => id + ': { type: MY_PACS, wado.authentication.basic.url: http://x.example/wado, my-pacs-connector.url: ' + url + ' }';
const text = 'connector: { config: { ' + connectorOf('good', 'http://pacs.example') + ', ' + connectorOf('bad', 'nowhere') + ' } }';
const document = await readConfiguration([{ name: 'site.yml', text }]);
const connectors = ConnectorsModule.forRoot((plugins) => {
  const { connectors: definitions, leftOut } = checkConfiguration(document, plugins);
  return { definitions, leftOut };
});
const app = await NestFactory.createApplicationContext({ module: class App {}, imports: [MyPacsModule, connectors] }, { logger: false });
const registry = app.get(ConnectorRegistry);
const options = { signal: AbortSignal.timeout(10_000), depth: 'instance' };
const refusal = await registry.get('good').search(emptyCriteria(), options).catch((error) => error);
console.log(JSON.stringify({
  usable: registry.connectors.map(({ id, type }) => [id, type]),
  leftOut: registry.leftOut.map(({ id }) => id),
  refusal: [refusal.name, refusal.code, refusal.message],
}));
await app.close();`);
  expect(JSON.parse(output)).toEqual({
    usable: [['good', 'MY_PACS']],
    leftOut: ['bad'],
    refusal: ['ConnectorError', 'my-pacs.answer.failed', 'searching http://pacs.example is not implemented yet'],
  });
});

it('passes the conformance suite, also with scripted archives, once ask-archive.ts is implemented', async () => {
  await writeFile(
    join(generated.workspace, FOLDER, 'src/search/ask-archive.ts'),
    `import { setImmediate } from 'node:timers/promises';
import { type SearchCriteria } from '@pacs-connectors/connector-core';
import { type InstanceRow, instanceRows, type ScriptedArchive } from '@pacs-connectors/connector-testkit';

export type Row = InstanceRow & { otherPatientIds?: readonly string[] };

export async function* askArchive(
  { archive }: { url: string; archive?: ScriptedArchive },
  criteria: SearchCriteria,
  signal: AbortSignal,
): AsyncGenerator<Row> {
  await setImmediate(undefined, { signal });
  const { finds = {}, otherPatientIds = {} } = archive ?? {};
  const isFound = (id: string, held?: string) => (finds[id] ?? id) === held;
  for (const row of structuredClone(instanceRows(archive?.patients))) {
    const { patient, study, series, instance } = row;
    const found =
      criteria.patientIds.some(
        ({ id, issuer }) => isFound(id, patient.patientId) && (!issuer || issuer === patient.issuerOfPatientId),
      ) ||
      criteria.studyInstanceUids.includes(study.studyInstanceUid) ||
      criteria.accessionNumbers.some((number) => isFound(number, study.accessionNumber)) ||
      criteria.seriesInstanceUids.includes(series.seriesInstanceUid) ||
      criteria.sopInstanceUids.includes(instance.sopInstanceUid);
    if (found) yield { ...row, otherPatientIds: otherPatientIds[patient.patientId] };
  }
}

export async function pingArchive(_: object, signal: AbortSignal): Promise<void> {
  await setImmediate(undefined, { signal });
}
`,
  );
  await generated.typescript('tsconfig.lib.json');
  const output = await run(`import { conformanceCases } from '@pacs-connectors/connector-testkit';
import { MyPacsConnector, myPacsErrors } from './index.js';
const open = async (archive) => {
  const settings = { url: 'http://x.example', archive };
  const connector = new MyPacsConnector({ id: 'test', type: 'MY_PACS', deactivated: [], settings });
  return { connector, close: () => connector.close() };
};
const failed = [];
const whole = 'The archive returns a list of whole rows.';
const impossible = { mostResults: whole, hidden: whole, unlisted: whole, failing: whole, silent: whole, unreadable: whole };
const scripted = { open, emptyAnswers: ['an empty list'], impossible };
const cases = conformanceCases(() => open(), { errors: myPacsErrors, scripted });
for (const { name, run } of cases) await run().catch((error) => failed.push([name, error.message]));
console.log(JSON.stringify({ enough: cases.length > 40, failed }));`);
  expect(JSON.parse(output)).toEqual({ enough: true, failed: [] });
});

it('rejects a name that is not valid, and one that is in use', async () => {
  const tree = emptyWorkspace();
  await expect(connectorGenerator(tree, { name: '../evil' })).rejects.toThrow(/expected lower case letters/);
  await connectorGenerator(tree, { name: 'taken' });
  await expect(connectorGenerator(tree, { name: 'taken' })).rejects.toThrow(/exists already/);
  for (const name of ['db', 'dicom', 'dicomweb', 'dicom-web'])
    await expect(connectorGenerator(emptyWorkspace(), { name })).rejects.toThrow(/is taken already/);
});
