import { type KnownPlugin } from '../settings/known-plugin.js';
import { ConnectorSettings } from '../settings/connector-settings.js';
import { globalConfiguration } from '../settings/global-configuration.js';
import { RetrievalKeys, retrievalPaths } from '../settings/retrieval.js';
import { type KnownViewer } from '../settings/viewers.js';
import { type JsonSchema, SHARED_DEFINITIONS } from './leaf.js';
import { relaxedPattern } from './patterns.js';
import { Requirements } from './required.js';
import { SchemaTree } from './tree.js';

/** The keys of {@link RetrievalKeys} that may contain an address. */
const ADDRESSES = ['basic.url', 'basic.server', 'oauth2.url', 'oauth2.server', 'url', 'server'];

/**
 * Returns the JSON Schema (draft-07) of a configuration file, for editors. It has both layouts, the settings of plug-ins
 * and viewers, and the canonical, kebab-case, camelCase and snake_case spelling of each key.
 *
 * It accepts what the settings classes accept, as far as a schema can. It ignores keys of other programs, keys with dots and
 * other spellings. Only the check of the configuration finds values that do not fit together (`type: BASIC` without a basic URL).
 */
export function configurationJsonSchema(
  plugins: readonly KnownPlugin[],
  viewers: readonly KnownViewer[] = [],
): JsonSchema {
  const Global = globalConfiguration(viewers);
  const connectors = { additionalProperties: { $ref: '#/definitions/connector' } };
  const root = new SchemaTree()
    .addSettings(Global)
    .addSchema('connector.config', {
      description: 'Connectors, by the id that requests name',
      anyOf: [{ type: 'object', ...connectors }, { $ref: '#/definitions/unset' }],
    })
    .addSchema('connector.default', {
      description: 'In some old files the connectors are inside default',
      type: 'object',
      properties: { config: { type: 'object', ...connectors } },
      required: ['config'],
    });
  const requirements = new Requirements();
  const definitions = {
    connector: connectorSchema(plugins, requirements),
    ...Object.fromEntries(plugins.map((plugin) => [definitionOf(plugin), pluginSchema(plugin, requirements)])),
  };
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Configuration of pacs-connectors',
    ...root.render('#'),
    allOf: [requirements.unlessDotted(requirements.of(Global))],
    definitions: { ...SHARED_DEFINITIONS, ...definitions, ...requirements.definitions },
  };
}

function connectorSchema(plugins: readonly KnownPlugin[], requirements: Requirements): JsonSchema {
  const types = plugins.map(({ type }) => type);
  const type = {
    description: 'Archive type',
    anyOf: [{ enum: types }, { type: 'string', pattern: `^(?:${types.map(relaxedPattern).join('|')})$` }],
  };
  const common = new SchemaTree().addSchema('type', type).addSettings(ConnectorSettings);
  const byType = plugins.map((plugin) => ({
    if: { type: 'object', required: ['type'], properties: { type: { pattern: `^${relaxedPattern(plugin.type)}$` } } },
    then: { $ref: `#/definitions/${definitionOf(plugin)}` },
  }));
  // A connector without any value is ignored.
  const required = {
    if: { type: 'object', minProperties: 1 },
    then: requirements.unlessDotted(requirements.of(ConnectorSettings)),
  };
  return { ...common.render('#/definitions/connector'), allOf: [required, ...byType] };
}

function pluginSchema(plugin: KnownPlugin, requirements: Requirements): JsonSchema {
  const { own, fallback } = retrievalPaths(plugin.type);
  const tree = new SchemaTree().addSettings(plugin.settings);
  for (const path of [...own, ...fallback]) tree.addSettings(RetrievalKeys, path);
  const address = requirements.presentAtAny(
    [...own, ...fallback].flatMap((path) => ADDRESSES.map((name) => `${path}.${name}`)),
  );
  return {
    ...tree.render(`#/definitions/${definitionOf(plugin)}`),
    allOf: [requirements.unlessDotted([...requirements.of(plugin.settings), address])],
  };
}

function definitionOf({ type }: KnownPlugin): string {
  return `connector-${type}`;
}
