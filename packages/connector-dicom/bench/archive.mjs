// Builds the archive of the benchmarks, and the 601 queries that DCMTK's programs need for it.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const uid = (...parts) => `2.25.99.${parts.join('.')}`;

/** Returns a patient with this number of studies, of series in each study, and of instances in each series. */
export function patient(number, patientId, studies, series, instances) {
  const range = (length, make) => Array.from({ length }, (_, index) => make(index + 1));
  return {
    patientId,
    patientName: `BENCH^${patientId}`,
    patientBirthDate: '19700101',
    patientSex: 'F',
    studies: range(studies, (s) => ({
      studyInstanceUid: uid(number, s),
      studyDate: `2025${String(1 + (s % 12)).padStart(2, '0')}11`,
      studyTime: '101112',
      studyDescription: `Study ${s}`,
      accessionNumber: `A${number}-${s}`,
      studyId: String(s),
      referringPhysicianName: 'REFERRER^A',
      series: range(series, (e) => ({
        seriesInstanceUid: uid(number, s, e),
        seriesNumber: String(e),
        seriesDescription: `Series ${e}`,
        modality: 'CT',
        instances: range(instances, (i) => ({ sopInstanceUid: uid(number, s, e, i), instanceNumber: String(i) })),
      })),
    })),
  };
}

const KEYS = {
  STUDY:
    'StudyDate StudyTime AccessionNumber ReferringPhysicianName StudyDescription PatientName PatientID PatientBirthDate PatientSex StudyInstanceUID StudyID',
  SERIES: 'Modality SeriesDescription StudyInstanceUID SeriesInstanceUID SeriesNumber',
  IMAGE: 'SOPInstanceUID StudyInstanceUID SeriesInstanceUID InstanceNumber',
};
export const TREE_KEYS =
  'SOPInstanceUID Modality SeriesDescription StudyInstanceUID SeriesInstanceUID SeriesNumber InstanceNumber';

/** Options of findscu for one question. */
export function keys(level, match, names = KEYS[level]) {
  const asked = Object.fromEntries(names.split(' ').map((name) => [name, '']));
  return Object.entries({ QueryRetrieveLevel: level, ...asked, ...match }).flatMap(([name, value]) => [
    '-k',
    value === '' ? name : `${name}=${value}`,
  ]);
}

/** Returns the hierarchical queries for a patient: one for the studies, one for each study, one for each series. */
export function hierarchicalQuestions({ patientId, studies }) {
  return [
    ['STUDY', { PatientID: patientId }],
    ...studies.map(({ studyInstanceUid }) => ['SERIES', { StudyInstanceUID: studyInstanceUid }]),
    ...studies.flatMap(({ studyInstanceUid, series }) =>
      series.map(({ seriesInstanceUid }) => [
        'IMAGE',
        { StudyInstanceUID: studyInstanceUid, SeriesInstanceUID: seriesInstanceUid },
      ]),
    ),
  ];
}

/** Writes each question as the text that dump2dcm reads. @returns the paths. */
export async function writeQuestions(folder, questions) {
  const tags = {
    QueryRetrieveLevel: '(0008,0052) CS',
    StudyDate: '(0008,0020) DA',
    StudyTime: '(0008,0030) TM',
    AccessionNumber: '(0008,0050) SH',
    Modality: '(0008,0060) CS',
    ReferringPhysicianName: '(0008,0090) PN',
    StudyDescription: '(0008,1030) LO',
    SeriesDescription: '(0008,103e) LO',
    PatientName: '(0010,0010) PN',
    PatientID: '(0010,0020) LO',
    PatientBirthDate: '(0010,0030) DA',
    PatientSex: '(0010,0040) CS',
    SOPInstanceUID: '(0008,0018) UI',
    StudyInstanceUID: '(0020,000d) UI',
    SeriesInstanceUID: '(0020,000e) UI',
    StudyID: '(0020,0010) SH',
    SeriesNumber: '(0020,0011) IS',
    InstanceNumber: '(0020,0013) IS',
  };
  return Promise.all(
    questions.map(async ([level, match], index) => {
      const asked = Object.fromEntries(KEYS[level].split(' ').map((name) => [name, '']));
      const lines = Object.entries({ QueryRetrieveLevel: level, ...asked, ...match }).map(
        ([name, value]) => `${tags[name]} ${value === '' ? '(no value available)' : `[${value}]`}`,
      );
      const path = join(folder, `${index}.txt`);
      await writeFile(path, `${lines.sort().join('\n')}\n`);
      return path;
    }),
  );
}
