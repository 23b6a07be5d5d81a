import { afterAll, afterEach, beforeAll } from '@jest/globals';
import { instanceRows } from '@pacs-connectors/connector-testkit';
import { type DatabaseServer, startMariadb, startPostgresql } from '@pacs-connectors/test-services';
import { type DatabaseConnector } from '../database-connector.js';
import { type DatabaseSettings } from '../database-settings.js';
import { ask, connectorOf } from './connectors.js';
import { createTables, insertRows, sampleSettings } from './sample-tables.js';

/** The servers of the tests, and what the tests need to know of each beyond what the connector knows. */
export const PRODUCTS = [
  {
    name: 'PostgreSQL',
    start: startPostgresql,
    engine: 'postgresql' as const,
    /** An expression that takes 20 seconds for a row. */
    slow: 'cast(pg_sleep(20) as varchar(1))',
    /** How many slow statements the server runs now. */
    running:
      "select count(*) from pg_stat_activity where state = 'active' and query like '%pg_sleep(2%' and pid <> pg_backend_pid()",
    sessions: "select count(*) from pg_stat_activity where application_name = 'pacs-connectors'",
    rows: (count: number) => `generate_series(1, ${count}) as n(i)`,
  },
  {
    name: 'MariaDB',
    start: startMariadb,
    engine: 'mysql' as const,
    slow: 'cast(sleep(20) as char)',
    running:
      "select count(*) from information_schema.processlist where info like '%sleep(2%' and id <> connection_id()",
    sessions: "select count(*) from information_schema.processlist where id <> connection_id() and user = 'archive'",
    rows: (count: number) => `(select seq as i from seq_1_to_${count}) as n`,
  },
];
export type Product = (typeof PRODUCTS)[number];

/** A request for the rows of {@link SampleServer.openWith}. */
export const question = { patientIds: [{ id: 'P' }] };
/** A request for a patient of the sample tables, who has three studies. */
export const demoQuestion = { patientIds: [{ id: 'DEMO-1' }] };

const WITHOUT_COLUMNS = {
  accessionNumberColumn: undefined,
  studyInstanceUidColumn: undefined,
  seriesInstanceUidColumn: undefined,
  sopInstanceUidColumn: undefined,
};

/** A database server with the sample tables, and the connectors to it that a test opens. */
export class SampleServer {
  server!: DatabaseServer;
  private readonly opened: DatabaseConnector[] = [];

  constructor(private readonly product: Product) {}

  async start(): Promise<void> {
    this.server = await this.product.start();
    await this.server.execute(createTables(this.product.engine) + insertRows(instanceRows()));
  }

  /** Opens a connector to the sample tables. */
  open(more: Partial<DatabaseSettings> = {}): DatabaseConnector {
    const { jdbcUrl: uri, user, password } = this.server;
    const connector = connectorOf(sampleSettings({ uri, user, password, ...more }));
    this.opened.push(connector);
    return connector;
  }

  /** Opens a connector with the given select, which finds every row for {@link question}. */
  openWith(select: string, more: Partial<DatabaseSettings> = {}): DatabaseConnector {
    return this.open({ select, patientIdColumn: "coalesce('P', 'P')", ...WITHOUT_COLUMNS, ...more });
  }

  /** Opens a connector whose statement takes 20 seconds. */
  openSlow(more: Partial<DatabaseSettings> = {}): DatabaseConnector {
    return this.openWith(this.selectOf(`${this.product.slow} as studyId`), more);
  }

  /** Returns a select of `count` instances of one series, with the column `extra`. */
  selectOf(extra: string, count = 1): string {
    return `select 'P' as patientId, '1.2' as studyInstanceUid, '1.2.3' as seriesInstanceUid, concat('1.2.3.', n.i) as sopInstanceUid, ${extra} from ${this.product.rows(count)}`;
  }

  /** Asks for {@link demoQuestion}; resolves with the error that the search rejects with. */
  faultOf(
    settings: Partial<DatabaseSettings>,
  ): Promise<{ kind: string; code: string; message: string; remedy: string }> {
    return ask(this.open(settings), demoQuestion).then(
      () => Promise.reject(new Error('the search succeeded')),
      (error) => error,
    );
  }

  async number(sql: string): Promise<number> {
    return Number((await this.server.execute(sql)).trim());
  }

  closeConnectors(): Promise<unknown> {
    return Promise.all(this.opened.splice(0).map((connector) => connector.close()));
  }
}

/** Starts a {@link SampleServer} for the tests of the current `describe`, and closes each test's connectors. */
export function useSampleServer(product: Product): SampleServer {
  const sample = new SampleServer(product);
  beforeAll(() => sample.start());
  afterEach(() => sample.closeConnectors());
  afterAll(() => sample.server.stop());
  return sample;
}

/** Waits until `condition` holds. */
export async function until(condition: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 120_000;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error('it did not come true within 2 minutes');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
