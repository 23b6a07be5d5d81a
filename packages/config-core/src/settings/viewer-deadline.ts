import { codes } from '../errors/error-codes.js';
import { find, type Found, type MapNode } from '../document/node.js';
import { type ReaderContext, report } from '../reader/context.js';

/** Longest deadline of an archive with which the manifest is there before Weasis gives up on it, milliseconds. */
const LONGEST_MS = 27_000;

/** Warns of a deadline, read from `path`, that is longer than viewers wait. */
export function checkViewerDeadline(
  timeoutMs: number | undefined,
  scope: Found<MapNode>,
  path: string,
  context: ReaderContext,
): void {
  const place = find(scope, path);
  if (timeoutMs === undefined || timeoutMs <= LONGEST_MS || !place) return;
  report(
    context,
    'warning',
    { key: place.key, place: place.node.place },
    {
      code: codes['configuration.timeout.too-long'],
      found: `${timeoutMs / 1000}s`,
      expected: `at most ${LONGEST_MS / 1000}s: Weasis waits 30 s for a manifest, and gets one without this archive's images before that`,
    },
  );
}
