import {
  emptyCriteria,
  type Instance,
  type Patient,
  type SearchCriteria,
  type SearchResult,
  type Series,
  type Study,
} from '@pacs-connectors/connector-core';
import { DatabaseConnector } from '../database-connector.js';
import { type DatabaseSettings } from '../database-settings.js';

/** Returns a connector for a test. */
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

type Location = Pick<DatabaseSettings, 'uri' | 'user' | 'password'>;
type Everything = Omit<Patient, 'studies'> & Omit<Study, 'series'> & Omit<Series, 'instances'> & Instance;

/** Asks for the only row of a select whose columns are `columns` and the UIDs; all nodes of the answer as one object. */
export async function readRow(
  settings: Location,
  columns: string,
  from = 'from (select 1 as one) as single',
): Promise<Partial<Everything>> {
  const connector = connectorOf({
    ...settings,
    select: `select '1.2' as studyInstanceUid, '1.2.3' as seriesInstanceUid, '1.2.3.4' as sopInstanceUid, ${columns} ${from}`,
    studyInstanceUidColumn: "coalesce('1.2', '1.2')",
  });
  try {
    const { patients } = await ask(connector, { studyInstanceUids: ['1.2'] });
    const [patient] = patients;
    const study = patient?.studies[0];
    return { ...patient, ...study, ...study?.series[0], ...study?.series[0]?.instances[0] };
  } finally {
    await connector.close();
  }
}
