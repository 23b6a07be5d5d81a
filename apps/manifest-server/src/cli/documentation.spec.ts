import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  checkConfiguration,
  effectiveConfiguration,
  type KnownPlugin,
  type LoadedConfiguration,
  readConfiguration,
  renderProblem,
} from '@pacs-connectors/config-core';
import { ConnectorRegistry } from '@pacs-connectors/connector-core';
import { findPlugins } from '../boot/find-plugins.js';

const pages = ['configuration', 'launching'].map((name) => new URL(`../../../../docs/${name}.md`, import.meta.url));
const document = (await Promise.all(pages.map((page) => readFile(page, 'utf8')))).join('\n');
const examples = [...document.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, text]) => text!);

/** For examples that show other keys than those of connectors. Rules may need two archives. */
const connector = `connector:
  config:
    archive:
      type: DICOM
      wado.authentication.basic.url: http://pacs.example/wado
      dicom-connector: { calling-aet: A, aet: B, host: pacs.example, port: 104 }
    second:
      type: DICOM
      wado.authentication.basic.url: http://second.example/wado
      dicom-connector: { calling-aet: A, aet: C, host: second.example, port: 104 }
`;

let plugins: Awaited<ReturnType<typeof findPlugins>>['plugins'];
let viewers: Awaited<ReturnType<typeof findPlugins>>['viewers'];

beforeAll(async () => {
  ({ plugins, viewers } = await findPlugins([]));
});

async function load(text: string): Promise<LoadedConfiguration> {
  const sources = [
    ...(/^ {2}config:/m.test(text) ? [] : [{ name: 'base.yml', text: connector }]),
    { name: 'example.yml', text },
  ];
  return checkConfiguration(await readConfiguration(sources, {}), plugins as KnownPlugin[], viewers);
}

describe('the examples of docs/configuration.md and launching.md', () => {
  it('are there', () => expect(examples.length).toBeGreaterThan(8));

  it.each(examples.map((text, index) => ({ text, title: `${index + 1}: ${text.split('\n', 1)[0]}` })))(
    '$title',
    async ({ text }) => {
      const loaded = await load(text);
      expect(loaded.problems.map(renderProblem)).toEqual([]);
      const registry = new ConnectorRegistry({ plugins, definitions: loaded.connectors });
      // Reading it again makes no new connector.
      expect(registry.update({ definitions: (await load(text)).connectors })).toEqual([]);
      await registry.close();
      expect(registry.leftOut).toEqual([]);
      expect(registry.connectors.length).toBeGreaterThan(0);
    },
  );

  it('mean the same in both layouts', async () => {
    for (const type of ['DB', 'DICOM']) {
      const [first, second] = ['First', 'Second'].map((layout) =>
        examples.find((text) => text.startsWith(`# ${layout} layout`) && text.includes(`type: ${type}\n`)),
      );
      const [one, two] = await Promise.all([load(first!), load(second!)]);
      const retrieval = { type: undefined };
      const comparable = (loaded: LoadedConfiguration) => {
        const [only] = loaded.connectors;
        Object.assign(only!.retrieval, retrieval);
        return effectiveConfiguration(loaded);
      };
      expect(comparable(two)).toEqual(comparable(one));
    }
  });
});
