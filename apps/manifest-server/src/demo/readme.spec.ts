import { readFile } from 'node:fs/promises';
import { expect, it } from '@jest/globals';
import { checkConfiguration, readConfiguration } from '@pacs-connectors/config-core';
import { DicomWebPlugin } from '@pacs-connectors/connector-dicomweb';

it('has a configuration in the README that loads without a problem', async () => {
  const readme = await readFile(new URL('../../../../README.md', import.meta.url), 'utf8');
  const text = /```yaml\n(.*?)```/s.exec(readme)?.[1] ?? '';
  const document = await readConfiguration([{ name: 'README.md', text }], {});
  const { connectors, leftOut, problems } = checkConfiguration(document, [new DicomWebPlugin()]);
  expect(connectors.map(({ id }) => id)).toEqual(['orthanc']);
  expect([...leftOut, ...problems]).toEqual([]);
});
