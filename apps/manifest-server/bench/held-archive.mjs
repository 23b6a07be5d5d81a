// An archive for benchmarks: a plug-in package in a temporary folder. The Study Instance UID (`<name>.<instances>`) states how
// many instances the archive generates. An archive whose configuration has `held.…` answers when the benchmark releases it.
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '@pacs-connectors/test-services';

const MODULES = fileURLToPath(new URL('../../../node_modules/', import.meta.url));

const PLUGIN = `import { createHash } from 'node:crypto';
import { Module } from '@nestjs/common';
import { Setting } from '@pacs-connectors/config-core';
import { ConnectorPluginProvider } from '@pacs-connectors/connector-core/nestjs';

class Settings {}
Setting({ paths: ['held.url'], description: 'Asked before each answer' })(Settings.prototype, 'url');

/** A UID as modalities make them: its digits do not compress. */
const uid = (text) => '2.25.' + BigInt('0x' + createHash('md5').update(text).digest('hex'));

class HeldPlugin {
  type = 'HELD';
  settings = Settings;
  create({ id, settings }) {
    return {
      id,
      type: 'HELD',
      async search({ studyInstanceUids: [study] }, { signal }) {
        if (settings.url) await (await fetch(settings.url, { signal })).text();
        const count = Number(study.split('.').at(-1));
        const instances = Array.from({ length: count }, (_, index) => ({ sopInstanceUid: uid(study + index), instanceNumber: String(index + 1) }));
        const series = [{ seriesInstanceUid: study + '.1', instances }];
        return { patients: [{ patientId: 'P', patientName: 'Doe^Jane', studies: [{ studyInstanceUid: study, series }] }], notices: [] };
      },
      check: async () => ({ latencyMs: 0 }),
      close: async () => undefined,
    };
  }
}
ConnectorPluginProvider()(HeldPlugin);
export default class HeldModule {}
Module({ providers: [HeldPlugin] })(HeldModule);
`;

/** @returns configurations of an archive that answers at once and of one that is held, the questions under way, and how to end. */
export async function startHeldArchive() {
  const folder = await temporaryFolder('bench-launch');
  const own = `${folder.path}/node_modules/held-archive`;
  await mkdir(own, { recursive: true });
  for (const scope of ['@nestjs', '@pacs-connectors'])
    await symlink(MODULES + scope, `${folder.path}/node_modules/${scope}`);
  await writeFile(
    `${own}/package.json`,
    JSON.stringify({
      name: 'held-archive',
      version: '1.0.0',
      type: 'module',
      exports: { './nestjs': './nestjs.js' },
      'pacs-connectors': { plugin: './nestjs' },
    }),
  );
  await writeFile(`${own}/nestjs.js`, PLUGIN);
  const questions = [];
  const server = createServer((_request, response) => questions.push(() => response.end()));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const configuration = async (name, more = '') => {
    const file = `${folder.path}/${name}.yml`;
    const connector = `type: HELD, wado.authentication.basic.url: 'http://images.invalid/wado'${more}`;
    await writeFile(file, `connector:\n  plugins: held-archive\n  config:\n    archive: { ${connector} }\n`);
    return file;
  };
  return {
    folder: folder.path,
    prompt: await configuration('prompt'),
    held: await configuration('held', `, held.url: 'http://127.0.0.1:${server.address().port}/'`),
    questions,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await folder.remove();
    },
  };
}
