import {
  checkConfiguration,
  type ConfigurationDocument,
  type ConnectorConfiguration,
  type LoadedConfiguration,
  type Problem,
  renderProblem,
} from '@pacs-connectors/config-core';
import {
  type ConnectorPlugin,
  type LeftOutConnector,
  type RegistryOptions,
  type Viewer,
} from '@pacs-connectors/connector-core';
import { coded, type CodedMessage } from '../logging/coded-message.js';

/**
 * The configuration in use. It is checked once the plug-ins are known, and injected where it is read.
 *
 * A reload replaces it as a whole, between two turns of the event loop. Code that needs several values reads them without an
 * `await` in between. Only {@link derived} keeps values for the next request.
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
    /** Problems of plug-in packages, one sentence each. */
    private readonly pluginProblems: readonly CodedMessage[] = [],
  ) {
    this.fingerprintInForce = document.fingerprint;
  }

  /** Checks the configuration against the settings classes of the plug-ins and viewers, and applies it. */
  check(plugins: readonly ConnectorPlugin[], viewers: readonly Viewer[] = []): Omit<RegistryOptions, 'plugins'> {
    const checked = checkConfiguration(this.document, plugins, viewers);
    this.apply(checked, this.document);
    const types = new Set(plugins.map(({ type }) => type));
    const leftOut = checked.leftOut.map((connector) =>
      connector.type === undefined || types.has(connector.type) ? connector : this.withPluginProblems(connector),
    );
    return { definitions: checked.connectors, defaultIds: checked.defaultIds, leftOut };
  }

  /** Replaces the configuration in use. */
  apply(checked: LoadedConfiguration, { fingerprint }: Pick<ConfigurationDocument, 'fingerprint'>): void {
    this.inForce = checked;
    this.byId = new Map(checked.connectors.map((connector) => [connector.id, connector]));
    this.fingerprintInForce = fingerprint;
    for (const listener of this.listeners) listener(this.global);
  }

  /** Calls `listener` each time that a configuration is applied, including the first. */
  onApplied(listener: (global: LoadedConfiguration['global']) => void): void {
    this.listeners.push(listener);
  }

  /** A hash of the files of the configuration. */
  get fingerprint(): string {
    return this.fingerprintInForce;
  }

  /** Returns a function whose value is computed once for each configuration. */
  derived<Value>(make: (global: LoadedConfiguration['global']) => Value): () => Value {
    let made: { from: LoadedConfiguration; value: Value } | undefined;
    return () => {
      if (made?.from !== this.loaded) made = { from: this.loaded, value: make(this.global) };
      return made.value;
    };
  }

  /** Errors and warnings, one line each. */
  get problems(): string[] {
    return this.codedProblems.map(String);
  }

  /** Errors and warnings with their codes, for the log. */
  get codedProblems(): CodedMessage[] {
    return [
      ...this.loaded.problems.map((problem) => coded(renderProblem(problem), problem.code)),
      ...this.pluginProblems,
    ];
  }

  /** Errors in keys without which the server must not start. */
  get fatalProblems(): Problem[] {
    return this.loaded.problems.filter(({ fatal }) => fatal);
  }

  /** Returns whether a key below `group` has an error. */
  hasErrorBelow(group: string): boolean {
    const prefix = `${relaxed(group)}.`;
    return this.loaded.problems.some(({ severity, key }) => severity === 'error' && relaxed(key).startsWith(prefix));
  }

  /** The keys outside of connectors. */
  get global(): LoadedConfiguration['global'] {
    return this.loaded.global;
  }

  /** Disabled connectors (`enabled: false`). */
  get disabled(): LoadedConfiguration['disabled'] {
    return this.loaded.disabled;
  }

  /** Returns the configuration of a usable connector. @throws Error if there is none of this id. */
  connector(id: string): ConnectorConfiguration {
    const found = this.byId.get(id);
    if (!found) throw new Error(`no connector ${id} is configured`);
    return found;
  }

  /** Whether a usable connector has `separate`. */
  isSeparate(id: string): boolean {
    return this.byId.get(id)?.manifest.separate ?? false;
  }

  private get loaded(): LoadedConfiguration {
    if (!this.inForce) throw new Error('the configuration has not been checked yet');
    return this.inForce;
  }

  /** An unknown type may be that of a plug-in that could not be loaded. */
  private withPluginProblems(connector: LeftOutConnector): LeftOutConnector {
    return { ...connector, reasons: [...connector.reasons, ...this.pluginProblems.map(String)] };
  }
}

/** Returns a key in the spelling in which keys are compared. */
function relaxed(key: string): string {
  return key.replace(/[-_]/g, '').toLowerCase();
}
