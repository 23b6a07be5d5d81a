import { createHash } from 'node:crypto';

/** What was found in one archive, for the launch page. */
export interface FoundInArchive {
  archive: string;
  patients: number;
  studies: number;
  series: number;
  instances: number;
  /** The `Message` of the archive's part: why it is missing, or that nothing was found. */
  message?: { severity: string; title: string; description: string };
}

/** A manifest as the cache keeps it: both forms, compressed, and what answers need besides. */
export interface CachedManifest {
  /** False if an archive's part is missing. Such a manifest is kept for a short time only. */
  complete: boolean;
  /** The XML form, compressed with gzip. */
  xml: Buffer;
  /** The JSON form, compressed with gzip. */
  json: Buffer;
  /** Hash of the content. */
  tag: string;
  found: FoundInArchive[];
  /** Fingerprint of the configuration that it was built with; `undefined` for an uploaded manifest. */
  builtBy?: string;
  /** When its token is not handed out any more (ms since the epoch). It is not kept longer. */
  expiresAt?: number;
}

/** Returns the {@link CachedManifest.tag} of both forms. */
export function tagOf(xml: Buffer, json: Buffer): string {
  return createHash('sha256').update(xml).update(json).digest('base64url').slice(0, 32);
}

/** Returns the memory that it takes, bytes. */
export function sizeOf(manifest: CachedManifest): number {
  return manifest.xml.byteLength + manifest.json.byteLength + 512 + sizeOfFound(manifest.found);
}

/** Texts take two bytes a character, and each object some more. */
function sizeOfFound(found: readonly FoundInArchive[]): number {
  const lengths = found.map(({ archive, message }) => {
    const { severity = '', title = '', description = '' } = message ?? {};
    return archive.length + severity.length + title.length + description.length;
  });
  return lengths.reduce((sum, length) => sum + 2 * length + 400, 0);
}

/** Encodes a manifest as one buffer: the length of a header, the header in JSON, both forms. */
export function encodeManifest({ xml, json, ...rest }: CachedManifest): Buffer {
  const header = Buffer.from(JSON.stringify({ ...rest, xmlLength: xml.byteLength }));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(header.byteLength);
  return Buffer.concat([length, header, xml, json]);
}

/** Decodes what {@link encodeManifest} returns. */
export function decodeManifest(bytes: Buffer): CachedManifest {
  const start = 4 + bytes.readUInt32BE(0);
  const { xmlLength, ...rest } = JSON.parse(bytes.toString('utf8', 4, start)) as Omit<
    CachedManifest,
    'xml' | 'json'
  > & {
    xmlLength: number;
  };
  return { ...rest, xml: bytes.subarray(start, start + xmlLength), json: bytes.subarray(start + xmlLength) };
}
