// A PostgreSQL with an archive in it, of four tables as most PACSs have them, and the configuration of a server that asks it.
import { writeFile } from 'node:fs/promises';
import { startPostgresql, temporaryFolder } from '@pacs-connectors/test-services';

/** Study Instance UIDs by the number of instances in them. */
export const STUDIES = { 10_000: '1.2.826.0.1.3680043.8.498.1', 100_000: '1.2.826.0.1.3680043.8.498.2' };

const COLUMNS = `p.pat_id AS "patientId", p.pat_name AS "patientName", p.pat_birthdate AS "patientBirthDate", p.pat_sex AS "patientSex",
  st.study_iuid AS "studyInstanceUid", st.study_date AS "studyDate", st.accession_no AS "accessionNumber", st.study_id AS "studyId",
  st.ref_physician AS "referringPhysicianName", st.study_desc AS "studyDescription",
  se.series_iuid AS "seriesInstanceUid", se.modality AS "modality", se.series_desc AS "seriesDescription", se.series_no AS "seriesNumber",
  i.sop_iuid AS "sopInstanceUid", i.inst_no AS "instanceNumber"`;

/** The site's select. */
export const SELECT = `SELECT ${COLUMNS}
  FROM patient p JOIN study st ON st.patient_fk = p.pk JOIN series se ON se.study_fk = st.pk JOIN instance i ON i.series_fk = se.pk`;

/** @returns the database, the configuration file's name, and how to end both. */
export async function startArchive() {
  const database = await startPostgresql({ shared_buffers: '128MB' });
  const folder = await temporaryFolder('bench');
  await database.execute(`
    CREATE TABLE patient (pk int PRIMARY KEY, pat_id text, pat_name text, pat_birthdate text, pat_sex text);
    CREATE TABLE study (pk int PRIMARY KEY, patient_fk int, study_iuid text UNIQUE, study_date timestamp, accession_no text, study_id text, ref_physician text, study_desc text);
    CREATE TABLE series (pk int PRIMARY KEY, study_fk int, series_iuid text, modality text, series_desc text, series_no int);
    CREATE TABLE instance (pk int PRIMARY KEY, series_fk int, sop_iuid text, inst_no int);
    CREATE INDEX ON series (study_fk); CREATE INDEX ON instance (series_fk);
    INSERT INTO patient VALUES (1, 'PAT-000123', 'Müller^Anna', '19611203', 'F');
    ${Object.entries(STUDIES)
      .map(
        ([instances, uid], index) => `
    INSERT INTO study VALUES (${index}, 1, '${uid}', '2024-03-12 09:30:15', 'A10000${index}', 'S${index}', 'Curie^Marie', 'CT Thorax & Abdomen <nativ>');
    INSERT INTO series SELECT ${index} * 1000 + n, ${index}, '${uid}.' || n, 'CT', 'Recon ' || n || ': 1.0 mm', n FROM generate_series(1, ${instances / 500}) n;
    INSERT INTO instance SELECT ${index} * 1000000 + (s - 1) * 500 + n, ${index} * 1000 + s, '${uid}.' || s || '.' || n, n
      FROM generate_series(1, ${instances / 500}) s, generate_series(1, 500) n;`,
      )
      .join('')}
    ANALYZE;`);
  const configuration = `${folder.path}/connectors.yml`;
  await writeFile(
    configuration,
    `connector:
  config:
    archive:
      type: DB
      wado.authentication.basic: { url: 'http://images.invalid/wado', login: viewer, password: secret }
      db-connector:
        uri: ${database.jdbcUrl}
        user: ${database.user}
        password: ${database.password}
        query:
          select: >-
            ${SELECT.replaceAll('\n', '\n            ')}
          patient-id-column: p.pat_id
          study-instance-uid-column: st.study_iuid
`,
  );
  const stop = async () => {
    await database.stop();
    await folder.remove();
  };
  return { database, configuration, stop };
}
