import { arrange } from './arrange/arrange.js';
import { jsonParts } from './json.js';
import { type Manifest, type ManifestFormat } from './model/manifest.js';
import { Pace } from './arrange/pace.js';
import { xmlParts } from './xml.js';

/** The media type of each form. Both are UTF-8. */
export const MEDIA_TYPES: Readonly<Record<ManifestFormat, string>> = {
  xml: 'application/xml',
  json: 'application/json',
};

export interface RenderOptions {
  /** XML unless told. */
  format?: ManifestFormat;
}

/** Characters of a piece: enough for a network write, small beside everything else. */
const PIECE = 32 * 1024;

/**
 * The manifest as text, in pieces of some tens of kilobytes. The event loop is given back every few milliseconds, however
 * large the manifest is. The same content gives the same bytes whatever order the trees are in; they are not changed.
 *
 * Bad values cost themselves only, by the rules of value-rules.ts: nothing that an attribute holds makes this fail.
 */
export async function* renderManifest(
  manifest: Manifest,
  { format = 'xml' }: RenderOptions = {},
): AsyncGenerator<string> {
  const pace = new Pace();
  await pace.rest();
  const arranged = await arrange(manifest, pace);
  const parts = format === 'json' ? jsonParts(arranged) : xmlParts(arranged);
  let piece = '';
  for (const part of parts) {
    piece += part;
    if (piece.length >= PIECE) {
      yield piece;
      piece = '';
    }
    if (pace.due()) await pace.rest();
  }
  if (piece !== '') yield piece;
}
