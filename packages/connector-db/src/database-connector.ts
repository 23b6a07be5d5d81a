import {
  type Connector,
  type ConnectorDefinition,
  type ConnectorStatus,
  PatientTree,
  type SearchCriteria,
  type SearchResult,
} from '@pacs-connectors/connector-core';
import knex, { type Knex } from 'knex';
import { type DatabaseSettings } from './database-settings.js';

/** Finds studies by the site's own SQL. */
export class DatabaseConnector implements Connector {
  readonly id: string;
  readonly type = 'DB';
  private readonly settings: DatabaseSettings;
  private readonly db: Knex;

  constructor(definition: ConnectorDefinition<DatabaseSettings>) {
    this.id = definition.id;
    this.settings = definition.settings;
    const filename = this.settings.uri.replace('jdbc:sqlite:', '');
    this.db = knex({ client: 'better-sqlite3', connection: { filename }, useNullAsDefault: true });
  }

  async search(criteria: SearchCriteria): Promise<SearchResult> {
    const tree = new PatientTree();
    const ids = criteria.patientIds.map(({ id }) => id);
    const marks = ids.map(() => '?').join(', ');
    const rows: Record<string, string>[] = await this.db.raw(
      `${this.settings.select} WHERE ${this.settings.patientIdColumn} IN (${marks})`,
      ids,
    );
    for (const row of rows) {
      const patient = tree.patient({ patientId: row['patientId'] ?? '', patientName: row['patientName'] });
      const study = tree.study(patient, {
        studyInstanceUid: row['studyInstanceUid'] ?? '',
        studyDate: row['studyDate'],
      });
      const series = tree.seriesOf(study, { seriesInstanceUid: row['seriesInstanceUid'] ?? '' });
      tree.instance(series, { sopInstanceUid: row['sopInstanceUid'] ?? '' });
    }
    return { patients: tree.result(), notices: [] };
  }

  async check(): Promise<ConnectorStatus> {
    const start = performance.now();
    await this.db.raw('select 1');
    return { latencyMs: performance.now() - start };
  }

  async close(): Promise<void> {
    await this.db.destroy();
  }
}
