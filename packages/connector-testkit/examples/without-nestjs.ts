import { mkdtemp } from 'node:fs/promises';
import { test } from 'node:test';
import { checkConfiguration, readConfiguration } from '@pacs-connectors/config-core';
import { ConnectorRegistry } from '@pacs-connectors/connector-core';
import { DatabasePlugin } from '@pacs-connectors/connector-db';
import { conformanceCases, sampleArchive } from '@pacs-connectors/connector-testkit';
import { createDemoArchive } from '@pacs-connectors/demo-archive';

// Put your own plug-in and your own archive here. The archive has to contain the patients of sampleArchive.
const plugins = [new DatabasePlugin()];
const { configuration } = await createDemoArchive(await mkdtemp('demo-'), sampleArchive);
const { connectors } = checkConfiguration(await readConfiguration([configuration]), plugins);

const open = async () => {
  const registry = new ConnectorRegistry({ plugins, definitions: connectors });
  return { connector: registry.select()[0]!, close: () => registry.close() };
};
for (const { name, run } of conformanceCases(open)) test(name, { timeout: 60_000 }, run);
