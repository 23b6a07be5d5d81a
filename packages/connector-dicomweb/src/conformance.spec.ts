import { afterAll, beforeAll, it } from '@jest/globals';
import { conformanceCases, instanceRows, part10File, sampleArchive } from '@pacs-connectors/connector-testkit';
import { errors } from './errors/error-codes.js';
import { connectorTo } from './testing/connector-to.js';
import { type FakeQido, startFakeQido } from './testing/fake-qido.js';
import { images, send } from './testing/image-archive.js';
import { scripted } from './testing/scripted-archive.js';

let server: FakeQido;
beforeAll(async () => {
  const files = instanceRows().map((row) => ({ ...row, transferSyntaxUid: '', bytes: part10File(row) }));
  server = await startFakeQido(sampleArchive, {
    before: async ({ url = '', headers }, response) => {
      const isQuery = headers.accept?.includes('json') ?? false;
      if (!isQuery) await send({ files }, url.replace('/dicom/web', ''), response);
      return !isQuery;
    },
  });
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
  retrieves: true,
};

for (const { name, run } of conformanceCases(() => openAt(server.url), { errors, scripted, images, network }))
  it(name, run);
