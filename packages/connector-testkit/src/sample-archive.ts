import { type Instance, type Patient, type Series, type Study } from '@pacs-connectors/connector-core';

/**
 * UIDs of the sample: 2.25 and the integer of a UUID (PS3.5 B.2), whose last nine digits are free. They count: patient,
 * study, series, instance, so that a UID in a failing test tells where it belongs.
 */
const UID_BASE = 142_388_606_682_979_734_443_363_120_399_000_000_000n;

const SOP_CLASSES = {
  CT: '1.2.840.10008.5.1.4.1.1.2',
  MR: '1.2.840.10008.5.1.4.1.1.4',
  US: '1.2.840.10008.5.1.4.1.1.6.1',
  SR: '1.2.840.10008.5.1.4.1.1.88.11',
};

type SeriesSketch = Omit<Series, 'seriesInstanceUid' | 'instances' | 'modality'> & {
  modality: keyof typeof SOP_CLASSES;
  instances: number;
  withoutInstanceNumbers?: boolean;
};
type StudySketch = Omit<Study, 'studyInstanceUid' | 'series'> & { series: SeriesSketch[] };
type PatientSketch = Omit<Patient, 'studies'> & { studies: StudySketch[] };

/** The base and `ppssttiii`: patient, study, series, instance; 0 where the level is not reached. */
function uid(patient: number, study: number, series = 0, instance = 0): string {
  return `2.25.${UID_BASE + BigInt(patient * 10_000_000 + study * 100_000 + series * 1_000 + instance)}`;
}

function patientOf({ studies, ...patient }: PatientSketch, index: number): Patient {
  return { ...patient, studies: studies.map((study, n) => studyOf(study, index + 1, n + 1)) };
}

function studyOf({ series, ...study }: StudySketch, patient: number, number: number): Study {
  return {
    ...study,
    studyInstanceUid: uid(patient, number),
    series: series.map((sketch, n) => seriesOf(sketch, (s, i) => uid(patient, number, s, i), n + 1)),
  };
}

function seriesOf(sketch: SeriesSketch, uidOf: (series: number, instance?: number) => string, number: number): Series {
  const { instances, withoutInstanceNumbers, ...series } = sketch;
  return {
    ...series,
    seriesInstanceUid: uidOf(number),
    instances: Array.from({ length: instances }, (_, n): Instance => ({
      sopInstanceUid: uidOf(number, n + 1),
      sopClassUid: SOP_CLASSES[sketch.modality],
      ...(withoutInstanceNumbers ? {} : { instanceNumber: String(n + 1) }),
    })),
  };
}

/**
 * Sample patients, all invented, small and awkward on purpose: an id that two authorities have issued, an accession number
 * that two hospitals use, one with a leading zero, one with spaces, one with a `*`; names in several scripts; studies of one
 * date, a study without a date, one without a time; a series without a number, instances without one. Every value fits its
 * value representation, so that each archive can hold it.
 */
