import { createHash } from 'node:crypto';
import { gzipManifest, type Manifest, type ManifestFormat, renderManifest } from '@pacs-connectors/manifest-builder';

export type Coding = 'gzip' | 'identity';

/** A manifest as bytes, which can be sent any number of times. */
export interface RenderedManifest {
  /** The bytes, in order. */
  chunks: Buffer[];
  /** Number of bytes. */
  length: number;
  coding: Coding;
  /** Strong validator of these bytes (RFC 9110 8.8.3), with its quotes. */
  etag: string;
}

/**
 * Renders a manifest completely before anything is sent. The entity tag and the length precede the content, and a slow client holds
 * bytes instead of trees.
 */
export async function renderToBytes(
  manifest: Manifest,
  format: ManifestFormat,
  coding: Coding,
): Promise<RenderedManifest> {
  const hash = createHash('sha256');
  const hashed = async function* () {
    for await (const piece of renderManifest(manifest, { format })) {
      hash.update(piece);
      yield piece;
    }
  };
  const chunks: Buffer[] = [];
  if (coding === 'gzip') for await (const chunk of gzipManifest(hashed())) chunks.push(chunk);
  else for await (const piece of hashed()) chunks.push(Buffer.from(piece));
  const tag = hash.digest('base64url').slice(0, 32);
  return {
    chunks,
    length: chunks.reduce((sum, chunk) => sum + chunk.length, 0),
    coding,
    etag: coding === 'gzip' ? `"${tag}-gzip"` : `"${tag}"`,
  };
}
