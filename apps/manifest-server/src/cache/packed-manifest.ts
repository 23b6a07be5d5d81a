import { type Notice } from '@pacs-connectors/connector-core';
import { type Manifest } from '@pacs-connectors/manifest-builder';
import { NO_ADDRESS } from '../manifest/manifest.service.js';
import { renderToBytes } from '../manifest/rendered-manifest.js';
import { type CachedManifest, tagOf } from './cached-manifest.js';
import { foundIn } from './found-in.js';

/** Returns a manifest in both forms, compressed, with what was found in each archive. */
export async function packManifest(
  manifest: Manifest,
): Promise<Pick<CachedManifest, 'xml' | 'json' | 'tag' | 'found'>> {
  const packed = async (format: 'xml' | 'json') =>
    Buffer.concat((await renderToBytes(manifest, format, 'gzip')).chunks);
  const xml = await packed('xml');
  const json = await packed('json');
  return { xml, json, tag: tagOf(xml, json), found: foundIn(manifest) };
}

/** Returns a manifest that contains only a message. Viewers show nothing else of an answer. */
export async function messageManifest(notice: Notice): Promise<CachedManifest> {
  const arcQuery = { arcId: 'pacs-connectors', baseUrl: NO_ADDRESS, notices: [notice], patients: [] };
  return { complete: false, ...(await packManifest({ arcQueries: [arcQuery] })) };
}