export const sampleArchive: Patient[] = (
  [
    {
      patientId: 'DEMO-1',
      issuerOfPatientId: 'HOSPITAL_A',
      patientName: 'Muster^Erika',
      patientBirthDate: '19640229',
      patientBirthTime: '073000',
      patientSex: 'F',
      studies: [
        {
          studyDescription: 'CT Thorax mit Kontrastmittel',
          studyDate: '20240312',
          studyTime: '093015',
          accessionNumber: 'A 17 42',
          studyId: 'S1',
          referringPhysicianName: 'Doktor^Ada',
          series: [
            { modality: 'CT', seriesNumber: '1', seriesDescription: 'Topogramm', seriesDate: '20240312', instances: 2 },
            // Twelve instances: by text, number 10 would come before 2.
            {
              modality: 'CT',
              seriesNumber: '10',
              seriesDescription: 'Thorax 1.0 mm',
              seriesDate: '20240312',
              seriesTime: '093210',
              instances: 12,
            },
            { modality: 'SR', seriesNumber: '2', seriesDescription: 'Dosisbericht', instances: 1 },
          ],
        },
        {
          studyDescription: 'MRT Schädel',
          studyDate: '20221105',
          studyTime: '141530.25',
          accessionNumber: 'MR*7',
          studyId: 'S2',
          referringPhysicianName: 'Doktor^Ada',
          series: [
            { modality: 'MR', seriesNumber: '3', seriesDescription: 'T1 ax', seriesTime: '141702', instances: 4 },
            { modality: 'MR', seriesNumber: '4', seriesDescription: 'T2 ax', seriesTime: '142250', instances: 4 },
          ],
        },
        { studyDate: '20240312', studyTime: '171000', series: [{ modality: 'US', seriesNumber: '1', instances: 3 }] },
      ],
    },
    {
      patientId: 'DEMO_2',
      patientName: 'Beispiel^Jürgen^^Dr.',
      patientBirthDate: '19810717',
      patientSex: 'M',
      studies: [
        {
          studyDescription: 'Échographie abdominale, contrôle à six mois',
          studyDate: '20231120',
          accessionNumber: '000123',
          studyId: '7',
          referringPhysicianName: 'Médecin^Renée',
          series: [
            { modality: 'US', seriesDescription: 'Foie & vésicule', instances: 3, withoutInstanceNumbers: true },
          ],
        },
      ],
    },
    {
      patientId: '0042',
      issuerOfPatientId: 'HOSPITAL_A',
      patientName: 'Fictif^Zoë',
      patientBirthDate: '20010101',
      patientSex: 'F',
      studies: [
        {
          studyDescription: 'Genou gauche',
          studyDate: '20240312',
          studyTime: '093015',
          accessionNumber: '000123',
          studyId: '1',
          series: [
            { modality: 'MR', seriesNumber: '1', seriesDescription: 'DP sag', instances: 5 },
            { modality: 'MR', seriesNumber: '2', seriesDescription: 'DP cor', instances: 5 },
          ],
        },
      ],
    },
    {
      patientId: '0042',
      issuerOfPatientId: 'HOSPITAL_B',
      patientName: 'Inventado^Íñigo',
      patientBirthDate: '19551231',
      patientSex: 'O',
      studies: [
        {
          studyDescription: 'TC abdomen "urgente"',
          studyDate: '20200229',
          studyTime: '235959',
          accessionNumber: 'B-2020-9',
          studyId: '1',
          referringPhysicianName: "O'Ejemplo^Pía",
          series: [{ modality: 'CT', seriesNumber: '1', seriesDescription: '<5 mm>', instances: 6 }],
        },
      ],
    },
    {
      patientId: 'DEMO-5',
      issuerOfPatientId: 'HOSPITAL_A',
      patientName: 'Hoshino^Kaede=星野^楓=ほしの^かえで',
      patientBirthDate: '19900505',
      patientSex: 'F',
      studies: [
        {
          studyDescription: '頭部MRI',
          studyDate: '20240601',
          studyTime: '080000',
          accessionNumber: 'MR-17',
          studyId: 'H5',
          referringPhysicianName: 'Rei^Isha=例^医者',
          series: [
            { modality: 'MR', seriesNumber: '1', seriesDescription: 'FLAIR', instances: 4 },
            { modality: 'MR', seriesNumber: '2', seriesDescription: '拡散強調', instances: 4 },
          ],
        },
        {
          studyDescription: 'CT Thorax',
          studyDate: '20240601',
          studyTime: '080000',
          accessionNumber: 'CT-18',
          studyId: 'H6',
          series: [{ modality: 'CT', seriesNumber: '1', instances: 5 }],
        },
      ],
    },
    {
      patientId: 'NO DATE 6',
      patientName: 'Sans^Date',
      studies: [
        {
          studyDescription: 'Reprise de films',
          accessionNumber: 'FILM-1',
          series: [{ modality: 'SR', seriesNumber: '1', instances: 1 }],
        },
        { studyDate: '19991231', series: [{ modality: 'CT', seriesNumber: '1', instances: 2 }] },
      ],
    },
  ] satisfies PatientSketch[]
).map(patientOf);

/** One instance with all that it belongs to. */
export interface InstanceRow {
  patient: Patient;
  study: Study;
  series: Series;
  instance: Instance;
}

/** Every instance of `patients` with its parents: rows to fill a table or a folder with. */
export function instanceRows(patients: readonly Patient[] = sampleArchive): InstanceRow[] {
  return patients.flatMap((patient) =>
    patient.studies.flatMap((study) =>
      study.series.flatMap((series) => series.instances.map((instance) => ({ patient, study, series, instance }))),
    ),
  );
}
