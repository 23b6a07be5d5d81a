import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { checkConfiguration, readConfiguration } from '@pacs-connectors/config-core';
import { type ConnectorDefinition, emptyCriteria, filterStudies } from '@pacs-connectors/connector-core';
import { conformanceCases, type InstanceRow, instanceRows, sampleArchive } from '@pacs-connectors/connector-testkit';
import {
  type DatabaseServer,
  type RunningOrthanc,
  startOrthanc,
  startPostgresql,
  temporaryFolder,
  writeDicomFiles,
} from '@pacs-connectors/test-services';
import { readFile } from 'node:fs/promises';
import { DatabasePlugin } from './database-plugin.js';
import { type DatabaseSettings } from './database-settings.js';
import { ask } from './testing/connectors.js';
import { errors } from './errors/error-codes.js';
import { DatabaseConnector } from './database-connector.js';

/** The connector that a recipe's YAML configures. */
async function recipe(name: string, env: Record<string, string>): Promise<ConnectorDefinition<DatabaseSettings>> {
  const page = await readFile(new URL(`../../../docs/recipes/${name}.md`, import.meta.url), 'utf8');
  const text = /```yaml\n(.*?)```/s.exec(page)?.[1] as string;
  const loaded = checkConfiguration(await readConfiguration([{ name, text }], env), [new DatabasePlugin()]);
  expect(loaded.problems).toEqual([]);
  expect(loaded.connectors).toHaveLength(1);
  return loaded.connectors[0] as unknown as ConnectorDefinition<DatabaseSettings>;
}

describe("the recipe for Orthanc's SQLite index", () => {
  let orthanc: RunningOrthanc;
  let definition: ConnectorDefinition<DatabaseSettings>;
  beforeAll(async () => {
    orthanc = await startOrthanc();
    const folder = await temporaryFolder('dicom');
    await orthanc.upload(await writeDicomFiles(folder.path, sampleArchive));
    await folder.remove();
    definition = await recipe('orthanc-sqlite', { ORTHANC_INDEX: `${orthanc.storageFolder}/index` });
  });
  afterAll(() => orthanc.stop());

  it('reports that a running Orthanc holds its index locked', async () => {
    const connector = new DatabaseConnector({
      ...definition,
      settings: { ...definition.settings, statementTimeout: 20_000 },
    });
    await expect(connector.check(AbortSignal.timeout(20_000))).rejects.toMatchObject({
      kind: 'unavailable',
      message: expect.stringContaining('holds the file locked'),
    });
    await connector.close();
  });

  it('finds everything that Orthanc has stored, once it has stopped', async () => {
    orthanc.signal('SIGTERM');
    const connector = new DatabaseConnector(definition);
    const end = Date.now() + 120_000;
    while (
      !(await connector.check(AbortSignal.timeout(20_000)).then(
        () => true,
        () => false,
      ))
    ) {
      if (Date.now() > end) throw new Error('Orthanc does not let go of its index');
    }
    await connector.close();
  });

  // Orthanc knows patients by their ID alone, and keeps neither birth time nor issuer.
  const cases = conformanceCases(
    async () => {
      const connector = new DatabaseConnector(definition);
      return { connector, close: () => connector.close() };
    },
    { errors, lacks: ['issuerOfPatientId', 'patientBirthTime'] },
  );
  for (const { name, run } of cases) it(name, run);
});

/** dcm4chee-arc-light's tables: those columns that the recipe reads, with the types that the archive gives them. */
const DCM4CHEE_TABLES = `
create table person_name (pk int8 primary key, alphabetic_name varchar(255) not null, ideographic_name varchar(255) not null,
  phonetic_name varchar(255) not null);
create table patient (pk int8 primary key, pat_birthdate varchar(255) not null, pat_sex varchar(255) not null, merge_fk int8,
  pat_name_fk int8);
create table patient_id (pk int8 primary key, pat_id varchar(255) not null, entity_id varchar(255), entity_uid varchar(255),
  entity_uid_type varchar(255), patient_fk int8 not null);
create table study (pk int8 primary key, study_iuid varchar(255) not null, study_date varchar(255) not null,
  study_time varchar(255) not null, accession_no varchar(255) not null, study_id varchar(255) not null,
  study_desc varchar(255) not null, patient_fk int8 not null, ref_phys_name_fk int8);
create table series (pk int8 primary key, series_iuid varchar(255) not null, series_no int4, modality varchar(255) not null,
  series_desc varchar(255) not null, study_fk int8 not null);
create table instance (pk int8 primary key, sop_iuid varchar(255) not null, sop_cuid varchar(255) not null, inst_no int4,
  series_fk int8 not null);
create table rejected_instance (pk int8 primary key, study_iuid varchar(255) not null, series_iuid varchar(255) not null,
  sop_iuid varchar(255) not null, sop_cuid varchar(255) not null);
`;

