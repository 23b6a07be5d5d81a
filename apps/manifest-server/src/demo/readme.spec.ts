import { readFile } from 'node:fs/promises';
import { expect, it } from '@jest/globals';
import { checkConfiguration, readConfiguration } from '@pacs-connectors/config-core';
import { DatabasePlugin } from '@pacs-connectors/connector-db';

it('has a configuration in the README that loads without a problem', async () => {
  const readme = await readFile(new URL('../../../../README.md', import.meta.url), 'utf8');
  const text = /```yaml\n(.*?)```/s.exec(readme)?.[1] ?? '';
  const environment = { WADO_PASSWORD: 'secret', DB_PASSWORD: 'secret' };
  const document = await readConfiguration([{ name: 'README.md', text }], environment);
  const { connectors, leftOut, problems } = checkConfiguration(document, [new DatabasePlugin()]);
  expect(connectors.map(({ id }) => id)).toEqual(['main']);
  expect([...leftOut, ...problems]).toEqual([]);
});
