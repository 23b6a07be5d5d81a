import {
  type BeforeApplicationShutdown,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { type Connector, ConnectorRegistry } from '@pacs-connectors/connector-core';
import { ServerConfiguration } from '../boot/server-configuration.js';
import { codes } from '../errors/error-codes.js';
import { coded, type CodedMessage } from '../logging/coded-message.js';
import { describeUnexpected } from '../logging/describe-unexpected.js';
import { type ConnectorHealth, ConnectorWatch, type Outcome } from './connector-watch.js';

/** Watches every usable connector by a {@link ConnectorWatch}. */
@Injectable()
export class ConnectorWatches implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown {
  private readonly logger = new Logger('Connectors');
  private readonly watches = new Map<Connector, ConnectorWatch>();
  /** The watches of the connectors at startup. */
  private initial: ConnectorWatch[] = [];
  private readonly retiring = new Set<Promise<void>>();
  private readonly listeners: ((outcome: Outcome) => void)[] = [];

  constructor(
    private readonly registry: ConnectorRegistry,
    private readonly configuration: ServerConfiguration,
  ) {}

  /** Starts to check every connector in the background. The server listens meanwhile. */
  onApplicationBootstrap(): void {
    this.initial = this.all;
    for (const watch of this.initial) void watch.start();
  }

  /**
   * Applies a reload: starts to check new connectors, keeps the watches of the others, and closes each of `replaced` once its
   * running searches end.
   */
  applyReload(replaced: readonly Connector[]): void {
    for (const connector of replaced) {
      const retired = this.of(connector)
        .retire()
        .catch((error: unknown) =>
          this.logger.error(
            coded(
              `connector ${connector.id} could not be closed: ${describeUnexpected(error)}`,
              codes['server.archive.close-failed'],
            ),
          ),
        )
        .finally(() => this.retiring.delete(retired));
      this.retiring.add(retired);
      this.watches.delete(connector);
    }
    for (const connector of this.registry.connectors) {
      if (this.watches.has(connector)) this.of(connector).reschedule();
      else void this.of(connector).start();
    }
  }

  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all(this.all.map((watch) => watch.stop()));
  }

  /** Waits for replaced connectors to close. All searches have ended by now. */
  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.retiring);
  }

  /** All watches, in the order of the configuration. */
  get all(): ConnectorWatch[] {
    return this.registry.connectors.map((connector) => this.of(connector));
  }

  /** Ids of the connectors at startup that have not been checked yet. Readiness does not wait for connectors of a reload. */
  get uncheckedAtStartup(): string[] {
    return this.initial
      .filter(({ connector, checked }) => !checked && this.watches.has(connector))
      .map(({ connector }) => connector.id);
  }

  /** Calls `listener` after each check and search of any connector. */
  onOutcome(listener: (outcome: Outcome) => void): void {
    this.listeners.push(listener);
  }

  /**
   * Runs a search of `connector`. It fails at once while the archive is paused.
   *
   * @throws ConnectorError (`server.archive.paused`) if it is paused, and any error of `work`.
   */
  search<Result>(connector: Connector, work: () => Promise<Result>): Promise<Result> {
    return this.of(connector).search(work);
  }

  /** Keeps a connector open for a request that is going to search it. @returns a function that releases it */
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
      onStatusChange: (health) => this.logger.warn(statusMessage(health)),
    });
  }
}

function statusMessage({ id, lastError, status }: ConnectorHealth): string | CodedMessage {
  if (status === 'up' || !lastError) return `archive ${id} answers again`;
  const { code, message, remedy } = lastError;
  return coded(`archive ${id} is down: ${message}${remedy ? `. Remedy: ${remedy}` : ''}`, code);
}
