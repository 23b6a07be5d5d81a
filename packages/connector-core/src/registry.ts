import { isDeepStrictEqual } from 'node:util';
import { type Connector, type ConnectorDefinition, type ConnectorPlugin } from './connector.js';
import { codes } from './error-codes.js';
import { isErrorCode, withCode } from './error-table.js';
import { ConnectorError } from './errors.js';
import { firstByName } from './first-by-name.js';
import { withFullStop } from './sentences.js';
import { limitCriteria } from './limited-connector.js';

/** Returns the warnings of a connector, each with its code in brackets at the end: its own, or otherwise the general one. */
export function warningsOf({ warnings = [] }: Pick<Connector, 'warnings'>): string[] {
  return warnings.map((warning) =>
    isErrorCode(/ \[([^\]]+)\]$/.exec(warning)?.[1]) ? warning : withCode(warning, codes['archive.settings.warning']),
  );
}

/** A configured connector that cannot be used. */
export interface LeftOutConnector {
  id: string;
  /** Its `type`, if the configuration has one. */
  type?: string;
  /** What is wrong, one sentence each, with its code in brackets at the end. */
  reasons: string[];
}

export interface RegistryOptions {
  /** The plug-ins of all archive languages. Of two with the same type, the first is used. */
  plugins: readonly ConnectorPlugin[];
  definitions: readonly ConnectorDefinition[];
  /** Connectors that the check of the configuration has left out already. */
  leftOut?: readonly LeftOutConnector[];
  /** `connector.default`. */
  defaultIds?: readonly string[];
}

/** Reports connectors that cannot be made, because of which a new configuration is rejected. */
export class RefusedConnectorsError extends Error {
  override readonly name = 'RefusedConnectorsError';

  constructor(readonly refused: readonly LeftOutConnector[]) {
    super(refused.map(({ id, reasons }) => `connector ${id}: ${reasons.join(' ')}`).join('\n'));
  }
}

/** Holds the connectors of the current configuration, and selects those that a request searches. */
export class ConnectorRegistry {
  /** The plug-ins of all archive languages. */
  readonly plugins: readonly ConnectorPlugin[];
  private readonly pluginsByType: ReadonlyMap<string, ConnectorPlugin>;
  private current: Connectors;

  constructor({ plugins, ...configured }: RegistryOptions) {
    this.plugins = plugins;
    this.pluginsByType = firstByName(plugins, ({ type }) => type);
    this.current = this.make(configured);
  }

  /**
   * Replaces the configuration as a whole. A connector whose definition has not changed stays, with its connections; the others
   * are made again.
   *
   * @returns the connectors that were replaced or removed. The caller closes them when their searches have ended.
   * @throws RefusedConnectorsError if one cannot be made. Nothing has changed then.
   */
  update(configured: Omit<RegistryOptions, 'plugins'>): Connector[] {
    const before = this.connectors;
    const next = this.make(configured, this.current.made);
    const refused = next.leftOut.filter((connector) => !configured.leftOut?.includes(connector));
    if (refused.length > 0) {
      const idle = next.connectors.filter((connector) => !before.includes(connector));
      void Promise.allSettled(idle.map((connector) => connector.close()));
      throw new RefusedConnectorsError(refused);
    }
    this.current = next;
    return before.filter((connector) => !next.connectors.includes(connector));
  }

  /** The usable connectors, in the order of the configuration. */
  get connectors(): readonly Connector[] {
    return this.current.connectors;
  }

  /** The configured connectors that cannot be used, with the reasons. */
  get leftOut(): readonly LeftOutConnector[] {
    return this.current.leftOut;
  }

  /** The warnings of all connectors, each with the connector's id and its code in brackets at the end. */
  get warnings(): string[] {
    return this.connectors.flatMap((one) => warningsOf(one).map((warning) => `connector ${one.id}: ${warning}`));
  }

  get(id: string): Connector | undefined {
    return this.current.made.get(id)?.connector;
  }

  /** Returns whether a connector with this id is configured, usable or not. */
  knows(id: string): boolean {
    return this.get(id) !== undefined || this.leftOut.some((one) => one.id === id);
  }

  plugin(type: string): ConnectorPlugin | undefined {
    return this.pluginsByType.get(type);
  }

  /**
   * Returns the connectors that a request searches: those that it names, or `connector.default` if it names none. If an id is
   * unknown, or a default connector cannot be used, it returns all usable connectors, so that a wrong id never hides a study. A
   * connector that is named and left out is known: only its own result is missing.
   */
  select(requestedIds: readonly string[] = []): readonly Connector[] {
    if (requestedIds.length > 0) return this.knowsAll(requestedIds) ? this.usable(requestedIds) : this.connectors;
    const { defaultIds } = this.current;
    const usable = this.usable(defaultIds);
    return usable.length > 0 && usable.length === new Set(defaultIds).size ? usable : this.connectors;
  }

  /** Returns the left-out connectors that the same request would search. Their studies are missing in its result. */
  missing(requestedIds: readonly string[] = []): readonly LeftOutConnector[] {
    if (requestedIds.length > 0 && this.knowsAll(requestedIds))
      return this.leftOut.filter(({ id }) => requestedIds.includes(id));
    return this.select(requestedIds) === this.connectors ? this.leftOut : [];
  }

  private usable(ids: readonly string[]): Connector[] {
    return [...new Set(ids)].map((id) => this.get(id)).filter((connector) => connector !== undefined);
  }

  private knowsAll(ids: readonly string[]): boolean {
    return ids.every((id) => this.knows(id));
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.connectors.map((connector) => connector.close()));
  }

  private make(
    { definitions, leftOut: refused = [], defaultIds = [] }: Omit<RegistryOptions, 'plugins'>,
    before: Connectors['made'] = new Map(),
  ): Connectors {
    const leftOut = [...refused];
    const made = new Map<string, Made>();
    for (const { id, type, deactivated, settings } of definitions) {
      const definition = { id, type, deactivated, settings };
      const earlier = before.get(id);
      if (earlier && isDeepStrictEqual(earlier.definition, definition)) made.set(id, earlier);
      else {
        const connector = this.connectorOf(definition);
        if ('reasons' in connector) leftOut.push(connector);
        else made.set(id, { definition, connector });
      }
    }
    return { connectors: [...made.values()].map(({ connector }) => connector), leftOut, made, defaultIds };
  }

  private connectorOf(definition: ConnectorDefinition): Connector | LeftOutConnector {
    const { id, type, deactivated } = definition;
    const plugin = this.plugin(type);
    if (!plugin) {
      const known = [...this.pluginsByType.keys()].join(', ');
      const reason = `no plug-in knows the type ${type}; known: ${known}`;
      return { id, type, reasons: [withCode(reason, codes['archive.plugin.missing'])] };
    }
    try {
      return limitCriteria(plugin.create(definition), deactivated);
    } catch (error) {
      const { message, remedy, code } = ConnectorError.from(id, error, 'misconfigured');
      const reason = remedy ? `${withFullStop(message)} ${remedy}` : message;
      return { id, type, reasons: [withCode(reason, code)] };
    }
  }
}

interface Made {
  definition: ConnectorDefinition;
  connector: Connector;
}

/** The connectors of one configuration. */
interface Connectors {
  connectors: readonly Connector[];
  leftOut: readonly LeftOutConnector[];
  /** By id. */
  made: ReadonlyMap<string, Made>;
  defaultIds: readonly string[];
}
