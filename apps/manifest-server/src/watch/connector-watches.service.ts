import { type BeforeApplicationShutdown, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { type Connector, ConnectorRegistry } from '@pacs-connectors/connector-core';
import { ServerConfiguration } from '../boot/server-configuration.js';
import { type ConnectorHealth, ConnectorWatch, type Outcome } from './connector-watch.js';

/** One {@link ConnectorWatch} for each usable connector, of whatever type. */
@Injectable()
export class ConnectorWatches implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('Connectors');
  private readonly watches = new Map<Connector, ConnectorWatch>();
  private readonly listeners: ((outcome: Outcome) => void)[] = [];

  constructor(
    private readonly registry: ConnectorRegistry,
    private readonly configuration: ServerConfiguration,
  ) {}

  /** Every connector is looked at once, in the background: the server listens meanwhile. */
  onApplicationBootstrap(): void {
    for (const connector of this.registry.connectors) void this.of(connector).start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all(this.all.map((watch) => watch.stop()));
  }

  /** In the order of the configuration. */
  get all(): ConnectorWatch[] {
    return this.registry.connectors.map((connector) => this.of(connector));
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

  private of(connector: Connector): ConnectorWatch {
    let watch = this.watches.get(connector);
    if (!watch) this.watches.set(connector, (watch = this.watchOf(connector)));
    return watch;
  }

  private watchOf(connector: Connector): ConnectorWatch {
    const { checkIntervalMs, checkTimeoutMs, circuitFailures, circuitRestMs } = this.configuration.global.health;
    return new ConnectorWatch(connector, {
      intervalMs: checkIntervalMs,
      timeoutMs: checkTimeoutMs,
      failures: circuitFailures,
      restMs: circuitRestMs,
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
