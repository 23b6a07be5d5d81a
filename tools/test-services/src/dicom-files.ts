import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

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
}

export interface DicomFilesOptions {
  /** Specific Character Set (0008,0005), `\` between values; default: `ISO_IR 192`. */
  specificCharacterSet?: string;
  /** Encodes text in that character set; default: UTF-8. */
  encode?: (text: string) => Uint8Array;
}

const EXPLICIT_VR_LITTLE_ENDIAN = '1.2.840.10008.1.2.1';
const SECONDARY_CAPTURE_IMAGE_STORAGE = '1.2.840.10008.5.1.4.1.1.7';
/** Value representations with a length of four bytes, after two reserved bytes (PS3.5 7.1.2). */
const LONG = new Set(['OB', 'OW', 'SQ', 'UN', 'UT']);
/** Value representations that are padded with a null byte; text is padded with a blank. */
const NULL_PADDED = new Set(['UI', 'OB', 'OW']);

/** Rows and columns of the images. */
const SIZE = 16;

/**
 * Writes one Part 10 file (PS3.10) for each instance of `patients` into `folder`. The files contain Secondary Capture objects in
 * Explicit VR Little Endian. Their 16 × 16 pixels of 16 bits differ from instance to instance.
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
          pending.push(writeFile(path, dicomFile(patient, study, series, instance, options)));
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

/** Returns one instance as the bytes of a Part 10 file. */
export function dicomFile(
  patient: Omit<FilePatient, 'studies'>,
  study: Omit<FileStudy, 'series'>,
  series: Omit<FileSeries, 'instances'>,
  instance: FileInstance,
  options: DicomFilesOptions = {},
): Buffer {
  const sopClassUid = instance.sopClassUid ?? SECONDARY_CAPTURE_IMAGE_STORAGE;
  const encode = options.encode ?? ((text: string) => Buffer.from(text, 'utf8'));
  const meta = Buffer.concat([
    element(0x0002, 0x0001, 'OB', Buffer.from([0, 1])),
    element(0x0002, 0x0002, 'UI', Buffer.from(sopClassUid)),
    element(0x0002, 0x0003, 'UI', Buffer.from(instance.sopInstanceUid)),
    element(0x0002, 0x0010, 'UI', Buffer.from(EXPLICIT_VR_LITTLE_ENDIAN)),
    element(0x0002, 0x0012, 'UI', Buffer.from('2.25.160814310137414953193148161313246184')),
  ]);
  const groupLength = Buffer.alloc(4);
  groupLength.writeUInt32LE(meta.length);
  const text = (group: number, number: number, vr: string, value: string | undefined) =>
    value === undefined ? undefined : element(group, number, vr, encode(value));
  const short = (group: number, number: number, value: number) =>
    element(group, number, 'US', Buffer.from([value & 0xff, value >> 8]));
  const parts: (Buffer | undefined)[] = [
    Buffer.alloc(128),
    Buffer.from('DICM'),
    element(0x0002, 0x0000, 'UL', groupLength),
    meta,
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
    short(0x0028, 0x0002, 1),
    text(0x0028, 0x0004, 'CS', 'MONOCHROME2'),
    short(0x0028, 0x0010, SIZE),
    short(0x0028, 0x0011, SIZE),
    short(0x0028, 0x0100, 16),
    short(0x0028, 0x0101, 16),
    short(0x0028, 0x0102, 15),
    short(0x0028, 0x0103, 0),
    element(0x7fe0, 0x0010, 'OW', pixelsOf(instance.sopInstanceUid)),
  ];
  return Buffer.concat(parts.filter((part) => part !== undefined));
}

/** Returns a gradient that depends on the UID, so that each instance looks different. */
function pixelsOf(sopInstanceUid: string): Buffer {
  const seed = createHash('sha256').update(sopInstanceUid).digest();
  const [start, step] = [seed.readUInt16LE(0), seed.readUInt16LE(2)];
  const pixels = Buffer.alloc(2 * SIZE * SIZE);
  for (let index = 0; index < SIZE * SIZE; index++) pixels.writeUInt16LE((start + index * step) & 0xffff, 2 * index);
  return pixels;
}

/** Returns one data element in Explicit VR Little Endian, padded to an even length. */
function element(group: number, number: number, vr: string, value: Uint8Array): Buffer {
  const long = LONG.has(vr);
  const length = value.length + (value.length % 2);
  const start = long ? 12 : 8;
  const bytes = Buffer.alloc(start + length, NULL_PADDED.has(vr) ? 0 : 0x20);
  bytes.writeUInt16LE(group, 0);
  bytes.writeUInt16LE(number, 2);
  bytes.write(vr, 4, 'latin1');
  if (long) {
    bytes.writeUInt16LE(0, 6);
    bytes.writeUInt32LE(length, 8);
  } else bytes.writeUInt16LE(length, 6);
  bytes.set(value, start);
  return bytes;
}
