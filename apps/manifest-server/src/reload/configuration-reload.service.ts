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
import {
  ConnectorRegistry,
  currentOpenFileLimit,
  RefusedConnectorsError,
  ViewerRegistry,
} from '@pacs-connectors/connector-core';
import { ServerOptions } from '../boot/options.js';
import { ServerConfiguration } from '../boot/server-configuration.js';
import { codes } from '../errors/error-codes.js';
import { coded, withCodeFromEnd } from '../logging/coded-message.js';
import { describeUnexpected } from '../logging/describe-unexpected.js';
import { ConnectorWatches } from '../watch/connector-watches.service.js';
import { describeChange, type ConfigurationInUse } from './describe-change.js';
import { changedFixedKeys } from './fixed-keys.js';
import { SettledChange } from './settled-change.js';

/** Time between two reads of the files, milliseconds. They are small, and links, mounts and editors change them in many ways. */
const POLL_MS = 2000;

/** How the configuration in use relates to the files. */
export interface ReloadState {
  /** When the configuration in use was read. */
  since: Date;
  /** Why the server refused the configuration in the files. */
  refused?: { at: Date; reasons: string[] };
  /** Changed keys that need a restart. */
  restartNeeded: string[];
}

/**
 * Reloads the configuration when its files change, or on request. It applies the whole configuration or nothing. If the server
 * would not start with it, or would leave out a connector because of an error, it keeps the one in use.
 */
@Injectable()
export class ConfigurationReload implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('Configuration');
  /** The keys at startup; `undefined` if no files are followed. */
  private started?: GlobalConfiguration;
  private currentState: ReloadState = { since: new Date(), restartNeeded: [] };
  private readonly change: SettledChange;
  private timer?: NodeJS.Timeout;

  constructor(
    private readonly configuration: ServerConfiguration,
    private readonly registry: ConnectorRegistry,
    private readonly viewers: ViewerRegistry,
    private readonly watches: ConnectorWatches,
    private readonly options: ServerOptions,
  ) {
    this.change = new SettledChange(configuration.fingerprint);
  }

  /** Follows the files that the server was started with, if there are any. */
  onApplicationBootstrap(): void {
    if (this.options.configuration.length === 0) return;
    this.started = this.configuration.global;
    this.schedulePoll();
  }

  /** Reloads the files now, or logs why not. Never rejects. */
  async reload(): Promise<void> {
    const limit = currentOpenFileLimit();
    if (limit)
      this.logger.error(
        coded(`the configuration cannot be reloaded now: ${limit.message}. ${limit.remedy}`, limit.code),
      );
    const texts = await this.read();
    if (texts) this.applyOrRefuse(texts);
  }

  get state(): ReloadState {
    return this.currentState;
  }

  beforeApplicationShutdown(): void {
    this.started = undefined;
    clearTimeout(this.timer);
  }

  private schedulePoll(): void {
    this.timer = setTimeout(() => void this.poll().then(() => this.started && this.schedulePoll()), POLL_MS).unref();
  }

  private async poll(): Promise<void> {
    const texts = await this.read();
    if (texts && this.change.poll(texts.fingerprint)) this.applyOrRefuse(texts);
  }

  /** Returns the content of the files; `undefined` if no file can be opened, which is temporary. */
  private async read(): Promise<ConfigurationTexts | undefined> {
    if (!this.started || currentOpenFileLimit()) return undefined;
    const texts = await readTexts(this.options.configuration);
    return this.started && texts;
  }

  private applyOrRefuse(texts: ConfigurationTexts): void {
    // Key stores are opened in the same turn. If no file can be opened, the next poll applies the change.
    if (currentOpenFileLimit()) return;
    this.change.accept(texts.fingerprint);
    try {
      this.apply(texts);
    } catch (error) {
      this.refuse(reasonsOf(error));
    }
  }

  /** @throws Refusal, ConfigurationError or RefusedConnectorsError; nothing has changed then. */
  private apply(texts: ConfigurationTexts): void {
    const document = parseConfiguration(texts);
    const checked = checkConfiguration(document, this.registry.plugins, this.viewers.viewers);
    const restartNeeded = this.restartNeededBy(checked.global);
    const errors = errorsOf(checked).map(renderProblem);
    if (errors.length === 0 && checked.connectors.length === 0) errors.push('every connector is disabled');
    if (errors.length > 0)
      throw new Refusal(
        restartNeeded.includes('connector.plugins')
          ? [...errors, 'connector.plugins has changed, and plug-ins are loaded at startup: restart the server']
          : errors,
      );
    const before = this.inUse;
    const replaced = this.registry.update({ definitions: checked.connectors, defaultIds: checked.defaultIds });
    this.configuration.apply(checked, texts);
    this.watches.applyReload(replaced);
    this.currentState = { since: new Date(), restartNeeded };
    this.logger.log(`the configuration was reloaded; ${describeChange(before, this.inUse)}`);
    for (const key of restartNeeded)
      this.logger.warn(
        coded(
          `${key} has changed, and the server uses its old value until a restart`,
          codes['server.configuration.restart-needed'],
        ),
      );
    const warnings = this.registry.warnings.map(withCodeFromEnd);
    for (const problem of [...this.configuration.codedProblems, ...warnings]) this.logger.warn(problem);
  }

  private get inUse(): ConfigurationInUse {
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
    this.currentState = { ...this.currentState, refused: { at: new Date(), reasons } };
    const since = this.currentState.since.toISOString();
    const code = codes['server.configuration.refused'];
    this.logger.error(coded(`the configuration in the files is refused; the one of ${since} stays in use`, code));
    for (const reason of reasons) this.logger.error(coded(reason, code));
  }

  private restartNeededBy(global: GlobalConfiguration): string[] {
    return this.started ? changedFixedKeys(this.started, global, this.options) : [];
  }
}

/** Returns the errors, without those of disabled connectors. */
function errorsOf({ problems, disabled }: LoadedConfiguration): Problem[] {
  const off = new Set<string | undefined>(disabled.map(({ id }) => id));
  return problems.filter(({ severity, connectorId }) => severity === 'error' && !off.has(connectorId));
}

/** The reasons for which a configuration is refused, one sentence each. */
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
