/** Transfer Syntax UIDs (PS3.5 10, PS3.6 A) by what this package does with them. */
export const TransferSyntax = {
  implicitLittleEndian: '1.2.840.10008.1.2',
  explicitLittleEndian: '1.2.840.10008.1.2.1',
  deflated: '1.2.840.10008.1.2.1.99',
  explicitBigEndian: '1.2.840.10008.1.2.2',
} as const;

const NATIVE: ReadonlySet<string> = new Set(Object.values(TransferSyntax));

/** Returns whether pixel data is uncompressed. */
export function isNative(transferSyntaxUid: string): boolean {
  return NATIVE.has(transferSyntaxUid);
}

/** The media types of compressed frames (PS3.18 8.7.3), the default transfer syntax of each first. */
const FRAME_TYPES: Record<string, string[]> = {
  'image/jpeg': [
    '1.2.840.10008.1.2.4.70',
    '1.2.840.10008.1.2.4.50',
    '1.2.840.10008.1.2.4.51',
    '1.2.840.10008.1.2.4.57',
  ],
  'image/dicom-rle': ['1.2.840.10008.1.2.5'],
  'image/jls': ['1.2.840.10008.1.2.4.80', '1.2.840.10008.1.2.4.81'],
  'image/jp2': ['1.2.840.10008.1.2.4.90', '1.2.840.10008.1.2.4.91'],
  'image/jpx': ['1.2.840.10008.1.2.4.92', '1.2.840.10008.1.2.4.93'],
  'image/jphc': ['1.2.840.10008.1.2.4.201', '1.2.840.10008.1.2.4.202', '1.2.840.10008.1.2.4.203'],
  'image/jxl': ['1.2.840.10008.1.2.4.110', '1.2.840.10008.1.2.4.111', '1.2.840.10008.1.2.4.112'],
  'video/mpeg2': ['1.2.840.10008.1.2.4.100', '1.2.840.10008.1.2.4.101'],
  'video/mp4': ['1.2.840.10008.1.2.4.102', '1.2.840.10008.1.2.4.103'],
};

const TYPE_OF = new Map(Object.entries(FRAME_TYPES).flatMap(([type, uids]) => uids.map((uid) => [uid, type])));

/** Returns the media type of a frame as it is stored. */
export function frameMediaType(transferSyntaxUid: string): string {
  return TYPE_OF.get(transferSyntaxUid) ?? 'application/octet-stream';
}
