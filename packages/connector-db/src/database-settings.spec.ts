import { describe, expect, it } from '@jest/globals';
import { checkConfiguration, readConfiguration, renderEffective, renderProblem } from '@pacs-connectors/config-core';
import { readFile } from 'node:fs/promises';
import { DatabasePlugin } from './database-plugin.js';

async function load(text: string, env: Record<string, string> = {}) {
  return checkConfiguration(await readConfiguration([{ name: 'test.yml', text }], env), [new DatabasePlugin()]);
}

const WADO = `
      wado: { authentication: { basic: { url: 'http://localhost/wado', login: a, password: b } } }`;

function connector(dbConnector: string): string {
  return `connector:\n  config:\n    a:\n      type: DB\n      db-connector: ${dbConnector}${WADO}\n`;
}

const SITE = `
        uri: jdbc:postgresql://db.example.org/pacs
        user: reader
        password: \${DB_PASSWORD}
        pool:
          max: 4
        statement-timeout: 30s
        query:
          select: >-
            select p.pat_id as patientId, s.uid as studyInstanceUid, e.uid as seriesInstanceUid, i.uid as sopInstanceUid
            from patient p join study s on s.patient = p.id join series e on e.study = s.id join image i on i.series = e.id
          patient-id-column: p.pat_id
          study-instance-uid-column: s.uid
          accession-number-column:
          serie-instance-uid-column: e.uid
          sop-instance-uid-column: i.uid`;

describe('DatabaseSettings', () => {
  it('are read from the example of the README', async () => {
    const page = await readFile(new URL('../README.md', import.meta.url), 'utf8');
    const example = /```yaml\n(.*?)```/s.exec(page)?.[1] as string;
    const { connectors, problems } = await load(example, { DB_PASSWORD: 'hunter2' });
    expect(problems).toEqual([]);
    expect(connectors[0]?.settings).toMatchObject({ user: 'reader', password: 'hunter2', patientIdColumn: 'pid' });
  });

  it('are read with all that a site sets', async () => {
    const { connectors, problems } = await load(connector(SITE), { DB_PASSWORD: 'hunter2' });
    expect(problems).toEqual([]);
    expect(connectors[0]?.settings).toMatchObject({
      user: 'reader',
      password: 'hunter2',
      poolMax: 4,
      statementTimeout: 30_000,
      patientIdColumn: 'p.pat_id',
      seriesInstanceUidColumn: 'e.uid',
    });
    // Empty in the file: not set.
    expect(connectors[0]?.settings).not.toHaveProperty('accessionNumberColumn');
  });

  it('know the series column by both spellings, and relaxed names', async () => {
    for (const key of ['serie-instance-uid-column', 'seriesInstanceUidColumn', 'serieInstanceUIDColumn']) {
      const { connectors } = await load(
        connector(`{ uri: 'jdbc:sqlite:a.db', query: { select: 'select 1 from t', ${key}: e.uid } }`),
      );
      expect(connectors[0]?.settings).toMatchObject({ seriesInstanceUidColumn: 'e.uid' });
    }
  });

  it('are refused where the address is missing or none, without a word of what it holds', async () => {
    const missing = await load(connector(`{ query: { select: 'select 1 from t' } }`));
    expect(missing.leftOut[0]?.reasons.join()).toContain('db-connector.uri');
    const wrong = await load(
      connector(`{ uri: 'postgres://me:hunter2@db/x', password: swordfish, query: { select: 'select 1 from t' } }`),
    );
    expect(wrong.leftOut).toHaveLength(1);
    const told = [...wrong.problems.map(renderProblem), ...wrong.leftOut.flatMap(({ reasons }) => reasons)].join();
    expect(told).toContain('JDBC URL');
    expect(told).not.toMatch(/hunter2|swordfish/);
  });

  it('are printed without their passwords, those within the address too', async () => {
    const loaded = await load(
      connector(
        `{ uri: 'jdbc:postgresql://db/x?user=me&password=hunter2', password: swordfish, query: { select: 'select 1 from t' } }`,
      ),
    );
    expect(loaded.connectors).toHaveLength(1);
    expect(renderEffective(loaded)).not.toMatch(/hunter2|swordfish/);
  });
});
