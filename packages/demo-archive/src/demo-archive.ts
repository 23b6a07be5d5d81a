import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Patient } from '@pacs-connectors/connector-core';
import { sampleArchive } from '@pacs-connectors/connector-testkit';
import { configurationText } from './configuration.js';
import { SCHEMA } from './storage/schema.js';
import { type Database, openDatabase, type Statement } from './storage/sqlite.js';

/** The files of the demo archive. */
export interface DemoArchive {
  /** The SQLite database. */
  database: string;
  /** The YAML file that configures it as connector `demo`. */
  configuration: string;
}

/**
 * Makes the demo archive: an SQLite database of the sample patients, and the YAML file that configures it.
 *
 * @param folder an existing, empty folder
 * @throws Error with the remedy if this Node.js has no SQLite; the error of the file system if the folder cannot be written
 */
export async function createDemoArchive(
  folder: string,
  patients: readonly Patient[] = sampleArchive,
): Promise<DemoArchive> {
  const archive = { database: join(folder, 'archive.db'), configuration: join(folder, 'connectors.yml') };
  const database = await openDatabase(archive.database);
  try {
    fill(database, patients);
  } finally {
    database.close();
  }
  await writeFile(archive.configuration, configurationText(archive.database));
  return archive;
}

function fill(database: Database, patients: readonly Patient[]): void {
  database.exec(`BEGIN; ${SCHEMA}`);
  const patientRow = inserter(
    database,
    'patient (pat_id, pat_id_issuer, pat_name, pat_birthdate, pat_birthtime, pat_sex)',
  );
  const studyRow = inserter(
    database,
    'study (patient_fk, study_iuid, study_desc, study_date, study_time, accession_no, study_id, ref_physician)',
  );
  const seriesRow = inserter(
    database,
    'series (study_fk, series_iuid, series_desc, series_no, modality, series_date, series_time)',
  );
  const instanceRow = inserter(database, 'instance (series_fk, sop_iuid, sop_cuid, inst_no)');
  for (const p of patients) {
    const patient = patientRow(
      p.patientId,
      p.issuerOfPatientId,
      p.patientName,
      p.patientBirthDate,
      p.patientBirthTime,
      p.patientSex,
    );
    for (const st of p.studies) {
      const study = studyRow(
        patient,
        st.studyInstanceUid,
        st.studyDescription,
        st.studyDate,
        st.studyTime,
        st.accessionNumber,
        st.studyId,
        st.referringPhysicianName,
      );
      for (const se of st.series) {
        const series = seriesRow(
          study,
          se.seriesInstanceUid,
          se.seriesDescription,
          se.seriesNumber,
          se.modality,
          se.seriesDate,
          se.seriesTime,
        );
        for (const i of se.instances) instanceRow(series, i.sopInstanceUid, i.sopClassUid, i.instanceNumber);
      }
    }
  }
  database.exec('COMMIT');
}

type Value = string | number | bigint | undefined;

/** Returns a function that adds a row to `table (columns)` and returns its key. */
function inserter(database: Database, target: string): (...values: Value[]) => number | bigint {
  const marks = target.replace(/^[^(]*/, '').replace(/\w+/g, '?');
  const statement: Statement = database.prepare(`INSERT INTO ${target} VALUES ${marks}`);
  return (...values) => statement.run(...values.map((value) => value ?? null)).lastInsertRowid;
}
