import { dicomFile } from '@pacs-connectors/test-services';

export const STUDY = '1.2.826.7.1';
export const SERIES = '1.2.826.7.1.4';
export const uidOf = (n: number) => `${SERIES}.${n}`;
export const SOP_CLASS = '1.2.840.10008.5.1.4.1.1.2';

/** Returns the Part 10 file of instance `n`, followed by so many bytes of a private element. */
export function fileOf(n: number, more = 0): Buffer {
  const file = dicomFile(
    { patientId: 'W-1', patientName: 'Wado^Wanda' },
    { studyInstanceUid: STUDY, studyDate: '20210304' },
    { seriesInstanceUid: SERIES, modality: 'CT' },
    { sopInstanceUid: uidOf(n), sopClassUid: SOP_CLASS, instanceNumber: String(n) },
  );
  return more === 0 ? file : Buffer.concat([file, Buffer.alloc(more, n)]);
}

/** Returns a multipart body (RFC 2387) of files. */
export function multipart(files: readonly Buffer[], boundary = 'B-7/x', close = true, withLengths = false): Buffer {
  const parts = files.flatMap((file) => [
    Buffer.from(`\r\n--${boundary}\r\nContent-Type: application/dicom\r\n`),
    Buffer.from(withLengths ? `Content-Length: ${file.length}\r\n\r\n` : '\r\n'),
    file,
  ]);
  return Buffer.concat([...parts, Buffer.from(close ? `\r\n--${boundary}--` : '')]);
}

export const MULTIPART = { 'content-type': 'multipart/related; type="application/dicom"; boundary="B-7/x"' };
