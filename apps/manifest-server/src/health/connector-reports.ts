import { type ConnectorRegistry } from '@pacs-connectors/connector-core';
import { type ServerConfiguration } from '../boot/server-configuration.js';
import { type ConnectorHealth } from '../watch/connector-watch.js';
import { type ConnectorWatches } from '../watch/connector-watches.service.js';

/** What operators are told of one configured connector. No secrets. */
export interface ConnectorReport extends Omit<ConnectorHealth, 'id' | 'status' | 'type' | 'circuit'> {
  id: string;
  type?: string;
  /** `misconfigured`: left out because of `reasons`. `disabled`: switched off (`enabled: false`). */
  state: ConnectorHealth['status'] | 'misconfigured' | 'disabled';
  circuit?: ConnectorHealth['circuit'];
  reasons?: string[];
}

/** Every connector that the configuration names, usable ones first. */
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
      reasons,
    })),
    ...configuration.disabled.map(({ id, type }): ConnectorReport => ({ id, type, state: 'disabled' })),
  ];
}

/** Whether no search reaches it: it is away, left out, or left alone by its circuit breaker. */
export function cannotBeAsked({ state, circuit }: ConnectorReport): boolean {
  return state === 'down' || state === 'misconfigured' || circuit === 'open';
}

/** Whether archives answer as `health.ready-requires` wants it; why not, else. */
export function unmetRequirement(
  reports: readonly ConnectorReport[],
  requires: 'none' | 'any' | 'all',
): string | undefined {
  const wanted = reports.filter(({ state }) => state !== 'disabled');
  // One that has not been looked at yet came while the server ran: at the start, readiness waits for the first look.
  const away = wanted.filter(cannotBeAsked).map(({ id }) => id);
  if (requires === 'none' || away.length === 0) return undefined;
  if (requires === 'any' && away.length < wanted.length) return undefined;
  return `health.ready-requires is ${requires}, and these do not answer: ${away.join(', ')}`;
}
