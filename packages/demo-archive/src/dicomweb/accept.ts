import { EXPLICIT_VR_LITTLE_ENDIAN } from '../dicom/transfer-syntaxes.js';

/** Returns the transfer syntaxes that an Accept header names; without one, that of PS3.18 8.7.3.3.2. */
export function transferSyntaxesOf(accept: string): string[] {
  const named = [...accept.matchAll(/transfer-syntax="?([^",;\s]+)/gi)].map(([, uid]) => uid as string);
  return named.length > 0 ? named : [EXPLICIT_VR_LITTLE_ENDIAN];
}

const MEDIA_TYPES: Record<string, string> = {
  '1.2.840.10008.1.2.5': 'image/dicom-rle',
  '1.2.840.10008.1.2.4.50': 'image/jpeg',
  '1.2.840.10008.1.2.4.51': 'image/jpeg',
  '1.2.840.10008.1.2.4.57': 'image/jpeg',
  '1.2.840.10008.1.2.4.70': 'image/jpeg',
  '1.2.840.10008.1.2.4.80': 'image/jls',
  '1.2.840.10008.1.2.4.81': 'image/jls',
  '1.2.840.10008.1.2.4.90': 'image/jp2',
  '1.2.840.10008.1.2.4.91': 'image/jp2',
  '1.2.840.10008.1.2.4.201': 'image/jphc',
  '1.2.840.10008.1.2.4.202': 'image/jphc',
  '1.2.840.10008.1.2.4.203': 'image/jphc',
};

/** Returns the media type of a frame (PS3.18 8.7.3.3.2). */
export function mediaTypeOf(transferSyntaxUid: string): string {
  return MEDIA_TYPES[transferSyntaxUid] ?? 'application/octet-stream';
}
