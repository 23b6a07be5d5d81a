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

/** The connectors of one configuration, and the rule that says which of them a request asks. */
export class ConnectorRegistry {
  /** The usable connectors, in the configuration's order. */
  readonly connectors: readonly Connector[];
  /** The configured ones that are not usable, with the reasons. */
  readonly leftOut: readonly LeftOutConnector[];
  private readonly byId: Map<string, Connector>;
  private readonly pluginsByType: Map<string, ConnectorPlugin>;
  private readonly defaultIds: readonly string[];

  constructor(options: RegistryOptions) {
    this.pluginsByType = new Map(options.plugins.map((plugin) => [plugin.type, plugin]));
    const leftOut = [...(options.leftOut ?? [])];
    const connectors: Connector[] = [];
    for (const definition of options.definitions) {
      const plugin = this.pluginsByType.get(definition.type);
      if (!plugin) {
        const known = [...this.pluginsByType.keys()].join(', ');
        leftOut.push({ ...definition, reasons: [`no plug-in knows the type ${definition.type}; known: ${known}`] });
        continue;
      }
      try {
        connectors.push(limitCriteria(plugin.create(definition), definition.deactivated));
      } catch (error) {
        const { message, remedy } = ConnectorError.from(definition.id, error, 'misconfigured');
        leftOut.push({
          id: definition.id,
          type: definition.type,
          reasons: [remedy ? `${message} ${remedy}` : message],
        });
      }
    }
    this.connectors = connectors;
    this.leftOut = leftOut;
    this.byId = new Map(connectors.map((connector) => [connector.id, connector]));
    this.defaultIds = options.defaultIds ?? [];
  }

  /** What the connectors' operator should look at, each with the connector's id. */
  get warnings(): string[] {
    return this.connectors.flatMap(({ id, warnings = [] }) => warnings.map((warning) => `connector ${id}: ${warning}`));
  }

  get(id: string): Connector | undefined {
    return this.byId.get(id);
  }

  plugin(type: string): ConnectorPlugin | undefined {
    return this.pluginsByType.get(type);
  }

  /**
   * The connectors that a request asks: those it names; where it names none, `connector.default`. Where these ids are not
   * all those of usable connectors, every usable connector is asked, so that a wrong id never hides a study.
   */
  select(requestedIds: readonly string[] = []): readonly Connector[] {
    const ids = requestedIds.length > 0 ? requestedIds : this.defaultIds;
    const wanted = [...new Set(ids)].map((id) => this.byId.get(id));
    const usable = wanted.filter((connector) => connector !== undefined);
    return usable.length > 0 && usable.length === wanted.length ? usable : this.connectors;
  }

  /** The left-out connectors that the same request would ask if they were usable. Their studies are missing in its answer. */
  missing(requestedIds: readonly string[] = []): readonly LeftOutConnector[] {
    return this.select(requestedIds) === this.connectors ? this.leftOut : [];
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.connectors.map((connector) => connector.close()));
  }
}
