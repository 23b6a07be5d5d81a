import { codes } from '../errors/error-codes.js';
import { find, type Found, type MapNode } from '../document/node.js';
import { type ReaderContext, report } from '../reader/context.js';

/** How long Weasis waits for a manifest, milliseconds. */
const WEASIS_WAITS_MS = 30_000;
/** The longest deadline of an archive that is sure to be over when the server answers a launch, milliseconds. */
const LONGEST_MS = 27_000;

/** Warns about a deadline, read from `path`, that is longer than viewers wait. */
export function checkViewerDeadline(
  timeoutMs: number | undefined,
  scope: Found<MapNode>,
  path: string,
  context: ReaderContext,
): void {
  const place = find(scope, path);
  if (timeoutMs === undefined || timeoutMs <= WEASIS_WAITS_MS || !place) return;
  report(
    context,
    'warning',
    { key: place.key, place: place.node.place },
    {
      code: codes['configuration.timeout.too-long'],
      found: `${timeoutMs / 1000}s`,
      expected: `at most ${LONGEST_MS / 1000}s: Weasis waits ${WEASIS_WAITS_MS / 1000} s for a manifest, so it gets one earlier, without the images of this archive`,
    },
  );
}
