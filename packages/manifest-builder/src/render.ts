import { arrange } from './arrange/arrange.js';
import { jsonParts } from './json.js';
import { type Manifest, type ManifestFormat } from './model/manifest.js';
import { Pace } from './arrange/pace.js';
import { xmlParts } from './xml.js';

/** The media type of each form. Both are encoded in UTF-8. */
export const MEDIA_TYPES: Readonly<Record<ManifestFormat, string>> = {
  xml: 'application/xml',
  json: 'application/json',
};

export interface RenderOptions {
  /** Default: XML. */
  format?: ManifestFormat;
}

/** Characters of a piece: enough for a network write, and little memory. */
const PIECE = 32 * 1024;

/**
 * Writes the manifest as text, in pieces of some tens of kilobytes. It yields to the event loop every few milliseconds, however
 * large the manifest is. The same content gives the same bytes in whatever order the trees are. They are not changed.
 *
 * The rules of value-rules.ts correct or leave out bad values. No value of an attribute makes this fail.
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
