import { viewerKey } from '@pacs-connectors/connector-core';
import { find, type Found, isEmpty, joinKey, type MapNode } from '../document/node.js';
import { codes } from '../errors/error-codes.js';
import { type ReaderContext, report } from '../reader/context.js';
import { type GlobalConfiguration } from './global-configuration.js';
import { type KnownViewer } from './viewers.js';

/** Warns of rules that can never apply: their viewer has no settings, or nothing has the id of their archive. */
export function checkViewerRules(
  { viewers: { rules }, viewerSettings }: GlobalConfiguration,
  viewers: readonly KnownViewer[],
  connectors: readonly { id: string }[],
  context: ReaderContext,
): void {
  const list = find(context.root, 'viewers.rules');
  if (list?.node.kind !== 'list') return;
  const items = [...list.node.items.entries()].filter(([, item]) => !isEmpty(item));
  for (const [at, rule] of rules.entries()) {
    const [index, node] = items[at] ?? [];
    if (node?.kind !== 'map') continue;
    const scope: Found<MapNode> = { node, key: `${list.key}[${index}]`, keyPlace: node.place };
    const code = codes['configuration.viewer-rule.never-applies'];
    const warn = (name: string, found: string, expected: string) => {
      const { key, node: value } = find(scope, name) ?? { key: joinKey(scope.key, name), node };
      report(context, 'warning', { key, place: value.place }, { code, found, expected });
    };
    const viewer = viewers.find(({ name }) => name === rule.viewer);
    if (viewer?.requiredKey !== undefined && viewerSettings[viewer.name] === undefined)
      warn(
        'viewer',
        `${viewer.name}, which is not configured`,
        `${viewerKey(viewer)}.${viewer.requiredKey} to be set; until then this rule never applies`,
      );
    for (const id of rule.archives ?? [])
      if (!connectors.some((connector) => connector.id === id))
        warn('archive', `${JSON.stringify(id)}, no connector`, 'ids of connectors; the others are ignored');
  }
}