/** Fills them as the archive does: `*` where an attribute is missing, a person's name in its three groups. */
function fillDcm4chee(rows: readonly InstanceRow[]): string {
  const keys = new Map<object, number>();
  const statements: string[] = [];
  const insert = (table: string, node: object, values: (string | number | null)[]): number => {
    const known = keys.get(node);
    if (known !== undefined) return known;
    const key = keys.size + 1;
    keys.set(node, key);
    const texts = [key, ...values].map((value) =>
      typeof value === 'string' ? `'${value.replaceAll("'", "''")}'` : String(value),
    );
    statements.push(`insert into ${table} values (${texts.join(', ')});`);
    return key;
  };
  const number = (text: string | undefined) => (text === undefined ? null : Number(text));
  const name = (text: string | undefined) => {
    if (text === undefined) return null;
    const [alphabetic = '*', ideographic = '*', phonetic = '*'] = text.split('=');
    return insert('person_name', {}, [alphabetic, ideographic, phonetic]);
  };
  for (const { patient, study, series, instance } of rows) {
    let patientKey = keys.get(patient);
    if (patientKey === undefined) {
      const nameKey = name(patient.patientName);
      patientKey = insert('patient', patient, [
        patient.patientBirthDate ?? '*',
        patient.patientSex ?? '*',
        null,
        nameKey,
      ]);
      insert('patient_id', {}, [patient.patientId, patient.issuerOfPatientId ?? null, null, null, patientKey]);
    }
    const studyKey =
      keys.get(study) ??
      insert('study', study, [
        study.studyInstanceUid,
        study.studyDate ?? '*',
        study.studyTime ?? '*',
        study.accessionNumber ?? '*',
        study.studyId ?? '*',
        study.studyDescription ?? '*',
        patientKey,
        // Only the alphabetic group is shown of it.
        name(study.referringPhysicianName),
      ]);
    const seriesKey = insert('series', series, [
      series.seriesInstanceUid,
      number(series.seriesNumber),
      series.modality ?? '*',
      series.seriesDescription ?? '*',
      studyKey,
    ]);
    insert('instance', instance, [
      instance.sopInstanceUid,
      instance.sopClassUid ?? '*',
      number(instance.instanceNumber),
      seriesKey,
    ]);
  }
  return statements.join('\n');
}

describe('the recipe for dcm4chee-arc-light 5', () => {
  let server: DatabaseServer;
  let definition: ConnectorDefinition<DatabaseSettings>;
  beforeAll(async () => {
    server = await startPostgresql();
    await server.execute(DCM4CHEE_TABLES + fillDcm4chee(instanceRows()));
    definition = await recipe('dcm4chee-arc-5', {
      DCM4CHEE_JDBC_URL: server.jdbcUrl,
      DCM4CHEE_DB_USER: server.user,
      DCM4CHEE_DB_PASSWORD: server.password,
    });
  });
  afterAll(() => server.stop());

  // The archive keeps these in its attributes' blob, not in columns.
  const cases = conformanceCases(
    async () => {
      const connector = new DatabaseConnector(definition);
      return { connector, close: () => connector.close() };
    },
    { errors, lacks: ['patientBirthTime', 'seriesDate', 'seriesTime', 'referringPhysicianName'] },
  );
  for (const { name, run } of cases) it(name, run);

  it('works for a user who may only read what the page grants', async () => {
    const page = await readFile(new URL('../../../docs/recipes/dcm4chee-arc-5.md', import.meta.url), 'utf8');
    await server.execute(/```sql\n(.*?)```/s.exec(page)?.[1] as string);
    const connector = new DatabaseConnector(await recipe('dcm4chee-arc-5', { DCM4CHEE_JDBC_URL: server.jdbcUrl }));
    expect((await ask(connector, { patientIds: [{ id: 'DEMO-1' }] })).patients).toHaveLength(1);
    await connector.close();
  });

  it('leaves out what was rejected, keeps a series without instances, and never takes * for a value', async () => {
    const [first] = instanceRows();
    const { study, series, instance } = first as InstanceRow;
    await server.execute(`insert into rejected_instance values (1, '${study.studyInstanceUid}', '${series.seriesInstanceUid}',
      '${instance.sopInstanceUid}', '1.2'); insert into series values (100000, '1.2.3.4.5', 9, 'CT', '*', (select pk from study
      where study_iuid = '${study.studyInstanceUid}'));`);
    const connector = new DatabaseConnector(definition);
    const { patients, notices } = await ask(connector, { studyInstanceUids: [study.studyInstanceUid] });
    const found = patients[0]?.studies[0];
    expect(
      found?.series.find(({ seriesInstanceUid }) => seriesInstanceUid === series.seriesInstanceUid)?.instances,
    ).toHaveLength(series.instances.length - 1);
    expect(found?.series.find(({ seriesInstanceUid }) => seriesInstanceUid === '1.2.3.4.5')?.instances).toEqual([]);
    expect(notices).toMatchObject([{ severity: 'INFO' }]);
    const nothing = await ask(connector, { accessionNumbers: ['*'] });
    expect(filterStudies(nothing.patients, emptyCriteria().filters)).toEqual([]);
    await connector.close();
  });
});
