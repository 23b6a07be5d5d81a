import { afterAll, beforeAll, it } from '@jest/globals';
import { conformanceCases, sampleArchive } from '@pacs-connectors/connector-testkit';
import { errors } from './errors/error-codes.js';
import { connectorTo } from './testing/connector-to.js';
import { type FakeQido, startFakeQido } from './testing/fake-qido.js';
import { scripted } from './testing/scripted-archive.js';

let server: FakeQido;
beforeAll(async () => {
  server = await startFakeQido(sampleArchive);
});
afterAll(() => server.stop());

const openAt = (url: string) => {
  const connector = connectorTo(url);
  return Promise.resolve({ connector, close: () => connector.close() });
};
const network = {
  // The server's port is known when it has started.
  get target() {
    return { host: '127.0.0.1', port: Number(new URL(server.url).port) };
  },
  openVia: ({ port }: { port: number }) => openAt(server.url.replace(/:\d+/, `:${port}`)),
};

for (const { name, run } of conformanceCases(() => openAt(server.url), { errors, scripted, network })) it(name, run);
