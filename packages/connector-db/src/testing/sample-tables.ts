import { type Instance, type Patient, type Series, type Study } from '@pacs-connectors/connector-core';
import { type DatabaseSettings } from '../database-settings.js';

interface InstanceRow {
  patient: Patient;
  study: Study;
  series: Series;
  instance: Instance;
}

/** Returns SQL for the tables of a small archive, which PostgreSQL, MariaDB and SQLite accept. Text compares byte by byte. */
export function createTables(engine: 'postgresql' | 'mysql' | 'sqlite'): string {
  const text = engine === 'mysql' ? 'varchar(191) collate utf8mb4_bin' : 'varchar(191)';
  return `
create table patient (pk integer primary key, pat_id ${text}, issuer ${text}, pat_name ${text}, birth_date ${text},
  birth_time ${text}, sex char(4));
create table study (pk integer primary key, patient_fk integer, study_uid ${text}, study_date ${text}, study_time ${text},
  accession_no ${text}, study_id ${text}, ref_physician ${text}, study_desc ${text});
create table series (pk integer primary key, study_fk integer, series_uid ${text}, modality ${text}, series_desc ${text},
  series_no ${text}, series_date ${text}, series_time ${text});
create table instance (pk integer primary key, series_fk integer, sop_uid ${text}, sop_class ${text}, inst_no ${text});
create index study_patient on study (patient_fk);
create index series_study on series (study_fk);
create index instance_series on instance (series_fk);
`;
}

/** Returns the statements that fill {@link createTables} with `rows`. */
export function insertRows(rows: readonly InstanceRow[]): string {
  const keys = new Map<object, number>();
  const inserts: string[] = [];
  const add = (table: string, node: object, values: (string | number | undefined)[]): number => {
    const known = keys.get(node);
    if (known !== undefined) return known;
    const key = keys.size + 1;
    keys.set(node, key);
    inserts.push(`insert into ${table} values (${[key, ...values].map(literal).join(', ')});`);
    return key;
  };
  for (const { patient: p, study, series, instance } of rows) {
    const patientKey = add('patient', p, [
      p.patientId,
      p.issuerOfPatientId,
      p.patientName,
      p.patientBirthDate,
      p.patientBirthTime,
      p.patientSex,
    ]);
    const studyKey = add('study', study, [
      patientKey,
      study.studyInstanceUid,
      study.studyDate,
      study.studyTime,
      study.accessionNumber,
      study.studyId,
      study.referringPhysicianName,
      study.studyDescription,
    ]);
    const seriesKey = add('series', series, [
      studyKey,
      series.seriesInstanceUid,
      series.modality,
      series.seriesDescription,
      series.seriesNumber,
      series.seriesDate,
      series.seriesTime,
    ]);
    add('instance', instance, [seriesKey, instance.sopInstanceUid, instance.sopClassUid, instance.instanceNumber]);
  }
  return inserts.join('\n');
}

function literal(value: string | number | undefined): string {
  return value === undefined ? 'null' : typeof value === 'number' ? String(value) : `'${value.replaceAll("'", "''")}'`;
}

/** Returns the settings of a connector that reads every attribute from {@link createTables}. */
export function sampleSettings(more: Partial<DatabaseSettings>): DatabaseSettings {
  return {
    uri: '',
    select: `select p.pat_id as patientId, p.issuer as issuerOfPatientId, p.pat_name as patientName,
      p.birth_date as patientBirthDate, p.birth_time as patientBirthTime, p.sex as patientSex,
      s.study_uid as studyInstanceUid, s.study_date as studyDate, s.study_time as studyTime,
      s.accession_no as accessionNumber, s.study_id as studyId, s.ref_physician as referringPhysicianName,
      s.study_desc as studyDescription, e.series_uid as seriesInstanceUid, e.modality as modality,
      e.series_desc as seriesDescription, e.series_no as seriesNumber, e.series_date as seriesDate,
      e.series_time as seriesTime, i.sop_uid as sopInstanceUid, i.sop_class as sopClassUid, i.inst_no as instanceNumber
      from patient p join study s on s.patient_fk = p.pk join series e on e.study_fk = s.pk
      join instance i on i.series_fk = e.pk where p.pk > 0 order by i.pk`,
    patientIdColumn: 'p.pat_id',
    accessionNumberColumn: 's.accession_no',
    studyInstanceUidColumn: 's.study_uid',
    seriesInstanceUidColumn: 'e.series_uid',
    sopInstanceUidColumn: 'i.sop_uid',
    ...more,
  };
}
