import {
  type BeforeApplicationShutdown,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { type Connector, ConnectorRegistry } from '@pacs-connectors/connector-core';
import { ServerConfiguration } from '../boot/server-configuration.js';
import { describeUnexpected } from '../logging/describe-unexpected.js';
import { type ConnectorHealth, ConnectorWatch, type Outcome } from './connector-watch.js';

/** One {@link ConnectorWatch} for each usable connector, of whatever type. */
@Injectable()
export class ConnectorWatches implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown {
  private readonly logger = new Logger('Connectors');
  private readonly watches = new Map<Connector, ConnectorWatch>();
  /** Those of the start. */
  private first: ConnectorWatch[] = [];
  private readonly retiring = new Set<Promise<void>>();
  private readonly listeners: ((outcome: Outcome) => void)[] = [];

  constructor(
    private readonly registry: ConnectorRegistry,
    private readonly configuration: ServerConfiguration,
  ) {}

  /** Every connector is looked at once, in the background: the server listens meanwhile. */
  onApplicationBootstrap(): void {
    this.first = this.all;
    for (const watch of this.first) void watch.start();
  }

  /**
   * Another configuration has been taken. New connectors are looked at; the watches of those that stayed know what they knew;
   * each of `replaced` is closed once the searches under way on it have ended.
   */
  follow(replaced: readonly Connector[]): void {
    for (const connector of replaced) {
      const retired = this.of(connector)
        .retire()
        .catch((error: unknown) =>
          this.logger.error(`connector ${connector.id} could not be closed: ${describeUnexpected(error)}`),
        )
        .finally(() => this.retiring.delete(retired));
      this.retiring.add(retired);
      this.watches.delete(connector);
    }
    for (const connector of this.registry.connectors) {
      if (this.watches.has(connector)) this.of(connector).replan();
      else void this.of(connector).start();
    }
  }

  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all(this.all.map((watch) => watch.stop()));
  }

  /** Nobody searches any more by now. */
  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.retiring);
  }

  /** In the order of the configuration. */
  get all(): ConnectorWatch[] {
    return this.registry.connectors.map((connector) => this.of(connector));
  }

  /** Ids of connectors of the start that have not been looked at yet. Those that come later keep nobody waiting. */
  get unlooked(): string[] {
    return this.first
      .filter(({ connector, looked }) => !looked && this.watches.has(connector))
      .map(({ connector }) => connector.id);
  }

  /** Told after each check and search of any connector. */
  onOutcome(listener: (outcome: Outcome) => void): void {
    this.listeners.push(listener);
  }

  /**
   * A search of `connector`, which fails at once while its archive is left alone.
   *
   * @throws ConnectorError (`unavailable`) then; what `work` throws
   */
  search<Result>(connector: Connector, work: () => Promise<Result>): Promise<Result> {
    return this.of(connector).search(work);
  }

  /** Keeps a connector open until what is given back is called: a request has chosen it and is going to search. */
  hold(connector: Connector): () => void {
    return this.of(connector).hold();
  }

  private of(connector: Connector): ConnectorWatch {
    let watch = this.watches.get(connector);
    if (!watch) this.watches.set(connector, (watch = this.watchOf(connector)));
    return watch;
  }

  private watchOf(connector: Connector): ConnectorWatch {
    const health = () => this.configuration.global.health;
    return new ConnectorWatch(connector, {
      get intervalMs() {
        return health().checkIntervalMs;
      },
      get timeoutMs() {
        return health().checkTimeoutMs;
      },
      get failures() {
        return health().circuitFailures;
      },
      get restMs() {
        return health().circuitRestMs;
      },
      onOutcome: (outcome) => {
        for (const listener of this.listeners) listener(outcome);
      },
      onTurn: (health) => this.logger.warn(turnMessage(health)),
    });
  }
}

function turnMessage({ id, status, lastError }: ConnectorHealth): string {
  if (status === 'up') return `archive ${id} answers again`;
  const remedy = lastError?.remedy ? `. Remedy: ${lastError.remedy}` : '';
  return `archive ${id} is down: ${lastError?.message}${remedy}`;
}
