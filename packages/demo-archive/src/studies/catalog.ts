import { JPEG_2000, JPEG_LS, RLE } from '../dicom/transfer-syntaxes.js';
import { filmSeries } from './film.js';
import { chestSeries, mammogramSeries } from './projections.js';
import { abdomenSeries, chestCt, headSeries, kneeSeries, localizerSeries } from './protocols.js';
import { type PatientSketch, type StudySketch } from './sketches.js';
import { ultrasoundSeries } from './ultrasound.js';

const LATIN_1 = ['ISO_IR 100'];
const UTF_8 = ['ISO_IR 192'];

function mammography(year: number, lesion: number, archive: 'north' | 'west'): StudySketch {
  return {
    description: 'Mammography screening',
    date: `${year}0918`,
    time: '101500',
    accessionNumber: `MG-${year}`,
    studyId: `MG${year}`,
    archives: [archive],
    series: [{ description: 'Screening, 4 views', images: () => mammogramSeries(lesion) }],
  };
}

/**
 * The patients of the demo, all invented. Two hospitals have issued the id 0042, and two the accession number 000123. Archive south
 * stores only a part of the CT of DEMO-1. Priors of DEMO-7 are in two archives.
 */
export const catalog: readonly PatientSketch[] = [
  {
    patientId: 'DEMO-1',
    issuer: 'HOSPITAL_A',
    name: 'Muster^Erika',
    birthDate: '19640229',
    birthTime: '073000',
    sex: 'F',
    characterSets: LATIN_1,
    studies: [
      {
        description: 'CT Thorax/Abdomen mit Kontrastmittel',
        date: '20240312',
        time: '093015',
        accessionNumber: 'A 17 42',
        studyId: 'S1',
        physician: 'Doktor^Ada',
        archives: ['north'],
        incomplete: { archive: 'south', images: { 1: 2, 2: 24 } },
        series: [
          { description: 'Topogramm', images: localizerSeries },
          { description: 'Weichteil 5.0 mm', images: () => chestCt({ step: 5, count: 72, windows: [[40, 400]] }) },
          {
            description: 'Lunge 3.0 mm',
            images: () =>
              chestCt({
                step: 3,
                count: 80,
                first: -80,
                windows: [
                  [-600, 1500],
                  [40, 400],
                ],
                noise: 26,
              }),
          },
        ],
      },
      {
        description: 'MRT Schädel',
        date: '20221105',
        time: '141530.25',
        accessionNumber: 'MR*7',
        studyId: 'S2',
        physician: 'Doktor^Ada',
        archives: ['south'],
        series: [
          { description: 'T1 ax', images: () => headSeries('T1', 'axial') },
          { description: 'T2 ax', images: () => headSeries('T2', 'axial') },
          { description: 'T1 sag', images: () => headSeries('T1', 'sagittal') },
        ],
      },
      {
        date: '20240312',
        time: '171000',
        accessionNumber: 'US-2024-3',
        archives: ['west'],
        series: [{ images: () => ultrasoundSeries(2) }],
      },
    ],
  },
  {
    patientId: 'DEMO_2',
    name: 'Beispiel^Jürgen^^Dr.',
    birthDate: '19810717',
    sex: 'M',
    characterSets: LATIN_1,
    studies: [
      {
        description: 'Échographie abdominale, contrôle à six mois',
        date: '20231120',
        accessionNumber: '000123',
        studyId: '7',
        physician: 'Médecin^Renée',
        archives: ['north'],
        series: [{ description: 'Foie & vésicule', images: () => ultrasoundSeries(3) }],
      },
    ],
  },
  {
    patientId: '0042',
    issuer: 'HOSPITAL_A',
    name: 'Fictif^Zoë',
    birthDate: '20010101',
    sex: 'F',
    characterSets: LATIN_1,
    studies: [
      {
        description: 'IRM du genou gauche',
        date: '20240312',
        time: '093015',
        accessionNumber: '000123',
        studyId: '1',
        archives: ['south'],
        series: [
          { description: 'DP sag', images: () => kneeSeries('sagittal') },
          { description: 'DP cor', images: () => kneeSeries('coronal') },
        ],
      },
    ],
  },
  {
    patientId: '0042',
    issuer: 'HOSPITAL_B',
    name: 'Inventado^Íñigo',
    birthDate: '19551231',
    sex: 'O',
    characterSets: LATIN_1,
    studies: [
      {
        description: 'TC abdomen "urgente"',
        date: '20200229',
        time: '235959',
        accessionNumber: 'B-2020-9',
        studyId: '1',
        physician: "O'Ejemplo^Pía",
        archives: ['west'],
        series: [{ description: 'Abdomen 5 mm', images: () => abdomenSeries(28) }],
      },
    ],
  },
  {
    patientId: 'DEMO-5',
    issuer: 'HOSPITAL_A',
    name: 'Hoshino^Kaede=星野^楓=ほしの^かえで',
    birthDate: '19900505',
    sex: 'F',
    characterSets: ['', 'ISO 2022 IR 87'],
    studies: [
      {
        description: '頭部MRI',
        date: '20240601',
        time: '080000',
        accessionNumber: 'MR-17',
        studyId: 'H5',
        physician: 'Rei^Isha=例^医者',
        archives: ['west'],
        series: [
          { description: 'FLAIR', images: () => headSeries('FLAIR', 'axial') },
          { description: 'T2 冠状断', images: () => headSeries('T2', 'coronal') },
        ],
      },
    ],
  },
  {
    patientId: 'DEMO-6',
    issuer: 'HOSPITAL_A',
    name: 'Παράδειγμα^Ελένη',
    birthDate: '19720214',
    sex: 'F',
    characterSets: ['ISO_IR 126'],
    studies: [
      {
        description: 'Ακτινογραφία θώρακος',
        date: '20240105',
        time: '112000',
        accessionNumber: 'CR-6',
        studyId: '6',
        archives: ['north'],
        series: [{ description: 'Θώρακας PA', images: () => chestSeries(800) }],
      },
    ],
  },
  {
    patientId: 'DEMO-7',
    issuer: 'HOSPITAL_B',
    name: 'مثال^ليلى',
    birthDate: '19680830',
    sex: 'F',
    characterSets: ['ISO_IR 127'],
    studies: [
      mammography(2018, 0, 'north'),
      mammography(2020, 2.5, 'north'),
      mammography(2022, 4.5, 'west'),
      mammography(2024, 7.5, 'west'),
    ],
  },
  {
    patientId: 'DEMO-8',
    issuer: 'HOSPITAL_B',
    name: 'Příkladová^Žofie',
    birthDate: '19880320',
    sex: 'F',
    characterSets: UTF_8,
    studies: [
      {
        description: 'CT břicha (JPEG-LS)',
        date: '20231204',
        time: '150000',
        accessionNumber: 'CT-8',
        studyId: '8',
        archives: ['south'],
        transferSyntaxUid: JPEG_LS,
        series: [{ description: 'Břicho 8 mm', images: () => abdomenSeries(16) }],
      },
    ],
  },
  {
    patientId: 'DEMO-9',
    name: 'Sample^Sam',
    birthDate: '19790909',
    sex: 'M',
    characterSets: LATIN_1,
    studies: [
      {
        description: 'Chest (JPEG 2000)',
        date: '20240220',
        time: '070500',
        accessionNumber: 'CR-9',
        studyId: '9',
        archives: ['west'],
        transferSyntaxUid: JPEG_2000,
        series: [{ description: 'Chest PA', images: () => chestSeries(512) }],
      },
    ],
  },
  {
    patientId: 'DEMO-10',
    issuer: 'HOSPITAL_A',
    name: 'Exemple^Maëlle',
    birthDate: '20101010',
    sex: 'F',
    characterSets: LATIN_1,
    studies: [
      {
        description: 'IRM cérébrale (RLE)',
        date: '20240419',
        time: '143000',
        accessionNumber: 'MR-10',
        studyId: '10',
        archives: ['north'],
        transferSyntaxUid: RLE,
        series: [{ description: 'T2 ax', images: () => headSeries('T2', 'axial') }],
      },
    ],
  },
  {
    patientId: 'DEMO-11',
    issuer: 'HOSPITAL_B',
    name: 'Hong^Gildong=洪^吉洞=홍^길동',
    birthDate: '19930708',
    sex: 'M',
    characterSets: UTF_8,
    studies: [
      {
        description: '복부 CT',
        date: '20240510',
        time: '101010',
        accessionNumber: 'CT-11',
        studyId: '11',
        archives: ['south'],
        series: [{ description: 'Abdomen 5 mm', images: () => abdomenSeries(28) }],
      },
    ],
  },
  {
    patientId: 'NO DATE 12',
    name: 'Sans^Date',
    characterSets: LATIN_1,
    studies: [
      {
        description: 'Reprise de films',
        accessionNumber: 'FILM-1',
        archives: ['north'],
        series: [{ images: () => filmSeries(2) }],
      },
    ],
  },
];
