import { firstByName, viewerKey } from '@pacs-connectors/connector-core';
import { find } from '../document/node.js';
import { relax } from '../document/relaxed-name.js';
import { codes } from '../errors/error-codes.js';
import { type ReaderContext, report } from '../reader/context.js';
import { settingsOf } from '../reader/setting.js';
import { GlobalConfiguration } from './global-configuration.js';
import { type KnownPlugin } from './known-plugin.js';
import { type KnownViewer } from './viewers.js';

/** Warns of plug-ins and viewers that are ignored because an earlier one has their name, and of viewers named as a key of the server. */
export function checkPluginNames(
  plugins: readonly KnownPlugin[],
  viewers: readonly KnownViewer[],
  context: ReaderContext,
): void {
  const { key, node } = find(context.root, 'connector.plugins') ?? { ...context.root, key: 'connector.plugins' };
  const warn = (found: string, expected: string) =>
    report(
      context,
      'warning',
      { key, place: node.place },
      { code: codes['configuration.plugin.name-taken'], found, expected },
    );
  for (const { type } of afterFirst(plugins, (plugin) => plugin.type))
    warn(`a second plug-in for the type ${type}, which is ignored`, 'one package for each type');
  for (const { name } of afterFirst(viewers, (viewer) => viewer.name))
    warn(`a second viewer with the name ${name}, which is ignored`, 'one package for each viewer');
  const keys = new Set([...settingsOf(GlobalConfiguration).values()].flatMap(({ paths }) => paths.map(firstPart)));
  for (const viewer of viewers)
    if (keys.has(relax(viewerKey(viewer))))
      warn(
        `a viewer with the name ${viewer.name}, whose settings are below the key ${viewerKey(viewer)} of the server`,
        'a viewer with another name',
      );
}

/** Returns the items whose name an earlier one has. */
function afterFirst<Item>(items: readonly Item[], nameOf: (item: Item) => string): Item[] {
  const relaxed = (item: Item) => relax(nameOf(item));
  const first = firstByName(items, relaxed);
  return items.filter((item) => first.get(relaxed(item)) !== item);
}

function firstPart(path: string): string {
  return relax(path.split('.')[0]!);
}
