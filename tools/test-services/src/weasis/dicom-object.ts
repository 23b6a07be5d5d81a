import { createRequire } from 'node:module';

/** The part of a DICOM object that is used here. */
export interface DicomObject {
  sopInstanceUid: string;
  seriesInstanceUid: string;
  studyInstanceUid: string;
  /** Patient ID, issuer and upper-case name, by which Weasis recognises a patient. */
  patientKey: string;
}

interface DataSet {
  [tag: string]: { Value?: unknown[] } | undefined;
}
/** The part of `dcmjs` that is used here; the package has no types. */
interface Dcmjs {
  data: { DicomMessage: { readFile(bytes: ArrayBuffer, options: object): { meta: DataSet; dict: DataSet } } };
  log: { setLevel?(level: string): void };
}
let dcmjs: Dcmjs | undefined;

/** Reads a Part 10 file (PS3.10 7.1). Returns undefined if the bytes are no such file, or an image without pixels. */
export function readDicomObject(bytes: Buffer): DicomObject | undefined {
  if (bytes.length < 132 || bytes.toString('latin1', 128, 132) !== 'DICM') return undefined;
  dcmjs ??= createRequire(import.meta.url)('dcmjs') as Dcmjs;
  dcmjs.log.setLevel?.('error');
  const read = (options: object) => dcmjs?.data.DicomMessage.readFile(new Uint8Array(bytes).buffer, options);
  let file: { meta: DataSet; dict: DataSet } | undefined;
  try {
    file = read({ noCopy: true });
  } catch (error) {
    // Weasis reads several character sets in one file. dcmjs reads the first, which the values below are in.
    if (/multiple character sets/.test(String(error))) file = read({ noCopy: true, ignoreErrors: true });
  }
  if (!file) return undefined;
  const { dict, meta } = file;
  const text = (tag: string, from = dict) => textOf(from[tag]?.Value?.[0]);
  const sopInstanceUid = text('00080018');
  if (sopInstanceUid === '' || sopInstanceUid !== text('00020003', meta)) return undefined;
  if (text('00280010') !== '' && !pixelsOf(dict)) return undefined;
  return {
    sopInstanceUid,
    seriesInstanceUid: text('0020000E'),
    studyInstanceUid: text('0020000D'),
    patientKey: patientKey(text('00100020'), text('00100021'), text('00100010')),
  };
}

/** Returns the key by which Weasis recognises a patient. It compares literally, so a trailing `^` counts. */
export function patientKey(patientId: string, issuer: string, name: string): string {
  return JSON.stringify([patientId, issuer, name.toUpperCase()]);
}

/** Returns whether an object with Rows (0028,0010), which is an image, has its Pixel Data (7FE0,0010). */
function pixelsOf(dict: DataSet): boolean {
  const [pixels] = dict['7FE00010']?.Value ?? [];
  return ((pixels as ArrayBuffer | undefined)?.byteLength ?? 0) > 0;
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  // A person's name is an object or an array-like of objects.
  if (typeof value === 'object') return textOf((value as { Alphabetic?: unknown }).Alphabetic);
  return String(value as string | number);
}
