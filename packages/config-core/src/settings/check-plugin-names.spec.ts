import { expect, it } from '@jest/globals';
import { checkConfiguration } from '../check.js';
import { renderProblem } from '../document/problems.js';
import { readConfiguration } from '../read-configuration.js';
import { dicomConnector, samplePlugins } from '../testing/samples.js';
import { sampleViewers } from '../testing/sample-viewers.js';
import { type KnownPlugin } from './known-plugin.js';
import { type KnownViewer } from './viewers.js';

class OtherSettings {}

const ohif = sampleViewers[1]!;

async function check({
  viewers = sampleViewers,
  plugins = samplePlugins,
}: {
  viewers?: KnownViewer[];
  plugins?: KnownPlugin[];
}) {
  const text = `${dicomConnector()}connector.plugins: another\nohif.server.url: https://ohif.example\n`;
  const loaded = checkConfiguration(await readConfiguration([{ name: '1.yml', text }], {}), plugins, viewers);
  return { ...loaded, problems: loaded.problems.map((problem) => `${problem.severity} ${renderProblem(problem)}`) };
}

it.each(['OHIF', 'ohif', 'OH_IF'])(
  'the first of two viewers is used, and the other one is a warning: %s',
  async (name) => {
    const { global, problems } = await check({
      viewers: [...sampleViewers, { ...ohif, name, settings: OtherSettings }],
    });
    expect(problems).toEqual([
      `warning 1.yml:7:20 connector.plugins: found a second viewer with the name ${name}, which is ignored, expected one package for each viewer [configuration.plugin.name-taken]`,
    ]);
    expect(global.viewerSettings['OHIF']).toBeInstanceOf(ohif.settings);
  },
);

it('the first of two plug-ins of a type is used, and the other one is a warning', async () => {
  const { connectors, problems } = await check({
    plugins: [...samplePlugins, { type: 'dicom', settings: OtherSettings }],
  });
  expect(problems).toEqual([
    'warning 1.yml:7:20 connector.plugins: found a second plug-in for the type dicom, which is ignored, expected one package for each type [configuration.plugin.name-taken]',
  ]);
  expect(connectors[0]?.settings).not.toBeInstanceOf(OtherSettings);
});

it('a viewer whose name is a key of the server is a warning', async () => {
  const { problems } = await check({ viewers: [...sampleViewers, { ...ohif, name: 'CACHE' }] });
  expect(problems).toEqual([
    'warning 1.yml:7:20 connector.plugins: found a viewer with the name CACHE, whose settings are below the key cache of the server, expected a viewer with another name [configuration.plugin.name-taken]',
  ]);
});
