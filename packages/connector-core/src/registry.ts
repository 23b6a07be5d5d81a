import { isDeepStrictEqual } from 'node:util';
import { type Connector, type ConnectorDefinition, type ConnectorPlugin } from './connector.js';
import { ConnectorError } from './errors.js';
import { limitCriteria } from './limited-connector.js';

/** A connector that the configuration names and that cannot be used. */
export interface LeftOutConnector {
  id: string;
  /** Where the configuration tells; a wrong `type` is one of the reasons to be left out. */
  type?: string;
  /** What is wrong, a sentence each. */
  reasons: string[];
}

export interface RegistryOptions {
  plugins: readonly ConnectorPlugin[];
  definitions: readonly ConnectorDefinition[];
  /** Connectors that the configuration's own check has refused already. */
  leftOut?: readonly LeftOutConnector[];
  /** `connector.default`. */
  defaultIds?: readonly string[];
}

/** A configuration that is not taken, since connectors of it cannot be made. */
export class RefusedConnectorsError extends Error {
  override readonly name = 'RefusedConnectorsError';

  constructor(readonly refused: readonly LeftOutConnector[]) {
    super(refused.map(({ id, reasons }) => `connector ${id}: ${reasons.join(' ')}`).join('\n'));
  }
}

/** The connectors of one configuration, and the rule that says which of them a request asks. */
export class ConnectorRegistry {
  /** Every archive language at hand. */
  readonly plugins: readonly ConnectorPlugin[];
  private readonly pluginsByType: ReadonlyMap<string, ConnectorPlugin>;
  private inForce: Connectors;

  constructor({ plugins, ...configured }: RegistryOptions) {
    this.plugins = plugins;
    this.pluginsByType = new Map(plugins.map((plugin) => [plugin.type, plugin]));
    this.inForce = this.make(configured);
  }

  /**
   * Takes another configuration, as a whole and at once. A connector whose definition is the same stays the one it was, with
   * its connections; the others are made anew.
   *
   * @returns those that are asked no more. Whoever has searches under way on them closes them when these have ended.
   * @throws RefusedConnectorsError where one cannot be made: everything stays as it was.
   */
  update(configured: Omit<RegistryOptions, 'plugins'>): Connector[] {
    const before = this.connectors;
    const next = this.make(configured, this.inForce.made);
    const refused = next.leftOut.filter((connector) => !configured.leftOut?.includes(connector));
    if (refused.length > 0) {
      const idle = next.connectors.filter((connector) => !before.includes(connector));
      void Promise.allSettled(idle.map((connector) => connector.close()));
      throw new RefusedConnectorsError(refused);
    }
    this.inForce = next;
    return before.filter((connector) => !next.connectors.includes(connector));
  }

  /** The usable connectors, in the configuration's order. */
  get connectors(): readonly Connector[] {
    return this.inForce.connectors;
  }

  /** The configured ones that are not usable, with the reasons. */
  get leftOut(): readonly LeftOutConnector[] {
    return this.inForce.leftOut;
  }

  /** What the connectors' operator should look at, each with the connector's id. */
  get warnings(): string[] {
    return this.connectors.flatMap(({ id, warnings = [] }) => warnings.map((warning) => `connector ${id}: ${warning}`));
  }

  get(id: string): Connector | undefined {
    return this.inForce.made.get(id)?.connector;
  }

  /** Whether a connector of this id is configured, usable or left out. */
  knows(id: string): boolean {
    return this.get(id) !== undefined || this.leftOut.some((one) => one.id === id);
  }

  plugin(type: string): ConnectorPlugin | undefined {
    return this.pluginsByType.get(type);
  }

  /**
   * The connectors that a request asks: those it names; where it names none, `connector.default`. Where an id is not known, or
   * a default one not usable, every usable connector is asked, so that a wrong id never hides a study. A left-out connector
   * that is named is known: only its own part is missing.
   */
  select(requestedIds: readonly string[] = []): readonly Connector[] {
    if (requestedIds.length > 0) return this.knowsAll(requestedIds) ? this.usable(requestedIds) : this.connectors;
    const { defaultIds } = this.inForce;
    const usable = this.usable(defaultIds);
    return usable.length > 0 && usable.length === new Set(defaultIds).size ? usable : this.connectors;
  }

  /** The left-out connectors that the same request would ask if they were usable. Their studies are missing in its answer. */
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
      return { id, type, reasons: [`no plug-in knows the type ${type}; known: ${known}`] };
    }
    try {
      return limitCriteria(plugin.create(definition), deactivated);
    } catch (error) {
      const { message, remedy } = ConnectorError.from(id, error, 'misconfigured');
      return { id, type, reasons: [remedy ? `${message.replace(/\.?$/, '.')} ${remedy}` : message] };
    }
  }
}

interface Made {
  definition: ConnectorDefinition;
  connector: Connector;
}

/** What one configuration has made. */
interface Connectors {
  connectors: readonly Connector[];
  leftOut: readonly LeftOutConnector[];
  /** By id. */
  made: ReadonlyMap<string, Made>;
  defaultIds: readonly string[];
}
