/**
 * The tables of the demo archive, with its own names, like those of any PACS. The connector knows only the select in the
 * configuration.
 */
export const SCHEMA = `
CREATE TABLE patient (
  pk INTEGER PRIMARY KEY,
  pat_id TEXT NOT NULL,
  pat_id_issuer TEXT,
  pat_name TEXT,
  pat_birthdate TEXT,
  pat_birthtime TEXT,
  pat_sex TEXT
);
CREATE TABLE study (
  pk INTEGER PRIMARY KEY,
  patient_fk INTEGER NOT NULL REFERENCES patient (pk),
  study_iuid TEXT NOT NULL UNIQUE,
  study_desc TEXT,
  study_date TEXT,
  study_time TEXT,
  accession_no TEXT,
  study_id TEXT,
  ref_physician TEXT
);
CREATE TABLE series (
  pk INTEGER PRIMARY KEY,
  study_fk INTEGER NOT NULL REFERENCES study (pk),
  series_iuid TEXT NOT NULL UNIQUE,
  series_desc TEXT,
  series_no TEXT,
  modality TEXT,
  series_date TEXT,
  series_time TEXT
);
CREATE TABLE instance (
  pk INTEGER PRIMARY KEY,
  series_fk INTEGER NOT NULL REFERENCES series (pk),
  sop_iuid TEXT NOT NULL UNIQUE,
  sop_cuid TEXT,
  inst_no TEXT
);
CREATE INDEX patient_id ON patient (pat_id);
CREATE INDEX study_patient ON study (patient_fk);
CREATE INDEX study_accession ON study (accession_no);
CREATE INDEX series_study ON series (study_fk);
CREATE INDEX instance_series ON instance (series_fk);
`;

/** Returns the configuration of the demo archive, in the form that sites write. */
export function configurationText(database: string): string {
  return `# The demo archive: an SQLite file with its own tables, which the select below reads.
connector:
  config:
    demo:
      type: DB
      wado:
        authentication:
          basic:
            # Where the viewer would fetch the images. The demo has none: this address never exists (RFC 2606).
            url: http://images.demo.invalid/wado
      db-connector:
        uri: ${JSON.stringify(`jdbc:sqlite:${database}`)}
        query:
          select: >-
            SELECT
              p.pat_id AS "patientId", p.pat_id_issuer AS "issuerOfPatientId", p.pat_name AS "patientName",
              p.pat_birthdate AS "patientBirthDate", p.pat_birthtime AS "patientBirthTime", p.pat_sex AS "patientSex",
              st.study_iuid AS "studyInstanceUid", st.study_desc AS "studyDescription", st.study_date AS "studyDate",
              st.study_time AS "studyTime", st.accession_no AS "accessionNumber", st.study_id AS "studyId",
              st.ref_physician AS "referringPhysicianName",
              se.series_iuid AS "seriesInstanceUid", se.series_desc AS "seriesDescription",
              se.series_no AS "seriesNumber", se.modality AS "modality", se.series_date AS "seriesDate",
              se.series_time AS "seriesTime",
              i.sop_iuid AS "sopInstanceUid", i.sop_cuid AS "sopClassUid", i.inst_no AS "instanceNumber"
            FROM patient p
              JOIN study st ON st.patient_fk = p.pk
              JOIN series se ON se.study_fk = st.pk
              JOIN instance i ON i.series_fk = se.pk
          patient-id-column: p.pat_id
          accession-number-column: st.accession_no
          study-instance-uid-column: st.study_iuid
          serie-instance-uid-column: se.series_iuid
          sop-instance-uid-column: i.sop_iuid
`;
}
