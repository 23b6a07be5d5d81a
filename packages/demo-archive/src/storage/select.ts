/** A select of a DB connector that reads the tables of an archive, and the columns that it compares. */
export const SELECT = `
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
  JOIN instance i ON i.series_fk = se.pk`.trim();

export const SELECT_COLUMNS = {
  'patient-id-column': 'p.pat_id',
  'accession-number-column': 'st.accession_no',
  'study-instance-uid-column': 'st.study_iuid',
  'serie-instance-uid-column': 'se.series_iuid',
  'sop-instance-uid-column': 'i.sop_iuid',
};
