/** Bytes before the mark `DICM` (PS3.10 7.1). */
const PREAMBLE = 128;
/** Value representations whose length has four bytes, after two reserved ones (PS3.5 7.1.2). */
const LONG = new Set(['OB', 'OD', 'OF', 'OL', 'OV', 'OW', 'SQ', 'SV', 'UC', 'UN', 'UR', 'UT', 'UV']);
const MEDIA_STORAGE_SOP_INSTANCE_UID = 0x0003;
/** Number of bytes that are read. A file meta group has a few hundred. */
export const HEAD_BYTES = 64 * 1024;

/** Whether these are the first bytes of a DICOM file. */
export function isPart10(bytes: Buffer): boolean {
  return bytes.toString('latin1', PREAMBLE, PREAMBLE + 4) === 'DICM';
}

/** Returns Media Storage SOP Instance UID (0002,0003) of a DICOM file, from its file meta information. */
export function sopInstanceUidOf(bytes: Buffer): string | undefined {
  // File meta information is Explicit VR Little Endian (PS3.10 7.1).
  for (let at = PREAMBLE + 4; at + 8 <= bytes.length && bytes.readUInt16LE(at) === 0x0002;) {
    const long = LONG.has(bytes.toString('latin1', at + 4, at + 6));
    if (long && at + 12 > bytes.length) return undefined;
    const start = at + (long ? 12 : 8);
    const end = start + (long ? bytes.readUInt32LE(at + 8) : bytes.readUInt16LE(at + 6));
    if (bytes.readUInt16LE(at + 2) === MEDIA_STORAGE_SOP_INSTANCE_UID)
      return bytes.toString('latin1', start, end).replace(/[\0 ]+$/, '');
    at = end;
  }
  return undefined;
}

/**
 * Returns the content of the first part of a multipart answer (RFC 2046 5.1), as far as it was read.
 *
 * @returns `undefined` if the answer is not multipart, or has no part
 */
export function firstPart(contentType: string, bytes: Buffer): Buffer | undefined {
  const [, quoted, plain] = /^multipart\/.*;\s*boundary=(?:"([^"]+)"|([^\s;]+))/is.exec(contentType) ?? [];
  const boundary = quoted ?? plain;
  if (boundary === undefined) return undefined;
  const delimiter = bytes.indexOf(`--${boundary}`, 0, 'latin1');
  const head = delimiter < 0 ? -1 : bytes.indexOf('\r\n\r\n', delimiter, 'latin1');
  if (head < 0) return undefined;
  const end = bytes.indexOf(`\r\n--${boundary}`, head + 4, 'latin1');
  return bytes.subarray(head + 4, end < 0 ? undefined : end);
}
