import { ConnectorError, openFileLimit } from '@pacs-connectors/connector-core';
import { type Engine } from './engines/engine.js';
import { codes } from './errors/error-codes.js';
import { UnusableSettingError } from './errors/unusable-setting-error.js';

/**
 * Returns the ConnectorError for anything that a search or a check threw. The driver's own error does not become its cause, because
 * drivers put values that were searched for into their errors.
 */
export function connectorErrorOf(id: string, engine: Engine, error: unknown, signal: AbortSignal): ConnectorError {
  if (error instanceof ConnectorError) return error;
  if (signal.aborted && error === signal.reason) return ConnectorError.aborted(id, signal);
  const fail = (
    kind: ConnectorError['kind'],
    message: string,
    options: ConstructorParameters<typeof ConnectorError>[3],
  ) => new ConnectorError(id, kind, `${engine.name} at ${engine.place}: ${message}`, options);
  const limit = openFileLimit(error);
  if (limit) return fail('unavailable', limit.message, { code: limit.code, remedy: limit.remedy });
  if (error instanceof UnusableSettingError) {
    return fail('misconfigured', error.message, { code: error.code, remedy: error.remedy });
  }
  if (error instanceof DOMException && error.name === 'AbortError') {
    return fail('unavailable', 'the connector is closed', {
      code: codes['db.connector.closed'],
      remedy: 'Search again.',
    });
  }
  if (error instanceof DOMException && error.name === 'TimeoutError') {
    return fail('timeout', error.message, {
      code: codes['db.statement.timeout'],
      remedy: 'Check whether the database is overloaded.',
    });
  }
  // knex's pool throws its own class of this name.
  if (error instanceof Error && error.constructor.name === 'TimeoutError') {
    return fail('timeout', 'no connection became free in time', {
      code: codes['db.pool.exhausted'],
      remedy: 'Check whether the database responds, or raise db-connector.pool.max.',
    });
  }
  const fault = engine.fault(error);
  if (fault) return fail(fault.kind, fault.message, { code: fault.code, remedy: fault.remedy });
  // Errors of the language come from our code or the driver's: their messages contain names, no values.
  const isBug = error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError;
  const what = isBug ? `${error.name}: ${error.message}` : error instanceof Error ? error.name : typeof error;
  return fail('protocol', `unexpected ${what}`, {
    code: codes['db.driver.failed'],
    remedy: 'Report this message to the maintainers.',
    cause: isBug ? error : undefined,
  });
}
