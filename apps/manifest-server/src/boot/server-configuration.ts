import {
  checkConfiguration,
  type ConfigurationDocument,
  type ConnectorConfiguration,
  type LoadedConfiguration,
  renderProblem,
} from '@pacs-connectors/config-core';
import { type ConnectorPlugin, type LeftOutConnector, type RegistryOptions } from '@pacs-connectors/connector-core';

/** The configuration that this server runs by: checked once the plug-ins are known, then injected where it is read. */
export class ServerConfiguration {
  /** `/name` or empty. */
  contextPath = '';
  private checked?: LoadedConfiguration;
  private byId = new Map<string, ConnectorConfiguration>();

  constructor(
    private readonly document: ConfigurationDocument,
    /** What is wrong with plug-in packages, a sentence each. */
    readonly pluginProblems: readonly string[] = [],
  ) {}

  /** Checks the configuration against the settings classes of the plug-ins at hand. */
  check(plugins: readonly ConnectorPlugin[]): Omit<RegistryOptions, 'plugins'> {
    const checked = checkConfiguration(this.document, plugins);
    this.checked = checked;
    this.byId = new Map(checked.connectors.map((connector) => [connector.id, connector]));
    const types = new Set(plugins.map(({ type }) => type));
    const leftOut = checked.leftOut.map((connector) =>
      connector.type === undefined || types.has(connector.type) ? connector : this.withPluginProblems(connector),
    );
    return { definitions: checked.connectors, defaultIds: checked.defaultIds, leftOut };
  }

  /** Everything that is wrong or looks so, one line each. */
  get problems(): string[] {
    return [...this.loaded.problems.map(renderProblem), ...this.pluginProblems];
  }

  /** What is wrong with keys that guard who may ask: with these the server must not start. One line each. */
  get fatalProblems(): string[] {
    return this.loaded.problems.filter(({ fatal }) => fatal).map(renderProblem);
  }

  /** Every key that is no connector's own. */
  get global(): LoadedConfiguration['global'] {
    return this.loaded.global;
  }

  /** Connectors that are switched off (`enabled: false`). */
  get disabled(): LoadedConfiguration['disabled'] {
    return this.loaded.disabled;
  }

  /** @throws Error where no usable connector has this id. */
  connector(id: string): ConnectorConfiguration {
    const found = this.byId.get(id);
    if (!found) throw new Error(`no connector ${id} is configured`);
    return found;
  }

  private get loaded(): LoadedConfiguration {
    if (!this.checked) throw new Error('the configuration has not been checked yet');
    return this.checked;
  }

  /** A type that nobody knows may be that of a plug-in that could not be loaded. */
  private withPluginProblems(connector: LeftOutConnector): LeftOutConnector {
    return { ...connector, reasons: [...connector.reasons, ...this.pluginProblems] };
  }
}
