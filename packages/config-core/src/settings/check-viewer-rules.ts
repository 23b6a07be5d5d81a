import { viewerKey } from '@pacs-connectors/connector-core';
import { find, type Found, isEmpty, joinKey, type MapNode } from '../document/node.js';
import { codes } from '../errors/error-codes.js';
import { type ReaderContext, report } from '../reader/context.js';
import { type GlobalConfiguration } from './global-configuration.js';
import { type KnownViewer, type ViewerRule } from './viewers.js';

/** The ids of connectors, by whether launches can select them. */
interface KnownConnectors {
  connectors: readonly { id: string }[];
  leftOut: readonly { id: string }[];
  disabled: readonly { id: string }[];
}

/**
 * Warns of rules that can never apply: their viewer has no settings, nothing has the id of their archive, they need more archives
 * than a launch can select, or an earlier rule applies to every launch.
 */
export function checkViewerRules(
  { viewers: { rules }, viewerSettings }: GlobalConfiguration,
  viewers: readonly KnownViewer[],
  { connectors, leftOut, disabled }: KnownConnectors,
  context: ReaderContext,
): void {
  const list = find(context.root, 'viewers.rules');
  if (list?.node.kind !== 'list') return;
  const items = [...list.node.items.entries()].filter(([, item]) => !isEmpty(item));
  const ids = (known: readonly { id: string }[]) => known.map(({ id }) => id);
  const selectable = ids([...connectors, ...leftOut]);
  const code = codes['configuration.viewer-rule.never-applies'];
  let general: string | undefined;
  for (const [at, rule] of rules.entries()) {
    const [index, node] = items[at] ?? [];
    if (node?.kind !== 'map') continue;
    const scope: Found<MapNode> = { node, key: `${list.key}[${index}]`, keyPlace: node.place };
    const warn = (name: string, found: string, expected: string) => {
      const { key, node: value } = find(scope, name) ?? { key: joinKey(scope.key, name), node };
      report(context, 'warning', { key, place: value.place }, { code, found, expected });
    };
    if (general !== undefined) {
      const found = `a rule after ${general}, which applies to every launch`;
      const expected = 'rules with conditions before those without';
      report(context, 'warning', { key: scope.key, place: node.place }, { code, found, expected });
      continue;
    }
    const viewer = viewers.find(({ name }) => name === rule.viewer);
    const isConfigured = viewer?.requiredKey === undefined || viewerSettings[viewer.name] !== undefined;
    if (!isConfigured)
      warn(
        'viewer',
        `${viewer.name}, which is not configured`,
        `${viewerKey(viewer)}.${viewer.requiredKey} to be set; until then this rule never applies`,
      );
    const unknown = rule.archives?.filter((id) => ![...selectable, ...ids(disabled)].includes(id)) ?? [];
    for (const id of unknown)
      warn('archive', `${JSON.stringify(id)}, no connector`, 'ids of connectors; the others are ignored');
    if (unknown.length === 0) checkCounts(rule, selectable, warn);
    if (viewer && isConfigured && opensEverything(viewer) && isUnconditional(rule)) general = scope.key;
  }
}

/** Warns if no launch can select as many archives as a rule needs. */
function checkCounts(
  { archives, minArchives = 0, maxArchives = Infinity }: ViewerRule,
  selectable: readonly string[],
  warn: (name: string, found: string, expected: string) => void,
): void {
  const most = archives ? selectable.filter((id) => archives.includes(id)).length : selectable.length;
  if (minArchives > maxArchives)
    warn('min-archives', `${minArchives}, which is more than max-archives`, `at most ${maxArchives}`);
  else if (most > 0 && minArchives > most)
    warn(
      'min-archives',
      String(minArchives),
      `${most} or less: the rule can select ${most} ${most === 1 ? 'archive' : 'archives'}`,
    );
}

/** Returns whether a viewer opens all launches, so that no later rule is tried. */
function opensEverything({ support }: KnownViewer): boolean {
  if (!support) return false;
  const { severalArchives, filters, manifests = false, identifiers, dicomWeb = false } = support;
  return severalArchives && filters && manifests && identifiers === undefined && !dicomWeb;
}

function isUnconditional({ archives, modalities, minArchives = 1, maxArchives }: ViewerRule): boolean {
  return archives === undefined && modalities === undefined && minArchives === 1 && maxArchives === undefined;
}
