import { codes } from './errors/error-codes.js';
import { type ConnectorDefinition, type LeftOutConnector } from '@pacs-connectors/connector-core';
import { find, type Found, isEmpty, type MapNode, nameOf } from './document/node.js';
import { type ConfigurationDocument } from './read-configuration.js';
import { relax } from './document/relaxed-name.js';
import { configuredConnectors, type ConfiguredConnector, reportEmpty } from './find-connectors.js';
import { MisplacedBlocks } from './misplaced-blocks.js';
import { type Problem, renderProblem } from './document/problems.js';
import { type ReaderContext, readerContext, report } from './reader/context.js';
import { readRequired, readSettings } from './reader/read-settings.js';
import { type SettingsClass } from './reader/setting.js';
import { KnownKeys } from './reader/unknown-keys.js';
import { checkGuards } from './settings/check-guards.js';
import { checkManifest } from './settings/check-manifest.js';
import { checkPluginNames } from './settings/check-plugin-names.js';
import { checkViewerRules } from './settings/check-viewer-rules.js';
import { ConnectorSettings, type ManifestSettings } from './settings/connector-settings.js';
import { CryptographySwitch } from './settings/guards.js';
import {
  CLOSED_GROUPS,
  type GlobalConfiguration,
  globalConfiguration,
  FATAL_KEYS,
} from './settings/global-configuration.js';
import { type KnownPlugin } from './settings/known-plugin.js';
import { readRetrieval, RetrievalKeys, retrievalPaths, type RetrievalSettings } from './settings/retrieval.js';
import { checkViewerDeadline } from './settings/viewer-deadline.js';
import { type KnownViewer } from './settings/viewers.js';

/** The configuration of a usable connector: what its plug-in needs, and its settings for the manifest. */
export interface ConnectorConfiguration extends ConnectorDefinition {
  manifest: ManifestSettings;
  retrieval: RetrievalSettings;
  /** Deadline of its searches, milliseconds. */
  timeoutMs: number;
}

/** A checked configuration. */
export interface LoadedConfiguration {
  global: GlobalConfiguration;
  /** `connector.default`. */
  defaultIds: string[];
  /** The usable connectors, in the order of the files. */
  connectors: ConnectorConfiguration[];
  /** The connectors with errors, with the reasons. */
  leftOut: LeftOutConnector[];
  /** The connectors that are switched off (`enabled: false`). */
  disabled: { id: string; type?: string }[];
  /** All errors and warnings, in the order of the files. */
  problems: Problem[];
}

/**
 * Checks the configuration against the settings classes of the plug-ins and viewers, and returns it typed.
 *
 * It does not throw for errors in a file. An error in a connector leaves out that connector, and an error in the keys of a viewer
 * leaves out that viewer. An error in a key that guards access is marked `fatal`: the server must not start.
 */
export function checkConfiguration(
  { root, env, problems: early }: ConfigurationDocument,
  plugins: readonly KnownPlugin[],
  viewers: readonly KnownViewer[] = [],
): LoadedConfiguration {
  const context = readerContext(root, env);
  context.problems.push(...early);
  const Global = globalConfiguration(viewers);
  const global = readGlobal(Global, context);
  checkViewerDeadline(global.timeoutMs, root, 'connector.timeout', context);
  const connectors: ConnectorConfiguration[] = [];
  const leftOut: LeftOutConnector[] = [];
  const disabled: LoadedConfiguration['disabled'] = [];
  const read = (found: ConfiguredConnector) => {
    const own: ReaderContext = { ...context, problems: [], connectorId: found.id };
    return { ...readConnector(found, plugins, global, own), found, problems: own.problems };
  };
  const blocks = new MisplacedBlocks(plugins, context, read);
  const configured = configuredConnectors(context, plugins, blocks.anyOutside);
  for (const { found, problems, type, connector, enabled } of blocks.readAll(configured)) {
    const errors = problems.filter(({ severity, connectorId }) => severity === 'error' && connectorId !== undefined);
    context.problems.push(...problems);
    if (enabled === false) disabled.push({ id: found.id, ...(type === undefined ? {} : { type }) });
    else if (errors.length > 0) {
      leftOut.push({ id: found.id, ...(type === undefined ? {} : { type }), reasons: errors.map(renderProblem) });
    } else if (connector) connectors.push(connector);
  }
  checkDefaults(global, { connectors, leftOut, disabled }, context);
  checkViewerRules(global, viewers, { connectors, leftOut, disabled }, context);
  checkPluginNames(plugins, viewers, context);
  globalKeys(Global).check(root, context, true);
  checkGuards(context);
  const encrypted = usesCryptography(context);
  for (const problem of context.problems) markFatal(problem, encrypted);
  return {
    global,
    defaultIds: global.defaultIds,
    connectors,
    leftOut,
    disabled,
    problems: inFileOrder(context.problems),
  };
}

