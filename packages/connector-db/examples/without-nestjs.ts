import { emptyCriteria } from '@pacs-connectors/connector-core';
import { DatabaseConnector } from '@pacs-connectors/connector-db';

const settings = {
  uri: process.env.DB_URI ?? 'jdbc:postgresql://db.example.org/pacs',
  user: process.env.DB_USER,
  password: process.env.DB_PASSWORD,
  select:
    'select pid as patientId, study as studyInstanceUid, series as seriesInstanceUid, sop as sopInstanceUid from images',
  patientIdColumn: 'pid',
};
const connector = new DatabaseConnector({ id: 'main', type: 'DB', deactivated: [], settings });
const criteria = { ...emptyCriteria(), patientIds: [{ id: '4711' }] };
const result = await connector.search(criteria, { signal: AbortSignal.timeout(10_000), depth: 'instance' });
console.log(JSON.stringify(result));
await connector.close();
