import { type ConnectorPlugin, type LeftOutConnector, type Viewer } from '@pacs-connectors/connector-core';
import { checkConfiguration, type ConnectorConfiguration, type LoadedConfiguration } from '../check.js';
import { type ConfigurationDocument } from '../read-configuration.js';
import { type Problem } from '../document/problems.js';
import { type GlobalConfiguration } from '../settings/global-configuration.js';

/** The checked configuration, for injection. */
export class ConnectorsConfiguration implements LoadedConfiguration {
  declare readonly global: GlobalConfiguration;
  declare readonly defaultIds: string[];
  declare readonly connectors: ConnectorConfiguration[];
  declare readonly leftOut: LeftOutConnector[];
  declare readonly disabled: { id: string; type?: string }[];
  declare readonly problems: Problem[];
  readonly #document: ConfigurationDocument;

  constructor(document: ConfigurationDocument) {
    this.#document = document;
  }

  /** Checks the files against the settings classes of the plug-ins and viewers, and sets the properties. */
  check(plugins: readonly ConnectorPlugin[], viewers: readonly Viewer[] = []): this {
    return Object.assign(this, checkConfiguration(this.#document, plugins, viewers));
  }

  /** Returns the usable connector with this id. */
  connector(id: string): ConnectorConfiguration | undefined {
    return this.connectors.find((connector) => connector.id === id);
  }
}
