import {
  checkConfiguration as check,
  type ConfigurationDocument,
  type ConnectorConfiguration as Interim,
} from '@pacs-connectors/config-core';
import { type ConnectorPlugin, type LeftOutConnector, type RegistryOptions } from '@pacs-connectors/connector-core';

// INTERIM until config-core has them
export interface ConnectorConfiguration extends Omit<Interim, 'retrieval'> {
  manifest: {
    transferSyntaxUid?: string;
    compressionRate?: number;
    requireOnlySopInstanceUid?: boolean;
    additionalParameters?: string;
    overrideDicomTags?: number[];
    httpTags: Record<string, string>;
  };
  retrieval: { basic?: { url: string; login?: string; password?: string } };
  timeoutMs?: number;
}
interface LoadedConfiguration {
  defaultIds: string[];
  connectors: ConnectorConfiguration[];
  leftOut: LeftOutConnector[];
  problems: string[];
  global: { server: { port?: number; address?: string; contextPath?: string }; timeoutMs?: number };
}
function checkConfiguration(document: ConfigurationDocument, plugins: readonly ConnectorPlugin[]): LoadedConfiguration {
  const old = check(document, plugins);
  return {
    global: { server: {} },
    problems: [],
    ...old,
    connectors: old.connectors.map((c) => ({
      manifest: { httpTags: {} },
      ...c,
      retrieval: { basic: { url: c.retrieval.baseUrl } },
    })),
  };
}

/** The configuration that this server runs by: checked once the plug-ins are known, then injected where it is read. */
export class ServerConfiguration {
  /** `/name` or empty. */
  contextPath = '';
  private checked?: LoadedConfiguration;
  private byId = new Map<string, ConnectorConfiguration>();

  constructor(
    private readonly document: ConfigurationDocument,
    /** What is wrong with packages named by `connector.plugins`, a sentence each. */
    readonly pluginProblems: readonly string[] = [],
  ) {}

  /** Checks the configuration against the settings classes of the plug-ins at hand. */
  check(plugins: readonly ConnectorPlugin[]): Omit<RegistryOptions, 'plugins'> {
    const checked = checkConfiguration(this.document, plugins);
    this.checked = checked;
    this.byId = new Map(checked.connectors.map((connector) => [connector.id, connector]));
    const types = new Set(plugins.map(({ type }) => type));
    const leftOut = checked.leftOut.map((connector) =>
      types.has(connector.type ?? '') ? connector : this.withPluginProblems(connector),
    );
    return { definitions: checked.connectors, defaultIds: checked.defaultIds, leftOut };
  }

  /** What is wrong with the files, one line each. */
  get problems(): string[] {
    return this.loaded.problems;
  }

  /** `server` of the files. */
  get server() {
    return this.loaded.global.server;
  }

  /** @throws Error before {@link check} */
  private get loaded(): LoadedConfiguration {
    if (!this.checked) throw new Error('the configuration has not been checked yet');
    return this.checked;
  }

  /** @throws Error where no usable connector has this id. */
  connector(id: string): ConnectorConfiguration {
    const found = this.byId.get(id);
    if (!found) throw new Error(`no connector ${id} is configured`);
    return found;
  }

  /** A type that nobody knows may be that of a plug-in that could not be loaded. */
  private withPluginProblems(connector: LeftOutConnector): LeftOutConnector {
    return { ...connector, reasons: [...connector.reasons, ...this.pluginProblems] };
  }
}
