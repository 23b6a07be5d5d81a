import { ConnectorError, openFileLimit } from '@pacs-connectors/connector-core';
import { type Engine } from './engines/engine.js';
import { UnusableSettingError } from './engines/unusable-setting-error.js';

/**
 * What went wrong with a database, as the ConnectorError of its connector. The driver's own error is not its cause: drivers
 * put values that were asked for into theirs.
 */
export function connectorErrorOf(id: string, engine: Engine, error: unknown, signal: AbortSignal): ConnectorError {
  if (error instanceof ConnectorError) return error;
  if (signal.aborted && error === signal.reason) return ConnectorError.aborted(id, signal);
  const place = `${engine.name} at ${engine.place}`;
  const limit = openFileLimit(error);
  if (limit) return new ConnectorError(id, 'unavailable', `${place}: ${limit.message}`, { remedy: limit.remedy });
  if (error instanceof UnusableSettingError) {
    return new ConnectorError(id, 'misconfigured', `${place}: ${error.message}`, { remedy: error.remedy });
  }
  if (error instanceof DOMException && error.name === 'AbortError') {
    return new ConnectorError(id, 'unavailable', `${place}: ${error.message}`, {
      remedy: 'Ask again when it has been started anew.',
    });
  }
  // Our own time-out, or that of knex's pool.
  const ours = error instanceof DOMException && error.name === 'TimeoutError';
  if (ours || (error instanceof Error && error.constructor.name === 'TimeoutError')) {
    return new ConnectorError(
      id,
      'timeout',
      `${place}: ${ours ? error.message : 'no connection became free in time'}`,
      {
        remedy: ours
          ? 'See whether the database is overloaded.'
          : 'See whether the database answers, or raise db-connector.pool.max.',
      },
    );
  }
  const fault = engine.fault(error);
  if (fault) return new ConnectorError(id, fault.kind, `${place}: ${fault.message}`, { remedy: fault.remedy });
  // An error of the language is one of ours or of the driver's code: its words hold names, no values.
  const isBug = error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError;
  const what = isBug ? `${error.name}: ${error.message}` : error instanceof Error ? error.name : typeof error;
  return new ConnectorError(id, 'protocol', `${place}: unexpected ${what}`, isBug ? { cause: error } : {});
}
