import { readFile } from 'node:fs/promises';
import { type ConnectorDefinition, type ConnectorPlugin, type LeftOutConnector } from '@pacs-connectors/connector-core';
import { parse } from 'yaml';
import { settingsOf } from './setting.js';

type Tree = Record<string, unknown>;

/** The configuration files, read and merged, not yet checked. */
export interface ConfigurationDocument {
  tree: Tree;
  /** Packages named by `connector.plugins`. */
  plugins: string[];
}

/** One usable connector: what its plug-in needs, and what the manifest says of it. */
export interface ConnectorConfiguration extends ConnectorDefinition {
  retrieval: { baseUrl: string };
}

export interface LoadedConfiguration {
  defaultIds: string[];
  connectors: ConnectorConfiguration[];
  leftOut: LeftOutConnector[];
}

/** Reads and merges YAML files, the later over the earlier. */
export async function readConfiguration(files: readonly string[]): Promise<ConfigurationDocument> {
  const documents = await Promise.all(files.map(async (file) => parse(await readFile(file, 'utf8')) as Tree));
  const tree = Object.assign({}, ...documents) as Tree;
  return { tree, plugins: (at(tree, 'connector.plugins') ?? []) as string[] };
}

/** Checks the configuration against the settings classes of the archive languages at hand. */
export function checkConfiguration(
  { tree: document }: ConfigurationDocument,
  plugins: readonly Pick<ConnectorPlugin, 'type' | 'settings'>[],
): LoadedConfiguration {
  const configured = (at(document, 'connector.config') ?? {}) as Record<string, Tree>;
  const connectors: ConnectorConfiguration[] = [];
  const leftOut: LeftOutConnector[] = [];
  for (const [id, tree] of Object.entries(configured)) {
    const plugin = plugins.find(({ type }) => type === tree['type']);
    if (!plugin) {
      leftOut.push({ id, reasons: [`unknown type ${String(tree['type'])}`] });
      continue;
    }
    connectors.push({
      id,
      type: plugin.type,
      deactivated: [],
      settings: read(plugin.settings, tree),
      retrieval: { baseUrl: String(at(tree, 'wado.authentication.basic.url') ?? '') },
    });
  }
  return { defaultIds: [], connectors, leftOut };
}

function read(type: new () => object, tree: Tree): object {
  const instance = new type() as Tree;
  for (const [property, { paths }] of settingsOf(type)) {
    instance[property] = paths.map((path) => at(tree, path)).find((value) => value !== undefined && value !== null);
  }
  return instance;
}

function at(tree: Tree, path: string): unknown {
  return path.split('.').reduce<unknown>((node, name) => (node as Tree | undefined)?.[name], tree);
}
