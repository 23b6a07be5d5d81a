import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { instanceRows, sampleArchive } from '@pacs-connectors/connector-testkit';
import { type DatabaseServer, startMariadb, startPostgresql, temporaryFolder } from '@pacs-connectors/test-services';
import { startServer } from './server.js';

/** Two databases hold the sample between them; one patient has images in both. */
const SHARED = 'DEMO-1';
let postgresql: DatabaseServer;
let mariadb: DatabaseServer;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let app: NestFastifyApplication;
let url: string;

beforeAll(async () => {
  [postgresql, mariadb, folder] = await Promise.all([startPostgresql(), startMariadb(), temporaryFolder('two')]);
  await Promise.all([fill(postgresql, 0), fill(mariadb, 1)]);
  const file = join(folder.path, 'connectors.yml');
  await writeFile(
    file,
    `connector:\n  timeout: 3s\n  config:${connector('postgresql', postgresql)}${connector('mariadb', mariadb)}`,
  );
  app = await startServer({ configuration: [file], port: 0, host: '127.0.0.1' });
  url = await app.getUrl();
});

afterAll(async () => {
  await app?.close();
  await Promise.allSettled([postgresql?.stop(), mariadb?.stop()]);
  await folder?.remove();
});

/** Every second study of each patient. */
async function fill(database: DatabaseServer, part: number): Promise<void> {
  const mine = new Set(sampleArchive.flatMap(({ studies }) => studies.filter((_, index) => index % 2 === part)));
  const quote = (text = '') => `'${text.replaceAll("'", "''").replaceAll('\\', '\\\\')}'`;
  const rows = instanceRows()
    .filter(({ study }) => mine.has(study))
    .map(({ patient, study, series, instance }) =>
      [
        patient.patientId,
        patient.patientName,
        study.studyInstanceUid,
        study.studyDate,
        series.seriesInstanceUid,
        series.modality,
        instance.sopInstanceUid,
      ].map(quote),
    );
  await database.execute(
    `create table images (pid varchar(64), pname varchar(300), study varchar(64), sdate varchar(8), series varchar(64), modality varchar(16), sop varchar(64));
insert into images values ${rows.map((row) => `(${row.join(', ')})`).join(',\n')};`,
  );
}

function connector(id: string, { jdbcUrl, user, password }: DatabaseServer): string {
  const quotes = id === 'mariadb' ? '`' : '"';
  const columns = {
    pid: 'patientId',
    pname: 'patientName',
    study: 'studyInstanceUid',
    sdate: 'studyDate',
    series: 'seriesInstanceUid',
    modality: 'modality',
    sop: 'sopInstanceUid',
  };
  const select = Object.entries(columns).map(([column, name]) => `${column} as ${quotes}${name}${quotes}`);
  return `
    ${id}:
      type: DB
      wado.authentication.basic.url: http://${id}.example/wado
      db-connector:
        uri: ${jdbcUrl}
        user: ${user}
        password: ${password}
        query:
          select: select ${select.join(', ')} from images
          patient-id-column: pid
          study-instance-uid-column: study
`;
}

async function manifest(query: string) {
  const response = await fetch(`${url}/manifest?${query}`, { headers: { accept: 'application/json' } });
  const body = (await response.json()) as { manifest: { arcQuery: ArcQuery[] } };
  return { status: response.status, byId: new Map(body.manifest.arcQuery.map((one) => [one.arcId, one])) };
}

interface ArcQuery {
  arcId: string;
  queryMode: string;
  Message?: { severity: string; description: string };
  Patient: { Study: { StudyInstanceUID: string }[] }[];
}

const studiesOf = (query?: ArcQuery) =>
  (query?.Patient ?? []).flatMap(({ Study }) => Study.map(({ StudyInstanceUID }) => StudyInstanceUID));

describe('PostgreSQL and MariaDB asked at once', () => {
  const all = sampleArchive
    .filter(({ patientId }) => patientId === SHARED)
    .flatMap(({ studies }) => studies.map(({ studyInstanceUid }) => studyInstanceUid))
    .sort();

  it('give one manifest', async () => {
    const { status, byId } = await manifest(`patientID=${SHARED}`);
    expect(status).toBe(200);
    expect([...byId.keys()]).toEqual(['postgresql', 'mariadb']);
    const parts = [...byId.values()].map(studiesOf);
    for (const part of parts) expect(part.length).toBeGreaterThan(0);
    expect(parts.flat().sort()).toEqual(all);
    for (const { queryMode, Message } of byId.values()) expect([queryMode, Message]).toEqual(['DB', undefined]);
  });

  it('answer without the one that hangs, by its deadline', async () => {
    await mariadb.pause();
    try {
      const start = performance.now();
      const { status, byId } = await manifest(`patientID=${SHARED}`);
      expect(performance.now() - start).toBeLessThan(60_000);
      expect(status).toBe(200);
      expect(byId.get('mariadb')).toMatchObject({ Message: { severity: 'ERROR' }, Patient: [] });
      expect(studiesOf(byId.get('postgresql')).length).toBeGreaterThan(0);
      expect((await manifest(`patientID=${SHARED}&archive=mariadb`)).status).toBe(504);
    } finally {
      await mariadb.resume();
    }
  });

  it('answer without the one that is gone, and with it again once it is back', async () => {
    await postgresql.crash();
    const without = await manifest(`patientID=${SHARED}`);
    expect(without.status).toBe(200);
    const message = without.byId.get('postgresql')?.Message;
    expect(message).toMatchObject({ severity: 'ERROR' });
    expect(message?.description).not.toContain(postgresql.password);
    expect(studiesOf(without.byId.get('mariadb')).length).toBeGreaterThan(0);
    expect((await manifest(`patientID=${SHARED}&archive=postgresql`)).status).toBe(502);
    await postgresql.start();
    const { byId } = await manifest(`patientID=${SHARED}`);
    expect([...byId.values()].flatMap(studiesOf).sort()).toEqual(all);
  });
});
