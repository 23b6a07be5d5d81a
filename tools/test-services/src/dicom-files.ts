import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type FileImage, imageElements } from './dicom-image.js';
import { element, EXPLICIT_VR_LITTLE_ENDIAN, part10 } from './dicom-part10.js';
import { transcode } from './transcode.js';

/** A patient for a test archive, in the shape of connector-core's tree. */
export interface FilePatient {
  patientId: string;
  issuerOfPatientId?: string;
  patientName?: string;
  patientBirthDate?: string;
  patientBirthTime?: string;
  patientSex?: string;
  studies: FileStudy[];
}
export interface FileStudy {
  studyInstanceUid: string;
  studyDescription?: string;
  studyDate?: string;
  studyTime?: string;
  accessionNumber?: string;
  studyId?: string;
  referringPhysicianName?: string;
  series: FileSeries[];
}
export interface FileSeries {
  seriesInstanceUid: string;
  seriesDescription?: string;
  seriesNumber?: string;
  modality?: string;
  seriesDate?: string;
  seriesTime?: string;
  instances: FileInstance[];
}
export interface FileInstance {
  sopInstanceUid: string;
  sopClassUid?: string;
  instanceNumber?: string;
  /** Default: 16 × 16 pixels of 16 bits. */
  image?: FileImage;
  /** Transfer Syntax UID of the file that {@link writeDicomFiles} writes. Default: Explicit VR Little Endian. */
  transferSyntaxUid?: string;
}

export interface DicomFilesOptions {
  /** Specific Character Set (0008,0005), `\` between values; default: `ISO_IR 192`. */
  specificCharacterSet?: string;
  /** Encodes text in that character set; default: UTF-8. */
  encode?: (text: string) => Uint8Array;
}

const SECONDARY_CAPTURE_IMAGE_STORAGE = '1.2.840.10008.5.1.4.1.1.7';

/**
 * Writes one Part 10 file (PS3.10) for each instance of `patients` into `folder`. By default, the files contain Secondary Capture
 * objects in Explicit VR Little Endian. Their pixels differ from instance to instance.
 *
 * @returns the paths of the files, in the order of the tree
 */
export async function writeDicomFiles(
  folder: string,
  patients: readonly FilePatient[],
  options: DicomFilesOptions = {},
): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const paths: string[] = [];
  let pending: Promise<void>[] = [];
  for (const patient of patients) {
    for (const study of patient.studies) {
      for (const series of study.series) {
        for (const instance of series.instances) {
          const path = join(folder, `${instance.sopInstanceUid}.dcm`);
          paths.push(path);
          pending.push(write(path, dicomFile(patient, study, series, instance, options), instance.transferSyntaxUid));
          if (pending.length === 64) {
            await Promise.all(pending);
            pending = [];
          }
        }
      }
    }
  }
  await Promise.all(pending);
  return paths;
}

async function write(path: string, file: Buffer, transferSyntaxUid = EXPLICIT_VR_LITTLE_ENDIAN): Promise<void> {
  await writeFile(path, await transcode(file, transferSyntaxUid));
}

/** Returns one instance as the bytes of a Part 10 file in Explicit VR Little Endian; {@link transcode} changes that. */
export function dicomFile(
  patient: Omit<FilePatient, 'studies'>,
  study: Omit<FileStudy, 'series'>,
  series: Omit<FileSeries, 'instances'>,
  instance: FileInstance,
  options: DicomFilesOptions = {},
): Buffer {
  const sopClassUid = instance.sopClassUid ?? SECONDARY_CAPTURE_IMAGE_STORAGE;
  const encode = options.encode ?? ((text: string) => Buffer.from(text, 'utf8'));
  const text = (group: number, number: number, vr: string, value: string | undefined) =>
    value === undefined ? undefined : element(group, number, vr, encode(value));
  const parts: (Buffer | undefined)[] = [
    element(0x0008, 0x0005, 'CS', Buffer.from(options.specificCharacterSet ?? 'ISO_IR 192')),
    element(0x0008, 0x0016, 'UI', Buffer.from(sopClassUid)),
    element(0x0008, 0x0018, 'UI', Buffer.from(instance.sopInstanceUid)),
    text(0x0008, 0x0020, 'DA', study.studyDate ?? ''),
    text(0x0008, 0x0021, 'DA', series.seriesDate),
    text(0x0008, 0x0030, 'TM', study.studyTime ?? ''),
    text(0x0008, 0x0031, 'TM', series.seriesTime),
    text(0x0008, 0x0050, 'SH', study.accessionNumber ?? ''),
    text(0x0008, 0x0060, 'CS', series.modality ?? 'OT'),
    text(0x0008, 0x0064, 'CS', 'WSD'),
    text(0x0008, 0x0090, 'PN', study.referringPhysicianName ?? ''),
    text(0x0008, 0x1030, 'LO', study.studyDescription),
    text(0x0008, 0x103e, 'LO', series.seriesDescription),
    text(0x0010, 0x0010, 'PN', patient.patientName ?? ''),
    text(0x0010, 0x0020, 'LO', patient.patientId),
    text(0x0010, 0x0021, 'LO', patient.issuerOfPatientId),
    text(0x0010, 0x0030, 'DA', patient.patientBirthDate ?? ''),
    text(0x0010, 0x0032, 'TM', patient.patientBirthTime),
    text(0x0010, 0x0040, 'CS', patient.patientSex ?? ''),
    text(0x0020, 0x000d, 'UI', study.studyInstanceUid),
    text(0x0020, 0x000e, 'UI', series.seriesInstanceUid),
    text(0x0020, 0x0010, 'SH', study.studyId ?? ''),
    text(0x0020, 0x0011, 'IS', series.seriesNumber ?? ''),
    text(0x0020, 0x0013, 'IS', instance.instanceNumber ?? ''),
    ...imageElements(instance),
  ];
  return part10(
    { sopClassUid, sopInstanceUid: instance.sopInstanceUid, transferSyntaxUid: EXPLICIT_VR_LITTLE_ENDIAN },
    Buffer.concat(parts.filter((part) => part !== undefined)),
  );
}
