import { type Patient, type Series, type Study } from '@pacs-connectors/connector-core';
import { type Level } from '../http/query.js';
import { type DicomJson, Tag } from '../json/dicom-json.js';

/**
 * Returns every result of a level that an archive of `patients` has, with all attributes, as DICOM JSON (PS3.18 F.2).
 *
 * @param count what the archive returns for a number of series or instances.
 */
export function resultsOf(
  patients: readonly Patient[],
  level: Level,
  count: (value: number) => number | undefined,
): DicomJson[] {
  return patients.flatMap((patient) =>
    patient.studies.flatMap((study) => {
      const upper = { ...ofPatient(patient), ...ofStudy(study) };
      if (level === 'study') {
        const instances = study.series.reduce((sum, series) => sum + series.instances.length, 0);
        const modalities = [...new Set(study.series.map(({ modality }) => modality ?? ''))];
        return [
          result({
            ...upper,
            [Tag.ModalitiesInStudy]: modalities,
            [Tag.NumberOfStudyRelatedSeries]: count(study.series.length),
            [Tag.NumberOfStudyRelatedInstances]: count(instances),
          }),
        ];
      }
      return study.series.flatMap((series) => {
        const middle = { ...upper, ...ofSeries(series) };
        if (level === 'series') {
          return [result({ ...middle, [Tag.NumberOfSeriesRelatedInstances]: count(series.instances.length) })];
        }
        return series.instances.map((instance) =>
          result({
            ...middle,
            [Tag.SOPInstanceUID]: instance.sopInstanceUid,
            [Tag.SOPClassUID]: instance.sopClassUid,
            [Tag.InstanceNumber]: instance.instanceNumber === undefined ? undefined : Number(instance.instanceNumber),
          }),
        );
      });
    }),
  );
}

type Values = Record<string, string | number | string[] | undefined>;

function result(values: Values): DicomJson {
  return Object.fromEntries(
    Object.entries(values)
      .filter(([, value]) => value !== undefined)
      .map(([tag, value]) => [tag, { Value: NAMES.includes(tag) ? [groupsOf(String(value))] : [value].flat() }]),
  );
}

const NAMES: readonly string[] = [Tag.PatientName, Tag.ReferringPhysicianName];

function groupsOf(name: string): object {
  const [Alphabetic, Ideographic, Phonetic] = name.split('=');
  return { Alphabetic, Ideographic, Phonetic };
}

function ofPatient(patient: Patient): Values {
  return {
    [Tag.PatientID]: patient.patientId,
    [Tag.IssuerOfPatientID]: patient.issuerOfPatientId,
    [Tag.PatientName]: patient.patientName,
    [Tag.PatientBirthDate]: patient.patientBirthDate,
    [Tag.PatientBirthTime]: patient.patientBirthTime,
    [Tag.PatientSex]: patient.patientSex,
  };
}

function ofStudy(study: Study): Values {
  return {
    [Tag.StudyInstanceUID]: study.studyInstanceUid,
    [Tag.StudyDate]: study.studyDate,
    [Tag.StudyTime]: study.studyTime,
    [Tag.StudyDescription]: study.studyDescription,
    [Tag.AccessionNumber]: study.accessionNumber,
    [Tag.StudyID]: study.studyId,
    [Tag.ReferringPhysicianName]: study.referringPhysicianName,
  };
}

function ofSeries(series: Series): Values {
  return {
    [Tag.SeriesInstanceUID]: series.seriesInstanceUid,
    [Tag.Modality]: series.modality,
    [Tag.SeriesNumber]: series.seriesNumber === undefined ? undefined : Number(series.seriesNumber),
    [Tag.SeriesDescription]: series.seriesDescription,
    [Tag.SeriesDate]: series.seriesDate,
    [Tag.SeriesTime]: series.seriesTime,
  };
}
