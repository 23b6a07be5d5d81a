import { type SearchCriteria, type SearchResult, emptyCriteria } from '@pacs-connectors/connector-core';
import { DatabaseConnector } from '../database-connector.js';
import { type DatabaseSettings } from '../database-settings.js';

/** A connector under test. */
export function connectorOf(settings: DatabaseSettings): DatabaseConnector {
  return new DatabaseConnector({ id: 'archive', type: 'DB', deactivated: [], settings });
}

/** Asks for everything below the given identifiers, with a deadline that no test should meet. */
export function ask(
  connector: DatabaseConnector,
  question: Partial<SearchCriteria>,
  signal = AbortSignal.timeout(25_000),
): Promise<SearchResult> {
  return connector.search({ ...emptyCriteria(), ...question }, { signal, depth: 'instance' });
}

/** A select of one patient's row by row, for tests that care for one column. */
export function oneRowSelect(columns: string): string {
  return `select t.id as patientId, t.id as studyInstanceUid, t.id as seriesInstanceUid, t.id as sopInstanceUid, ${columns} from t`;
}