/** Reads the global keys. A group with errors gets its defaults; `problems` has its errors, which may be fatal. */
function readGlobal(Global: SettingsClass<GlobalConfiguration>, context: ReaderContext): GlobalConfiguration {
  const { instance } = readSettings(Global, [context.root], context);
  const { oauth2, viewerSettings, viewers, server, request, hosts, cache, health, logging, shutdown } = new Global();
  instance.oauth2 ??= oauth2;
  instance.viewerSettings ??= viewerSettings;
  instance.viewers ??= viewers;
  instance.server ??= server;
  instance.request ??= request;
  instance.hosts ??= hosts;
  instance.cache ??= cache;
  instance.health ??= health;
  instance.logging ??= logging;
  instance.shutdown ??= shutdown;
  return instance;
}

/** Returns whether `cryptography` is on, or may be meant to be on. */
function usesCryptography(context: ReaderContext): boolean {
  const { node, ...place } = find(context.root, 'cryptography') ?? context.root;
  if (node.kind !== 'map') return true;
  const { instance, faulty } = readSettings(CryptographySwitch, [{ ...place, node }], { ...context, problems: [] });
  return faulty || instance.enabled;
}

/** Marks errors in keys that guard access as fatal, and unknown keys beside them: a misspelled one would guard nothing. */
function markFatal(problem: Problem, encrypted: boolean): void {
  if (!FATAL_KEYS.test(problem.key) || problem.connectorId !== undefined) return;
  // If the switch itself is misspelled (`enable: true`), it is not known to be off.
  if (!encrypted && /^cryptography\./i.test(problem.key) && problem.expected !== '"enabled"') {
    problem.severity = 'warning';
    problem.expected += '; it is ignored while cryptography.enabled is not true';
    return;
  }
  if (problem.code === codes['configuration.key.unknown'] && CLOSED_GROUPS.test(problem.key))
    problem.severity = 'error';
  if (problem.severity === 'error') problem.fatal = true;
}

function readConnector(
  found: ConfiguredConnector,
  plugins: readonly KnownPlugin[],
  global: GlobalConfiguration,
  context: ReaderContext,
): { type?: string; enabled?: boolean; connector?: ConnectorConfiguration } {
  const { id, node, key, keyPlace } = found;
  if (isEmpty(node)) {
    reportEmpty(found, context);
    return {};
  }
  if (node.kind !== 'map') {
    const wrong =
      node.kind === 'invalid'
        ? node
        : { code: codes['configuration.value.invalid'], found: nameOf(node), expected: 'the keys of a connector' };
    report(context, 'error', { key, place: node.place }, wrong);
    return {};
  }
  if (/[,\s\p{Cc}\p{Cs}\ufffe\uffff]/u.test(id) || id === '') {
    report(
      context,
      'error',
      { key, place: keyPlace },
      {
        code: codes['configuration.connector.id-invalid'],
        found: JSON.stringify(id),
        expected: 'an id without comma and space',
      },
    );
  }
  const scope: Found<MapNode> = { node, key, keyPlace };
  if (isPartOfAnId(scope, context)) return {};
  const { instance: common } = readRequired(ConnectorSettings, [scope], context);
  const { enabled } = common;
  checkViewerDeadline(common.timeoutMs, scope, 'timeout', context);
  if (common.type === undefined) return { enabled };
  const plugin = plugins.find(({ type }) => relax(type) === relax(common.type));
  if (!plugin) {
    const place = find(scope, 'type') ?? scope;
    const expected = `one of ${plugins.map(({ type }) => type).join(', ')}, or a package with it in connector.plugins`;
    report(
      context,
      'error',
      { key: place.key, place: place.node.place },
      { code: codes['configuration.connector.type-unknown'], found: JSON.stringify(common.type), expected },
    );
    return { type: common.type, enabled };
  }
  const { type } = plugin;
  const settings = readOwnSettings(plugin, scope, context);
  const retrieval = readRetrieval(type, scope, global.oauth2, context);
  checkQueryMode(plugin, found, context);
  checkManifest(common.manifest, scope, retrieval, plugin.queryMode, global, context);
  connectorKeys(plugin).check(scope, context);
  if (!settings || !retrieval) return { type, enabled };
  const { deactivated, manifest, timeoutMs = global.timeoutMs } = common;
  return { type, enabled, connector: { id, type, deactivated, settings, manifest, retrieval, timeoutMs } };
}

