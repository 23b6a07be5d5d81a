import { type BeforeApplicationShutdown, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import {
  checkConfiguration,
  ConfigurationError,
  type ConfigurationTexts,
  type GlobalConfiguration,
  type LoadedConfiguration,
  parseConfiguration,
  type Problem,
  readTexts,
  renderProblem,
} from '@pacs-connectors/config-core';
import { ConnectorRegistry, currentOpenFileLimit, RefusedConnectorsError } from '@pacs-connectors/connector-core';
import { ServerOptions } from '../boot/options.js';
import { ServerConfiguration } from '../boot/server-configuration.js';
import { describeUnexpected } from '../logging/describe-unexpected.js';
import { ConnectorWatches } from '../watch/connector-watches.service.js';
import { describeChange, type InForce } from './describe-change.js';
import { changedFixedKeys } from './fixed-keys.js';
import { SettledChange } from './settled-change.js';

/** How often the files are looked at, milliseconds. They are small, and what is read is what counts: links, mounts, editors. */
const LOOK_EVERY_MS = 2000;

/** How the configuration in force stands to the files. */
export interface ReloadState {
  /** When the configuration in force was read. */
  since: Date;
  /** Why the files hold another that is not in force. */
  refused?: { at: Date; reasons: string[] };
  /** Keys whose value in the files takes a restart. */
  restartNeeded: string[];
}

/**
 * Takes the configuration that the files hold when they change, or when asked. As a whole or not at all: where the server
 * would not start with it, or would leave out a connector because of an error, the one in force stays.
 */
@Injectable()
export class ConfigurationReload implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('Configuration');
  /** The keys at startup; `undefined` if no files are followed. */
  private started?: GlobalConfiguration;
  private current: ReloadState = { since: new Date(), restartNeeded: [] };
  private readonly change: SettledChange;
  private timer?: NodeJS.Timeout;

  constructor(
    private readonly configuration: ServerConfiguration,
    private readonly registry: ConnectorRegistry,
    private readonly watches: ConnectorWatches,
    private readonly options: ServerOptions,
  ) {
    this.change = new SettledChange(configuration.fingerprint);
  }

  /** Follows the files that the server was started with, if there are any. */
  onApplicationBootstrap(): void {
    if (this.options.configuration.length === 0) return;
    this.started = this.configuration.global;
    this.plan();
  }

  /** Takes what the files hold now, or says why not. Never rejects. */
  async reload(): Promise<void> {
    const limit = currentOpenFileLimit();
    if (limit) this.logger.error(`the configuration cannot be read again now: ${limit.message}. ${limit.remedy}`);
    const texts = await this.read();
    if (texts) this.takeOrRefuse(texts);
  }

  get state(): ReloadState {
    return this.current;
  }

  beforeApplicationShutdown(): void {
    this.started = undefined;
    clearTimeout(this.timer);
  }

  private plan(): void {
    this.timer = setTimeout(() => void this.look().then(() => this.started && this.plan()), LOOK_EVERY_MS).unref();
  }

  private async look(): Promise<void> {
    const texts = await this.read();
    if (texts && this.change.look(texts.fingerprint)) this.takeOrRefuse(texts);
  }

  /** What the files hold; `undefined` while no file can be opened: that says nothing about them, and passes. */
  private async read(): Promise<ConfigurationTexts | undefined> {
    if (!this.started || currentOpenFileLimit()) return undefined;
    const texts = await readTexts(this.options.configuration);
    return this.started && texts;
  }

  private takeOrRefuse(texts: ConfigurationTexts): void {
    // Key stores are opened in the same turn. Without the files that they need, the next look takes the change.
    if (currentOpenFileLimit()) return;
    this.change.deal(texts.fingerprint);
    try {
      this.take(texts);
    } catch (error) {
      this.refuse(reasonsOf(error));
    }
  }

  /** @throws Refusal, ConfigurationError, RefusedConnectorsError: nothing has changed then */
  private take(texts: ConfigurationTexts): void {
    const document = parseConfiguration(texts);
    const checked = checkConfiguration(document, this.registry.plugins);
    const restartNeeded = this.restartNeededBy(checked.global);
    const errors = errorsOf(checked).map(renderProblem);
    if (errors.length === 0 && checked.connectors.length === 0) errors.push('every connector is switched off');
    if (errors.length > 0)
      throw new Refusal(
        restartNeeded.includes('connector.plugins')
          ? [...errors, 'connector.plugins has changed, and plug-ins are loaded at the start: restart the server']
          : errors,
      );
    const before = this.inForce;
    const replaced = this.registry.update({ definitions: checked.connectors, defaultIds: checked.defaultIds });
    this.configuration.take(checked, texts);
    this.watches.follow(replaced);
    this.current = { since: new Date(), restartNeeded };
    this.logger.log(`the configuration was read again: ${describeChange(before, this.inForce)}`);
    for (const key of restartNeeded)
      this.logger.warn(`${key} has changed and takes a restart; until then its value of the start is in force`);
    for (const problem of [...this.configuration.problems, ...this.registry.warnings]) this.logger.warn(problem);
  }

  private get inForce(): InForce {
    const { configuration, registry } = this;
    return {
      connectors: registry.connectors.map((connector) => ({
        connector,
        configuration: configuration.connector(connector.id),
      })),
      global: configuration.global,
    };
  }

  private refuse(reasons: string[]): void {
    this.current = { ...this.current, refused: { at: new Date(), reasons } };
    const since = this.current.since.toISOString();
    this.logger.error(`the configuration in the files is not taken; the one of ${since} stays in force`);
    for (const reason of reasons) this.logger.error(reason);
  }

  private restartNeededBy(global: GlobalConfiguration): string[] {
    return this.started ? changedFixedKeys(this.started, global, this.options) : [];
  }
}

/** What is wrong with it, but for connectors that are switched off: nobody asks them. */
function errorsOf({ problems, disabled }: LoadedConfiguration): Problem[] {
  const off = new Set<string | undefined>(disabled.map(({ id }) => id));
  return problems.filter(({ severity, connectorId }) => severity === 'error' && !off.has(connectorId));
}

/** Why a configuration is not taken, a sentence each. */
class Refusal extends Error {
  constructor(readonly reasons: string[]) {
    super(reasons.join('\n'));
  }
}

function reasonsOf(error: unknown): string[] {
  if (error instanceof Refusal) return error.reasons;
  if (error instanceof ConfigurationError) return error.problems.map(renderProblem);
  if (error instanceof RefusedConnectorsError) return error.message.split('\n');
  return [`it cannot be read: ${describeUnexpected(error)}`];
}
