import { createHash } from 'node:crypto';

/** What was found in one archive, for people. */
export interface FoundInArchive {
  archive: string;
  patients: number;
  studies: number;
  series: number;
  instances: number;
  /** What the archive's part says: why it is missing, or that nothing was found. */
  message?: { severity: string; title: string; description: string };
}

/** A manifest as it is kept: both forms, compressed, with what its answer says beside them. */
export interface CachedManifest {
  /** False where an archive's part is missing: such a manifest is kept for a short time only. */
  complete: boolean;
  /** gzip of the XML form. */
  xml: Buffer;
  /** gzip of the JSON form. */
  json: Buffer;
  /** Tells this content from any other. */
  tag: string;
  found: FoundInArchive[];
  /** The configuration that it was built by; not given where none was asked. */
  builtBy?: string;
  /** Milliseconds since the epoch; not kept longer, since it holds a token that is not handed out from then on. */
  expiresAt?: number;
}

/** {@link CachedManifest.tag} of both forms. */
export function tagOf(xml: Buffer, json: Buffer): string {
  return createHash('sha256').update(xml).update(json).digest('base64url').slice(0, 32);
}

/** What it costs to keep, bytes. */
export function sizeOf(manifest: CachedManifest): number {
  return manifest.xml.byteLength + manifest.json.byteLength + 512;
}

/** One buffer for {@link decodeManifest}: a length, a JSON header, both bodies. */
export function encodeManifest({ xml, json, ...rest }: CachedManifest): Buffer {
  const header = Buffer.from(JSON.stringify({ ...rest, xmlLength: xml.byteLength }));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(header.byteLength);
  return Buffer.concat([length, header, xml, json]);
}

/** The inverse of {@link encodeManifest}. */
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
