import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { installPluginPackage } from './plugin-package.js';

/** One question that an archive was asked. */
export interface AskedQuestion {
  /** The server process that asks. */
  pid: number;
  /** What it asks, after the archive's address. */
  path: string;
  answer(): void;
  /** Resolves when a caller has gone before the answer. */
  cancelled: Promise<void>;
}

/** An archive in the test's own process, which real servers ask over HTTP: it counts, and answers when the test says so. */
export interface RemoteArchive {
  questions: AskedQuestion[];
  /** Answers at once from now on, or not. */
  prompt: boolean;
  url: string;
  /** The part of a configuration file that declares it. */
  configuration: string;
  stop(): Promise<void>;
}

/** Starts it, with the plug-in that asks it installed in the folder that the servers run in. */
export async function startRemoteArchive(folder: string): Promise<RemoteArchive> {
  const archive: RemoteArchive = {
    questions: [],
    prompt: true,
    url: '',
    configuration: '',
    stop: async () => undefined,
  };
  const server = createServer((request, response) => {
    const question = ask(Number(request.headers['x-pid']), request.url ?? '', response);
    archive.questions.push(question);
    if (archive.prompt) question.answer();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  archive.stop = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  archive.url = `http://127.0.0.1:${port}`;
  archive.configuration = `connector:
  plugins: remote-archive
  config:
    remote:
      type: REMOTE
      remote.url: ${archive.url}
      wado.authentication.basic.url: http://images.invalid/wado
`;
  await installPlugin(folder);
  return archive;
}

function ask(pid: number, path: string, response: ServerResponse): AskedQuestion {
  const cancelled = new Promise<void>((resolve) => {
    response.once('close', () => {
      if (!response.writableFinished) resolve();
    });
  });
  const study = new URL(path, 'http://x').searchParams.get('study') ?? '';
  const instances = Array.from({ length: 3 }, (_, index) => ({ sopInstanceUid: `${study}.1.${index + 1}` }));
  const series = [{ seriesInstanceUid: `${study}.1`, instances }];
  const patients = [{ patientId: 'P', patientName: 'Doe^Jane', studies: [{ studyInstanceUid: study, series }] }];
  return { pid, path, cancelled, answer: () => void response.end(JSON.stringify({ patients, notices: [] })) };
}

async function installPlugin(folder: string): Promise<void> {
  await installPluginPackage(
    folder,
    'remote-archive',
    `import { Module } from '@nestjs/common';
import { Setting } from '@pacs-connectors/config-core';
import { ConnectorPluginProvider } from '@pacs-connectors/connector-core/nestjs';

class RemoteSettings {}
Setting({ paths: ['remote.url'], description: 'Address' })(RemoteSettings.prototype, 'url');

let count = 0;

class RemotePlugin {
  type = 'REMOTE';
  settings = RemoteSettings;
  create({ id, settings }) {
    const made = ++count;
    return {
      id,
      type: 'REMOTE',
      search: async ({ studyInstanceUids }, { signal }) => {
        const headers = { 'x-pid': String(process.pid) };
        return (await fetch(settings.url + '/?study=' + studyInstanceUids[0], { signal, headers })).json();
      },
      check: async () => ({ latencyMs: 0, details: { made } }),
      close: async () => console.log('closed: ' + id + ', made as number ' + made),
    };
  }
}
ConnectorPluginProvider()(RemotePlugin);

export default class RemoteModule {}
Module({ providers: [RemotePlugin] })(RemoteModule);
`,
  );
}
