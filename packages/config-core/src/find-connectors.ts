import { codes } from './errors/error-codes.js';
import { type KnownPlugin } from './settings/known-plugin.js';
import { entriesOf, entryOf } from './document/edit.js';
import { type ConfigNode, find, type Found, isEmpty, nameOf, notAMap } from './document/node.js';
import { relax } from './document/relaxed-name.js';
import { type ReaderContext, report } from './reader/context.js';

/** Keys that contain connectors, and are never a connector themselves. */
const RESERVED_KEYS = new Set(['connector', 'config', 'default']);

/** An entry of `connector.config`. */
export interface ConfiguredConnector extends Found {
  id: string;
}

/**
 * Returns the entries of `connector.config`, and reports what prevents reading any of them.
 *
 * @param mayBeElsewhere whether other places have blocks that may belong to empty connectors
 */
export function configuredConnectors(
  context: ReaderContext,
  plugins: readonly KnownPlugin[],
  mayBeElsewhere: boolean,
): ConfiguredConnector[] {
  const config = find(context.root, 'connector.config');
  const none = !config || isEmpty(config.node);
  const misplaced = reportMisplaced(context, plugins, none);
  if (config?.node.kind === 'map' && (!none || (mayBeElsewhere && config.node.entries.size > 0))) {
    return entriesOf(config).map(({ name, ...entry }) => ({ ...entry, id: name }));
  }
  if (none && misplaced) return [];
  const place = { key: 'connector.config', place: (config?.node ?? context.root.node).place };
  if (none) {
    const code = codes['configuration.connector.none'];
    report(context, 'error', place, { code, found: 'nothing', expected: 'at least one connector, by its id' });
  } else if (config.node.kind === 'invalid') {
    report(context, 'error', { key: config.key, place: config.node.place }, config.node);
  } else {
    const inList = config.node.kind === 'list';
    const expected = inList ? 'connectors by their ids, without "- " before each' : notAMap(config.node).expected;
    report(context, 'error', place, {
      code: codes['configuration.value.invalid'],
      found: nameOf(config.node),
      expected,
    });
  }
  return [];
}

/**
 * Reports connectors that are not below `connector.config`: as errors if there are no others, otherwise as warnings. Templates,
 * which connectors use by aliases, are not reported. A `default` at the left edge that names connectors is reported as well.
 *
 * @returns whether there are such connectors
 */
function reportMisplaced(context: ReaderContext, plugins: readonly KnownPlugin[], none: boolean): boolean {
  const { root } = context;
  const connector = find(root, 'connector');
  const config = find(root, 'connector.config');
  const isConnector = (node: ConfigNode) => looksLikeConnector(node, plugins) && !isTemplate(node, config?.node);
  const misplaced: { found: Found; where: string; expected: string }[] = [];
  for (const found of entriesOf(root)) {
    const where = `${found.key} at the left edge`;
    if (isConnector(found.node) && !RESERVED_KEYS.has(relax(found.key))) {
      misplaced.push({ found, where, expected: 'it below connector.config' });
    }
    if (relax(found.key) !== 'config' || !entriesOf(found).some(({ node }) => isConnector(node))) continue;
    misplaced.push({ found, where, expected: 'it below connector: indent config and everything below it' });
  }
  for (const found of connector ? entriesOf(connector) : []) {
    if (!isConnector(found.node) || RESERVED_KEYS.has(relax(found.name))) continue;
    const where = `${found.name} ${config ? 'beside config' : 'directly below connector'}`;
    misplaced.push({ found, where, expected: 'it below connector.config' });
  }
  for (const { found, where, expected } of misplaced) {
    const code = codes['configuration.block.misplaced'];
    const fault = { code, found: none ? where : `${where}, without effect`, expected };
    report(context, none ? 'error' : 'warning', { key: found.key, place: found.keyPlace }, fault);
  }
  reportMisplacedDefault(context);
  return misplaced.length > 0;
}

/** Returns whether a configured connector is an alias of `node`, or has it merged in. */
function isTemplate(node: ConfigNode, config: ConfigNode | undefined): boolean {
  if (node.kind !== 'map' || config?.kind !== 'map') return false;
  const places = new Set([...node.entries.values()].map(({ keyPlace }) => JSON.stringify(keyPlace)));
  return [...config.entries.values()].some(
    ({ value }) =>
      value.kind === 'map' && [...value.entries.values()].some(({ keyPlace }) => places.has(JSON.stringify(keyPlace))),
  );
}

/** Reports an entry of `connector.config` that sets nothing. */
export function reportEmpty({ key, keyPlace }: ConfiguredConnector, context: ReaderContext): void {
  const code = codes['configuration.connector.empty'];
  const fault = { code, found: 'no value in it', expected: 'a connector; it is ignored' };
  report(context, 'warning', { key, place: keyPlace }, fault);
}

/** Returns whether a map has keys that only connectors have. */
export function looksLikeConnector(node: ConfigNode, plugins: readonly KnownPlugin[]): boolean {
  if (node.kind !== 'map') return false;
  const type = entryOf(node, 'type')?.[1].value;
  if (type?.kind !== 'scalar' || !plugins.some((plugin) => relax(plugin.type) === relax(type.text))) return false;
  return [...node.entries.keys()].some((name) => /^wado$|connector$/.test(relax(name)));
}

function reportMisplacedDefault(context: ReaderContext): void {
  const found = find(context.root, 'default');
  const config = find(context.root, 'connector.config');
  if (!found || config?.node.kind !== 'map' || isEmpty(found.node)) return;
  const { node } = found;
  const texts = node.kind === 'scalar' ? node.text.split(',') : node.kind === 'list' ? node.items.map(textOf) : [];
  const ids = config.node.entries;
  if (texts.length === 0 || !texts.every((id) => ids.has(id.trim()))) return;
  const code = codes['configuration.block.misplaced'];
  const fault = { code, found: 'default at the left edge, without effect', expected: 'it below connector' };
  report(context, 'warning', { key: found.key, place: found.keyPlace }, fault);
}

function textOf(node: ConfigNode): string {
  return node.kind === 'scalar' ? node.text : '';
}
