import { readdir, readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { checkConfiguration, readConfiguration } from '@pacs-connectors/config-core';
import { DicomWebPlugin } from './dicomweb-plugin.js';

const recipes = new URL('../../../docs/recipes/', import.meta.url);
const pages = (await readdir(recipes)).filter((name) => /^dicomweb-.+\.md$/.test(name));

async function yamlOf(page: URL): Promise<string> {
  const blocks = (await readFile(page, 'utf8')).matchAll(/^```yaml\n([\s\S]*?)^```$/gm);
  return [...blocks].map(([, block]) => block).join('\n');
}

describe('the configuration in', () => {
  it.each([
    ...pages.map((name) => [name, new URL(name, recipes)] as const),
    ['README.md', new URL('../README.md', import.meta.url)] as const,
  ])('%s makes a connector', async (name, page) => {
    // A store is not on this machine.
    const text = (await yamlOf(page)).replace(/^.*truststore:.*$/m, '');
    const document = await readConfiguration([{ name, text }], {});
    const plugin = new DicomWebPlugin();
    const { connectors, leftOut, problems } = checkConfiguration(document, [plugin]);
    expect([leftOut, problems.filter(({ severity }) => severity === 'error')]).toEqual([[], []]);
    expect(connectors).toHaveLength(1);
    for (const definition of connectors) await plugin.create(definition as never).close();
  });
});
