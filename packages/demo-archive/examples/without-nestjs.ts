import { mkdtemp } from 'node:fs/promises';
import { checkConfiguration, readConfiguration } from '@pacs-connectors/config-core';
import { ConnectorRegistry, emptyCriteria } from '@pacs-connectors/connector-core';
import { DatabasePlugin } from '@pacs-connectors/connector-db';
import { createDemoArchive } from '@pacs-connectors/demo-archive';

const { configuration } = await createDemoArchive(await mkdtemp('demo-'));
const plugins = [new DatabasePlugin()];
const { connectors } = checkConfiguration(await readConfiguration([configuration]), plugins);
const registry = new ConnectorRegistry({ plugins, definitions: connectors });
const criteria = { ...emptyCriteria(), patientIds: [{ id: 'DEMO-1' }] };
for (const connector of registry.select()) {
  const result = await connector.search(criteria, { signal: AbortSignal.timeout(10_000), depth: 'study' });
  console.log(connector.id, JSON.stringify(result));
}
await registry.close();