/** Checks the `queryMode` of a plug-in, which may be written in JavaScript. */
function checkQueryMode({ type, queryMode }: KnownPlugin, { key, keyPlace }: Found, context: ReaderContext): void {
  if (queryMode === undefined || ['DB', 'DICOM', 'DICOM_WEB'].includes(queryMode)) return;
  const found = `the plug-in of ${type} with queryMode ${JSON.stringify(queryMode)}`;
  report(
    context,
    'error',
    { key, place: keyPlace },
    { code: codes['configuration.plugin.faulty'], found, expected: 'a plug-in with DB, DICOM, DICOM_WEB or none' },
  );
}

/** Reports an id with a dot that has no brackets: `pacs.main: { type: … }` would be a connector `pacs` with the key `main`. */
function isPartOfAnId(scope: Found<MapNode>, context: ReaderContext): boolean {
  if (find(scope, 'type')) return false;
  const rest = [...scope.node.entries].find(([name]) => find(scope, `${name}.type`)?.node.kind === 'scalar');
  if (!rest) return false;
  const id = `${scope.key.split('.').pop()!}.${rest[0]}`;
  const expected = `"[${id}]": an id with a dot needs brackets and quotes`;
  report(
    context,
    'error',
    { key: scope.key, place: scope.keyPlace },
    { code: codes['configuration.connector.id-invalid'], found: `the id ${JSON.stringify(id)}`, expected },
  );
  return true;
}

/** Reads the settings of the archive language. If their class throws, only this connector is left out. */
function readOwnSettings({ settings, type }: KnownPlugin, scope: Found<MapNode>, context: ReaderContext) {
  try {
    return readRequired(settings, [scope], context).instance;
  } catch (error) {
    const found = `a failure of the settings class of ${type} (${error instanceof Error ? error.name : typeof error})`;
    report(
      context,
      'error',
      { key: scope.key, place: scope.keyPlace },
      { code: codes['configuration.plugin.faulty'], found, expected: 'a working plug-in' },
    );
    return undefined;
  }
}

/** Warns about ids in `connector.default` that cannot be used: all usable connectors are searched then. */
function checkDefaults(
  { defaultIds }: GlobalConfiguration,
  { connectors, leftOut, disabled }: Pick<LoadedConfiguration, 'connectors' | 'leftOut' | 'disabled'>,
  context: ReaderContext,
): void {
  const has = (list: readonly { id: string }[], id: string) => list.some((connector) => connector.id === id);
  const place = find(context.root, 'connector.default');
  for (const id of defaultIds) {
    if (!place || has(connectors, id)) continue;
    const off = has(disabled, id) ? 'a connector that is switched off' : 'which is not a connector';
    const why = has(leftOut, id) ? 'a connector that is left out' : off;
    const near = connectors.find((connector) => connector.id.toLowerCase() === id.toLowerCase());
    const ids = near ? `${JSON.stringify(near.id)}, in the same letter case` : 'ids of usable connectors';
    const expected = `${ids}; otherwise every usable connector is searched`;
    report(
      context,
      'warning',
      { key: place.key, place: place.node.place },
      { code: codes['configuration.connector.not-usable'], found: `${JSON.stringify(id)}, ${why}`, expected },
    );
  }
}

function connectorKeys({ type, settings }: KnownPlugin): KnownKeys {
  const keys = new KnownKeys().addSettings(ConnectorSettings).addSettings(settings);
  const { own, fallback } = retrievalPaths(type);
  for (const path of [...own, ...fallback]) keys.addSettings(RetrievalKeys, path);
  return keys;
}

function globalKeys(Global: SettingsClass<GlobalConfiguration>): KnownKeys {
  return new KnownKeys()
    .addSettings(Global)
    .addOpen('connector.config')
    .addOpen('spring')
    .addClosed('hosts', 'cryptography');
}

function inFileOrder(problems: readonly Problem[]): Problem[] {
  const files = [...new Set(problems.map(({ file }) => file))];
  return [...problems].sort(
    (a, b) =>
      files.indexOf(a.file) - files.indexOf(b.file) ||
      (a.line ?? 0) - (b.line ?? 0) ||
      (a.column ?? 0) - (b.column ?? 0),
  );
}
