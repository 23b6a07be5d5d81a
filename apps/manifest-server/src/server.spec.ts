import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import Database from 'better-sqlite3';
import { startServer } from './server.js';

let folder: string;
let app: NestFastifyApplication;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'manifest-server-'));
  const archive = join(folder, 'archive.db');
  const database = new Database(archive);
  database.exec(
    `create table images (pid, pname, study, series, sop); insert into images values ('7', 'Doe^Jane', '1.2', '1.2.3', '1.2.3.4')`,
  );
  database.close();
  const file = join(folder, 'connectors.yml');
  await writeFile(
    file,
    `connector:
  config:
    main:
      type: DB
      wado:
        authentication:
          basic:
            url: http://pacs.example/wado
      db-connector:
        uri: jdbc:sqlite:${archive}
        query:
          select: select pid as "patientId", pname as "patientName", study as "studyInstanceUid", series as "seriesInstanceUid", sop as "sopInstanceUid" from images
          patient-id-column: pid
`,
  );
  app = await startServer({ configuration: [file], port: 0, host: '127.0.0.1', contextPath: '' });
});

afterAll(async () => {
  await app?.close();
  await rm(folder, { recursive: true });
});

it('answers a manifest from the row of a database', async () => {
  const response = await fetch(`${await app.getUrl()}/manifest?patientID=7`);
  expect(response.status).toBe(200);
  const text = await response.text();
  expect(text).toContain('<Patient PatientID="7" PatientName="Doe^Jane">');
  expect(text).toContain('<Instance SOPInstanceUID="1.2.3.4"/>');
});
