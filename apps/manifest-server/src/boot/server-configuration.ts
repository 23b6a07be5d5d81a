import {
  checkConfiguration,
  type ConfigurationDocument,
  type ConnectorConfiguration,
  type LoadedConfiguration,
  renderProblem,
} from '@pacs-connectors/config-core';
import { type ConnectorPlugin, type LeftOutConnector, type RegistryOptions } from '@pacs-connectors/connector-core';

/**
 * The configuration that this server runs by: checked once the plug-ins are known, then injected where it is read.
 *
 * It changes as a whole, between two turns of the event loop. Whoever needs several of its values reads them without
 * awaiting anything in between, and carries them along; nobody keeps one for the next request but by {@link derived}.
 */
export class ServerConfiguration {
  /** `/name` or empty. */
  contextPath = '';
  private inForce?: LoadedConfiguration;
  private byId = new Map<string, ConnectorConfiguration>();
  private fingerprintInForce: string;
  private readonly listeners: ((global: LoadedConfiguration['global']) => void)[] = [];

  constructor(
    private readonly document: ConfigurationDocument,
    /** What is wrong with plug-in packages, a sentence each. */
    readonly pluginProblems: readonly string[] = [],
  ) {
    this.fingerprintInForce = document.fingerprint;
  }

  /** Checks the configuration against the settings classes of the plug-ins at hand. */
  check(plugins: readonly ConnectorPlugin[]): Omit<RegistryOptions, 'plugins'> {
    const checked = checkConfiguration(this.document, plugins);
    this.take(checked, this.document);
    const types = new Set(plugins.map(({ type }) => type));
    const leftOut = checked.leftOut.map((connector) =>
      connector.type === undefined || types.has(connector.type) ? connector : this.withPluginProblems(connector),
    );
    return { definitions: checked.connectors, defaultIds: checked.defaultIds, leftOut };
  }

  /** From now on the server runs by this one. */
  take(checked: LoadedConfiguration, { fingerprint }: Pick<ConfigurationDocument, 'fingerprint'>): void {
    this.inForce = checked;
    this.byId = new Map(checked.connectors.map((connector) => [connector.id, connector]));
    this.fingerprintInForce = fingerprint;
    for (const listener of this.listeners) listener(this.global);
  }

  /** Calls `listener` whenever a configuration comes into force, the first one included. */
  onTaken(listener: (global: LoadedConfiguration['global']) => void): void {
    this.listeners.push(listener);
  }

  /** Tells the files that it was read from from any others. */
  get fingerprint(): string {
    return this.fingerprintInForce;
  }

  /** What is made of the configuration once, and made anew when another is taken. */
  derived<Value>(make: (global: LoadedConfiguration['global']) => Value): () => Value {
    let made: { from: LoadedConfiguration; value: Value } | undefined;
    return () => {
      if (made?.from !== this.loaded) made = { from: this.loaded, value: make(this.global) };
      return made.value;
    };
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

  /** Whether a usable connector of this id is set apart from the others. */
  isSeparate(id: string): boolean {
    return this.byId.get(id)?.manifest.separate ?? false;
  }

  private get loaded(): LoadedConfiguration {
    if (!this.inForce) throw new Error('the configuration has not been checked yet');
    return this.inForce;
  }

  /** A type that nobody knows may be that of a plug-in that could not be loaded. */
  private withPluginProblems(connector: LeftOutConnector): LeftOutConnector {
    return { ...connector, reasons: [...connector.reasons, ...this.pluginProblems] };
  }
}
