/**
 * The tables of an archive, with names of its own, like those of any PACS. The connector knows only the select in the
 * configuration. `file` is relative to the folder of the archive; `attributes` is the data set in the DICOM JSON model.
 */
export const SCHEMA = `
CREATE TABLE IF NOT EXISTS patient (
  pk INTEGER PRIMARY KEY,
  pat_id TEXT NOT NULL,
  pat_id_issuer TEXT,
  pat_name TEXT,
  pat_birthdate TEXT,
  pat_birthtime TEXT,
  pat_sex TEXT
);
CREATE TABLE IF NOT EXISTS study (
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
CREATE TABLE IF NOT EXISTS series (
  pk INTEGER PRIMARY KEY,
  study_fk INTEGER NOT NULL REFERENCES study (pk),
  series_iuid TEXT NOT NULL UNIQUE,
  series_desc TEXT,
  series_no TEXT,
  modality TEXT,
  series_date TEXT,
  series_time TEXT
);
CREATE TABLE IF NOT EXISTS instance (
  pk INTEGER PRIMARY KEY,
  series_fk INTEGER NOT NULL REFERENCES series (pk),
  sop_iuid TEXT NOT NULL UNIQUE,
  sop_cuid TEXT,
  inst_no TEXT,
  transfer_syntax TEXT,
  file TEXT,
  attributes TEXT
);
CREATE INDEX IF NOT EXISTS patient_id ON patient (pat_id);
CREATE INDEX IF NOT EXISTS study_patient ON study (patient_fk);
CREATE INDEX IF NOT EXISTS study_accession ON study (accession_no);
CREATE INDEX IF NOT EXISTS series_study ON series (study_fk);
CREATE INDEX IF NOT EXISTS instance_series ON instance (series_fk);
`;
