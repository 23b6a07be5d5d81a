import { type ConnectorRegistry, type ErrorCode } from '@pacs-connectors/connector-core';
import { type ServerConfiguration } from '../boot/server-configuration.js';
import { codes } from '../errors/error-codes.js';
import { type ConnectorHealth } from '../watch/connector-watch.js';
import { type ConnectorWatches } from '../watch/connector-watches.service.js';

/** The state of one configured connector for operators, without secrets. */
export interface ConnectorReport extends Omit<ConnectorHealth, 'id' | 'status' | 'type' | 'circuit'> {
  id: string;
  type?: string;
  /** `misconfigured`: left out because of `reasons`. `disabled`: `enabled: false`. */
  state: ConnectorHealth['status'] | 'misconfigured' | 'disabled';
  circuit?: ConnectorHealth['circuit'];
  /** The error code of `misconfigured`. */
  code?: ErrorCode;
  reasons?: string[];
}

/** Returns the reports of all configured connectors, usable ones first. */
export function connectorReports(
  watches: Pick<ConnectorWatches, 'all'>,
  registry: Pick<ConnectorRegistry, 'leftOut'>,
  configuration: Pick<ServerConfiguration, 'disabled'>,
): ConnectorReport[] {
  return [
    ...watches.all.map(({ health: { status, ...health } }): ConnectorReport => ({ ...health, state: status })),
    ...registry.leftOut.map(({ id, type, reasons }): ConnectorReport => ({
      id,
      type,
      state: 'misconfigured',
      code: codes['server.archive.left-out'],
      reasons,
    })),
    ...configuration.disabled.map(({ id, type }): ConnectorReport => ({ id, type, state: 'disabled' })),
  ];
}

/** Whether a connector cannot be searched: it is down, left out, or paused by its circuit breaker. */
export function isUnavailable({ state, circuit }: ConnectorReport): boolean {
  return state === 'down' || state === 'misconfigured' || circuit === 'open';
}

/** Returns why archives do not answer as `health.ready-requires` demands; `undefined` if they do. */
export function unmetRequirement(
  reports: readonly ConnectorReport[],
  requires: 'none' | 'any' | 'all',
): string | undefined {
  const enabled = reports.filter(({ state }) => state !== 'disabled');
  // Connectors that are not checked yet came with a reload: at startup, readiness waits for the first checks.
  const unavailable = enabled.filter(isUnavailable).map(({ id }) => id);
  if (requires === 'none' || unavailable.length === 0) return undefined;
  if (requires === 'any' && unavailable.length < enabled.length) return undefined;
  return `health.ready-requires is ${requires}, and these archives do not answer: ${unavailable.join(', ')}`;
}
