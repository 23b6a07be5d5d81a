import { type KnownPlugin } from './check.js';
import { entryOf } from './document/edit.js';
import { type ConfigNode, find, type Found, isEmpty, joinKey, type MapNode, nameOf, noMap } from './document/node.js';
import { relax } from './document/relaxed-name.js';
import { type ReaderContext, report } from './reader/context.js';

/** An entry of `connector.config`. */
export interface ConfiguredConnector extends Found {
  id: string;
}

/**
 * The entries of `connector.config`. What keeps all of them from being read is noted in the context.
 *
 * @param mayBeElsewhere whether there are blocks that may belong to empty connectors
 */
export function configuredConnectors(
  context: ReaderContext,
  plugins: readonly KnownPlugin[],
  mayBeElsewhere: boolean,
): ConfiguredConnector[] {
  const config = find(context.root, 'connector.config');
  const none = !config || isEmpty(config.node);
  const misplaced = noteMisplaced(context, plugins, none);
  if (config?.node.kind === 'map' && (!none || (mayBeElsewhere && config.node.entries.size > 0))) {
    return [...config.node.entries].map(([id, { value, keyPlace }]) => ({
      id,
      node: value,
      key: joinKey(config.key, id),
      keyPlace,
    }));
  }
  if (none && misplaced) return [];
  const place = { key: 'connector.config', place: (config?.node ?? context.root.node).place };
  if (none) report(context, 'error', place, { found: 'nothing', expected: 'at least one connector, by its id' });
  else if (config.node.kind === 'invalid') {
    report(context, 'error', { key: config.key, place: config.node.place }, config.node);
  } else {
    const inList = config.node.kind === 'list';
    const expected = inList ? 'connectors by their ids, without "- " before each' : noMap(config.node).expected;
    report(context, 'error', place, { found: nameOf(config.node), expected });
  }
  return [];
}

/**
 * Notes connectors that are not below `connector.config`: errors where there are no others, else warnings, since such a map
 * may be a template. Notes a `default` at the left edge that names connectors, too.
 *
 * @returns whether there are any such connectors
 */
function noteMisplaced(context: ReaderContext, plugins: readonly KnownPlugin[], none: boolean): boolean {
  const { root } = context;
  const connector = find(root, 'connector');
  const config = entryOf(root.node, 'config');
  const isConnector = (node: ConfigNode) => looksLikeConnector(node, plugins);
  const severity = none ? 'error' : 'warning';
  const effect = none ? '' : ', without effect';
  const places: { where: string; scope: Found<MapNode> }[] = [{ where: 'at the left edge', scope: root }];
  if (connector?.node.kind === 'map') {
    const where = find(root, 'connector.config') ? 'beside config' : 'directly below connector';
    places.push({ where, scope: connector as Found<MapNode> });
  }
  let any = false;
  for (const { where, scope } of places) {
    for (const [name, { value, keyPlace }] of scope.node.entries) {
      if (!isConnector(value) || ['connector', 'config', 'default'].includes(relax(name))) continue;
      any = true;
      const key = joinKey(scope.key, name);
      const told = { found: `${name} ${where}${effect}`, expected: 'it below connector.config' };
      report(context, severity, { key, place: keyPlace }, told);
    }
  }
  if (
    none &&
    config?.[1].value.kind === 'map' &&
    [...config[1].value.entries.values()].some(({ value }) => isConnector(value))
  ) {
    any = true;
    const told = { found: 'config at the left edge', expected: 'it below connector, as default: indent both' };
    report(context, 'error', { key: config[0], place: config[1].keyPlace }, told);
  }
  noteMisplacedDefault(context);
  return any;
}

/** Notes that an entry of `connector.config` sets nothing. */
export function noteEmpty({ key, keyPlace }: ConfiguredConnector, context: ReaderContext): void {
  const told = { found: 'no value in it', expected: 'a connector; it is ignored' };
  report(context, 'warning', { key, place: keyPlace }, told);
}

/** Whether a map has what no other than a connector has. */
export function looksLikeConnector(node: ConfigNode, plugins: readonly KnownPlugin[]): boolean {
  if (node.kind !== 'map') return false;
  const type = entryOf(node, 'type')?.[1].value;
  if (type?.kind !== 'scalar' || !plugins.some((plugin) => relax(plugin.type) === relax(type.text))) return false;
  return [...node.entries.keys()].some((name) => /^wado$|connector$/.test(relax(name)));
}

function noteMisplacedDefault(context: ReaderContext): void {
  const found = find(context.root, 'default');
  const config = find(context.root, 'connector.config');
  if (!found || config?.node.kind !== 'map' || isEmpty(found.node)) return;
  const { node } = found;
  const texts = node.kind === 'scalar' ? node.text.split(',') : node.kind === 'list' ? node.items.map(textOf) : [];
  const ids = config.node.entries;
  if (texts.length === 0 || !texts.every((id) => ids.has(id.trim()))) return;
  const told = { found: 'default at the left edge, without effect', expected: 'it below connector' };
  report(context, 'warning', { key: found.key, place: found.keyPlace }, told);
}

function textOf(node: ConfigNode): string {
  return node.kind === 'scalar' ? node.text : '';
}
