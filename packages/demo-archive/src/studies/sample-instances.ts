import { type Attributes } from '../dicom/attributes.js';
import { attributesOf } from '../dicom/keywords.js';
import { transcode } from '../dicom/transcode.js';
import { EXPLICIT_VR_LITTLE_ENDIAN } from '../dicom/transfer-syntaxes.js';
import { type PixelData, writePart10 } from '../dicom/write.js';
import { catalog } from './catalog.js';
import { type ImageSeries, type SampleImage } from './image-series.js';
import { type ArchiveName, type PatientSketch, type StudySketch } from './sketches.js';

/** An instance of a sample study, and the archives that store it. */
export interface SampleInstance {
  attributes: Attributes;
  transferSyntaxUid: string;
  file: Buffer;
  archives: ArchiveName[];
}

/** 2.25 and the integer of a UUID (PS3.5 B.2); its last nine digits are the numbers of patient, study, series and instance. */
const UID_BASE = 58_093_477_120_664_385_129_870_046_215_000_000_000n;

/** Returns the UID of a node of the catalog, counted from 1; 0 for levels below. It is the same at each start. */
export function sampleUid(patient: number, study: number, series = 0, instance = 0): string {
  return `2.25.${UID_BASE + BigInt(patient * 10_000_000 + study * 100_000 + series * 1_000 + instance)}`;
}

/** Makes the instances of every sample study, one after the other. They are the same, byte for byte, at each start. */
export async function* sampleInstances(): AsyncGenerator<SampleInstance> {
  for (const [p, patient] of catalog.entries()) {
    for (const [s, study] of patient.studies.entries()) {
      const inStudy = {
        ...patientAttributes(patient),
        ...studyAttributes(study),
        StudyInstanceUID: sampleUid(p + 1, s + 1),
      };
      for (const [e, sketch] of study.series.entries()) {
        const series = sketch.images();
        const place = [p + 1, s + 1, e + 1] as const;
        const inSeries = attributesOf({
          ...inStudy,
          ...seriesKeywords(study, series, sketch.description, e + 1),
          SeriesInstanceUID: sampleUid(...place),
          ...(series.hasFrameOfReference ? { FrameOfReferenceUID: sampleUid(p + 1, s + 1, 99) } : {}),
        });
        for (let index = 0; index < series.count; index++) {
          const lines = cornerText(patient, series, e + 1, index);
          const archives = archivesOf(study, e + 1, index);
          yield await instance(inSeries, series.draw(index, lines), {
            uid: sampleUid(...place, index + 1),
            index,
            study,
            archives,
          });
        }
      }
    }
  }
}

function archivesOf({ archives, incomplete }: StudySketch, series: number, index: number): ArchiveName[] {
  const isIn = incomplete !== undefined && index < (incomplete.images[series] ?? 0);
  return isIn ? [...archives, incomplete.archive] : archives;
}

async function instance(
  inSeries: Attributes,
  { keywords, pixels }: SampleImage,
  { uid, index, study, archives }: { uid: string; index: number; study: StudySketch; archives: ArchiveName[] },
): Promise<SampleInstance> {
  const attributes = {
    ...inSeries,
    ...attributesOf({ SOPInstanceUID: uid, InstanceNumber: index + 1, ...keywords }),
  };
  const pixelData = Buffer.from(pixels.buffer, pixels.byteOffset, pixels.byteLength);
  const native = { attributes, pixelData: pixelData as PixelData, transferSyntaxUid: EXPLICIT_VR_LITTLE_ENDIAN };
  const image = study.transferSyntaxUid ? await transcode(native, study.transferSyntaxUid) : native;
  const file = writePart10(image.attributes, image.transferSyntaxUid, image.pixelData);
  return { attributes: image.attributes, transferSyntaxUid: image.transferSyntaxUid, file, archives };
}

/** Says which image it is: patient, modality, series and number. */
function cornerText(patient: PatientSketch, { modality, count }: ImageSeries, series: number, index: number): string[] {
  const issuer = patient.issuer ? `@${patient.issuer}` : '';
  return [
    `${patient.patientId}${issuer}`,
    `${modality} SERIES ${series} IMAGE ${index + 1}/${count}`,
    'SAMPLE - NOT A PATIENT',
  ];
}

function patientAttributes(patient: PatientSketch) {
  return {
    SpecificCharacterSet: patient.characterSets,
    PatientName: patient.name,
    PatientID: patient.patientId,
    IssuerOfPatientID: patient.issuer,
    PatientBirthDate: patient.birthDate ?? '',
    PatientBirthTime: patient.birthTime,
    PatientSex: patient.sex ?? '',
  };
}

function studyAttributes(study: StudySketch) {
  return {
    StudyDate: study.date ?? '',
    StudyTime: study.time ?? '',
    AccessionNumber: study.accessionNumber ?? '',
    StudyID: study.studyId ?? '',
    StudyDescription: study.description,
    ReferringPhysicianName: study.physician ?? '',
  };
}

function seriesKeywords(study: StudySketch, series: ImageSeries, description: string | undefined, number: number) {
  return {
    Modality: series.modality,
    SOPClassUID: series.sopClassUid,
    SeriesNumber: number,
    SeriesDescription: description,
    ...(study.date ? { SeriesDate: study.date, ContentDate: study.date, AcquisitionDate: study.date } : {}),
    ...(study.time ? { SeriesTime: study.time, ContentTime: study.time, AcquisitionTime: study.time } : {}),
    Manufacturer: 'pacs-connectors',
    ManufacturerModelName: 'Sample studies',
    DeviceSerialNumber: '1',
    SoftwareVersions: '1',
    BurnedInAnnotation: 'YES',
    ...series.keywords,
  };
}
