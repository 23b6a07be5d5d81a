import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { instanceRows } from '@pacs-connectors/connector-testkit';
import { type DatabaseServer, startMariadb, startPostgresql } from '@pacs-connectors/test-services';
import { type DatabaseConnector } from './database-connector.js';
import { type DatabaseSettings } from './database-settings.js';
import { ask, connectorOf } from './testing/connectors.js';
import { createTables, insertRows, sampleSettings } from './testing/sample-tables.js';

/** What the tests need to know of a product beyond what the connector knows. */
const PRODUCTS = [
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

const WITHOUT_COLUMNS = {
  accessionNumberColumn: undefined,
  studyInstanceUidColumn: undefined,
  seriesInstanceUidColumn: undefined,
  sopInstanceUidColumn: undefined,
};

describe.each(PRODUCTS)('DatabaseConnector and a server: $name', (product) => {
  let server: DatabaseServer;
  const opened: DatabaseConnector[] = [];
  const open = (more: Partial<DatabaseSettings> = {}) => {
    const { jdbcUrl: uri, user, password } = server;
    const connector = connectorOf(sampleSettings({ uri, user, password, ...more }));
    opened.push(connector);
    return connector;
  };
  /** A connector with a select of its own, which finds every row for the Patient ID `P`. */
  const openWith = (select: string, more: Partial<DatabaseSettings> = {}) =>
    open({ select, patientIdColumn: "coalesce('P', 'P')", ...WITHOUT_COLUMNS, ...more });
  const number = async (sql: string) => Number((await server.execute(sql)).trim());
  const until = async (condition: () => Promise<boolean>) => {
    const end = Date.now() + 120_000;
    while (!(await condition())) {
      if (Date.now() > end) throw new Error('it did not come true within 2 minutes');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  const uids = (extra: string, count = 1) =>
    `select 'P' as patientId, '1.2' as studyInstanceUid, '1.2.3' as seriesInstanceUid, concat('1.2.3.', n.i) as sopInstanceUid, ${extra} from ${product.rows(count)}`;
  const question = { patientIds: [{ id: 'P' }] };

  beforeAll(async () => {
    server = await product.start();
    await server.execute(createTables(product.engine) + insertRows(instanceRows()));
  });
  afterEach(() => Promise.all(opened.splice(0).map((connector) => connector.close())));
  afterAll(() => server.stop());

  const openSlow = (more: Partial<DatabaseSettings> = {}) => openWith(uids(`${product.slow} as studyId`), more);

  it('ends the statement in the server where the caller goes away, and rejects at once', async () => {
    const connector = openSlow();
    const caller = new AbortController();
    const pending = ask(connector, question, caller.signal).catch((error: unknown) => error);
    await until(async () => (await number(product.running)) === 1);
    const start = performance.now();
    caller.abort();
    expect(await pending).toMatchObject({ name: 'ConnectorError', kind: 'cancelled', connectorId: 'archive' });
    // The statement takes 20 s.
    expect(performance.now() - start).toBeLessThan(15_000);
    await until(async () => (await number(product.running)) === 0);
    await connector.check(AbortSignal.timeout(10_000));
  });

  it('ends what is under way when it is closed, and leaves no session behind', async () => {
    const connector = openSlow();
    const pending = ask(connector, question).catch((error: unknown) => error);
    await until(async () => (await number(product.running)) === 1);
    await connector.close();
    expect(await pending).toMatchObject({ name: 'ConnectorError', kind: 'unavailable' });
    await until(async () => (await number(product.running)) === 0);
    await until(async () => (await number(product.sessions)) === 0);
  });

  it('has the server end a statement that takes longer than its time-out', async () => {
    const connector = openSlow({ statementTimeout: 500 });
    await expect(ask(connector, question)).rejects.toMatchObject({
      kind: 'timeout',
      message: expect.stringContaining('longer than its time-out'),
    });
    await until(async () => (await number(product.running)) === 0);
  });

  it('takes the deadline of the caller for a time-out', async () => {
    await expect(ask(openSlow(), question, AbortSignal.timeout(300))).rejects.toMatchObject({
      kind: 'timeout',
    });
    await until(async () => (await number(product.running)) === 0);
  });

  it('answers 20 questions at once by two connections', async () => {
    const connector = open({ poolMax: 2 });
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => ask(connector, { patientIds: [{ id: 'DEMO-1' }] })),
    );
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]?.patients[0]?.studies).toHaveLength(3);
    const { details } = await connector.check(AbortSignal.timeout(10_000));
    expect(details).toMatchObject({ connectionsMax: 2, connectionsInUse: 0 });
    expect(connector.connections()).toEqual({ inUse: 0, idle: expect.any(Number), limit: 2 });
    expect(await number(product.sessions)).toBeLessThanOrEqual(2);
  });

  it('gives up waiting for a connection when the caller does, and goes on afterwards', async () => {
    const connector = openSlow({ poolMax: 1 });
    const first = new AbortController();
    const busy = ask(connector, question, first.signal).catch((error: unknown) => error);
    await until(async () => (await number(product.running)) === 1);
    expect(connector.connections()).toEqual({ inUse: 1, idle: 0, limit: 1 });
    await expect(ask(connector, question, AbortSignal.timeout(200))).rejects.toMatchObject({ kind: 'timeout' });
    first.abort();
    expect(await busy).toMatchObject({ kind: 'cancelled' });
    await connector.check(AbortSignal.timeout(10_000));
  });

  it('says that no connection became free', async () => {
    const oneSecond = product.engine === 'postgresql' ? '1' : '1000';
    const connector = openSlow({
      uri: `${server.jdbcUrl}?connectTimeout=${oneSecond}`,
      statementTimeout: 1_000,
      poolMax: 1,
    });
    // One second each, one after the other; nobody waits longer than a connection and a statement may take.
    const outcomes = await Promise.allSettled(Array.from({ length: 5 }, () => ask(connector, question)));
    const faults = outcomes.map(
      (outcome) => (outcome as PromiseRejectedResult).reason as { kind: string; message: string },
    );
    expect(faults.map(({ kind }) => kind)).toEqual(Array(5).fill('timeout'));
    expect(faults.some(({ message }) => message.includes('no connection became free'))).toBe(true);
  });

  it('takes 10,000 rows, whole and in order', async () => {
    const connector = openWith(uids('n.i as instanceNumber', 10_000));
    const { patients, notices } = await ask(connector, question);
    const instances = patients[0]?.studies[0]?.series[0]?.instances ?? [];
    expect(instances).toHaveLength(10_000);
    expect(instances[9_999]).toMatchObject({ sopInstanceUid: '1.2.3.10000', instanceNumber: '10000' });
    expect(notices).toEqual([]);
  });

  it('gives no half answer where a row fails, and never the value that made it fail', async () => {
    const division =
      product.engine === 'postgresql'
        ? "cast(case when n.i = 9000 then 'SECRET' else '1' end as integer)"
        : "(case when n.i = 9000 then (select 'SECRET' union select 'TWO') else '1' end)";
    const connector = openWith(uids(`${division} as instanceNumber`, 10_000));
    const error = await ask(connector, question).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: 'ConnectorError' });
    expect(JSON.stringify([error, (error as Error).message, (error as Error).cause ?? null])).not.toContain('SECRET');
    await expect(connector.check(AbortSignal.timeout(10_000))).resolves.toBeDefined();
  });

  it('tells a wrong password, database, table and column, each in its own way', async () => {
    const kindOf = async (settings: Partial<DatabaseSettings>) => {
      const error = (await ask(open(settings), { patientIds: [{ id: 'DEMO-1' }] }).catch(
        (reason: unknown) => reason,
      )) as {
        kind: string;
        message: string;
        remedy: string;
      };
      expect(error.remedy).toBeTruthy();
      expect(`${error.message} ${error.remedy}`).not.toContain('hunter2');
      return `${error.kind}: ${error.message}`;
    };
    expect(await kindOf({ password: 'hunter2' })).toMatch(/^refused: .*(password|denied)/i);
    expect(await kindOf({ uri: server.jdbcUrl.replace(/[^/]*$/, 'nowhere') })).toMatch(/^misconfigured: .*nowhere/);
    const { select } = sampleSettings({});
    expect(await kindOf({ select: select.replace('from patient p', 'from patients p') })).toMatch(
      /^misconfigured: .*patients/,
    );
    expect(await kindOf({ patientIdColumn: 'p.pat_idd' })).toMatch(/^misconfigured: .*pat_idd/);
    expect(await kindOf({ select: select.replace('i.sop_uid as sopInstanceUid,', '') })).toMatch(
      /^misconfigured: .*sopInstanceUid/,
    );
  });

  it('finds these mistakes when it is checked, before anybody asks', async () => {
    const check = (settings: Partial<DatabaseSettings>) => open(settings).check(AbortSignal.timeout(10_000));
    const { select } = sampleSettings({});
    await expect(check({ select: select.replace('e.series_uid as seriesInstanceUid,', '') })).rejects.toMatchObject({
      kind: 'misconfigured',
      message: expect.stringContaining('seriesInstanceUid'),
    });
    await expect(check({ accessionNumberColumn: 's.accession' })).rejects.toMatchObject({
      kind: 'misconfigured',
      message: expect.stringContaining('accession'),
    });
    await expect(check({})).resolves.toMatchObject({ details: { connectionsMax: 8 } });
  });

  it('says which kind of identifier it cannot be searched by', async () => {
    const connector = open({ accessionNumberColumn: undefined });
    const { patients, notices } = await ask(connector, {
      patientIds: [{ id: 'DEMO_2' }],
      accessionNumbers: ['A 17 42'],
    });
    expect(patients.map(({ patientId }) => patientId)).toEqual(['DEMO_2']);
    expect(notices).toMatchObject([{ severity: 'WARN', description: expect.stringContaining('Accession Number') }]);
  });

  it('says that issuers were not compared where the select yields none', async () => {
    const { select } = sampleSettings({});
    const connector = open({ select: select.replace('p.issuer as issuerOfPatientId,', '') });
    const { patients, notices } = await ask(connector, { patientIds: [{ id: 'DEMO-1', issuer: 'ELSEWHERE' }] });
    expect(patients).toHaveLength(1);
    expect(notices).toMatchObject([{ severity: 'WARN', title: 'Issuer not compared' }]);
  });

  it('compares an issuer with the rows of that patient only', async () => {
    const [study] = instanceRows().filter(({ patient }) => patient.issuerOfPatientId === 'HOSPITAL_B');
    const { patients } = await ask(open(), {
      patientIds: [{ id: '0042', issuer: 'HOSPITAL_A' }],
      studyInstanceUids: [study?.study.studyInstanceUid as string],
    });
    expect(patients.map(({ issuerOfPatientId }) => issuerOfPatientId).sort()).toEqual(['HOSPITAL_A', 'HOSPITAL_B']);
  });

  it('takes more values than the server takes parameters', async () => {
    const many = Array.from({ length: 70_000 }, (_, n) => `9.9.${n}`);
    const known = instanceRows()[0]?.instance.sopInstanceUid as string;
    const { patients } = await ask(open(), { sopInstanceUids: [...many, known] });
    expect(patients[0]?.studies[0]?.series[0]?.instances).toHaveLength(1);
  });

  // From here on the server is harmed.

  it('keeps the deadline of a server that hangs, and answers when it goes on', async () => {
    const connector = open({ poolMax: 1 });
    await ask(connector, { patientIds: [{ id: 'DEMO-1' }] });
    await server.pause();
    try {
      const start = performance.now();
      const [asked, checked] = await Promise.allSettled([
        ask(connector, { patientIds: [{ id: 'DEMO-1' }] }, AbortSignal.timeout(500)),
        connector.check(AbortSignal.timeout(500)),
      ]);
      expect(performance.now() - start).toBeLessThan(30_000);
      expect(asked).toMatchObject({ reason: { kind: 'timeout' } });
      expect(checked).toMatchObject({ reason: { kind: 'timeout' } });
    } finally {
      await server.resume();
    }
    const { patients } = await ask(connector, { patientIds: [{ id: 'DEMO-1' }] });
    expect(patients[0]?.studies).toHaveLength(3);
  });

  it('closes while the server hangs', async () => {
    const connector = open();
    await ask(connector, { patientIds: [{ id: 'DEMO-1' }] });
    await server.pause();
    try {
      const pending = ask(connector, { patientIds: [{ id: 'DEMO-1' }] }).catch((error: unknown) => error);
      await connector.close();
      expect(await pending).toMatchObject({ name: 'ConnectorError', kind: 'unavailable' });
    } finally {
      await server.resume();
    }
  });

  it('gives no half answer where the server dies in the middle, and answers when it is back', async () => {
    const slowRows = product.slow.replace('20', '0.02');
    const connector = openWith(uids(`${slowRows} as studyId`, 2_000));
    const healthy = open();
    await ask(healthy, { patientIds: [{ id: 'DEMO-1' }] });
    const pending = ask(connector, question).catch((error: unknown) => error);
    await until(async () => (await number(product.sessions)) >= 2);
    await new Promise((resolve) => setTimeout(resolve, 300));
    await server.crash();
    expect(await pending).toMatchObject({ name: 'ConnectorError', kind: 'unavailable' });
    await expect(ask(healthy, { patientIds: [{ id: 'DEMO-1' }] })).rejects.toMatchObject({
      kind: 'unavailable',
      remedy: expect.any(String),
    });
    await expect(healthy.check(AbortSignal.timeout(5_000))).rejects.toMatchObject({ kind: 'unavailable' });
    await server.start();
    const { patients } = await ask(healthy, { patientIds: [{ id: 'DEMO-1' }] });
    expect(patients[0]?.studies).toHaveLength(3);
  });
});
