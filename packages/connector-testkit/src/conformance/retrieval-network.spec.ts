import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import {
  type Connector,
  ConnectorError,
  type ConnectorStatus,
  type RetrievedInstance,
  type RetrieveRequest,
  type SearchResult,
} from '@pacs-connectors/connector-core';
import { type Address } from '../fixtures/fault-proxy.js';
import { part10File, readPart10 } from '../fixtures/part10.js';
import { instanceRows } from '../fixtures/sample-archive.js';
import { conformanceCases } from './index.js';

const target = { host: '127.0.0.1', port: 0 };
let server: Server;

/** Sends the files of a study, each after its length, and then a length of 0. */
beforeAll(async () => {
  server = createServer(({ url }, response) => {
    const rows = instanceRows().filter(({ study }) => `/${study.studyInstanceUid}` === url);
    for (const file of rows.map((row) => part10File(row))) {
      const length = Buffer.alloc(4);
      length.writeUInt32LE(file.length);
      response.write(Buffer.concat([length, file]));
    }
    response.end(Buffer.alloc(4));
  });
  await once(server.listen(0, target.host), 'listening');
  target.port = (server.address() as AddressInfo).port;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** A correct connector to this server. */
class HttpConnector implements Connector {
  readonly id = 'http';
  readonly type = 'HTTP';

  constructor(private readonly address: Address) {}

  async *retrieve({ studyInstanceUid }: RetrieveRequest, signal: AbortSignal): AsyncGenerator<RetrievedInstance> {
    try {
      const response = await fetch(`http://${this.address.host}:${this.address.port}/${studyInstanceUid}`, { signal });
      let received = Buffer.alloc(0);
      for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
        received = Buffer.concat([received, chunk]);
        while (received.length >= 4 && received.length >= 4 + received.readUInt32LE(0)) {
          const length = received.readUInt32LE(0);
          if (length === 0) return;
          yield this.instanceOf(received.subarray(4, 4 + length));
          received = received.subarray(4 + length);
        }
      }
      throw new Error('the answer is cut');
    } catch (error) {
      if (signal.aborted) throw ConnectorError.aborted(this.id, signal);
      throw ConnectorError.from(this.id, error, 'unavailable');
    }
  }

  protected instanceOf(bytes: Buffer): RetrievedInstance {
    const { sopClassUid, sopInstanceUid, transferSyntaxUid } = readPart10(bytes);
    const file = (async function* () {
      yield bytes;
    })();
    return { sopClassUid, sopInstanceUid, transferSyntaxUid, file };
  }

  search(): Promise<SearchResult> {
    return Promise.resolve({ patients: [], notices: [] });
  }

  check(): Promise<ConnectorStatus> {
    return Promise.resolve({ latencyMs: 0 });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** Takes a broken connection for the end. */
class CarelessConnector extends HttpConnector {
  override async *retrieve(request: RetrieveRequest, signal: AbortSignal): AsyncGenerator<RetrievedInstance> {
    try {
      yield* super.retrieve(request, signal);
    } catch {
      return;
    }
  }
}

function caseFor(connector: new (address: Address) => Connector) {
  const openVia = (address: Address) => {
    const opened = new connector(address);
    return Promise.resolve({ connector: opened, close: () => opened.close() });
  };
  const cases = conformanceCases(() => openVia(target), { network: { target, openVia, retrieves: true } });
  const found = cases.at(-1);
  expect(found?.name).toMatch(/^retrieves whole instances or throws/);
  return found;
}

it('passes a connector that retrieves whole instances or throws', () => caseFor(HttpConnector)?.run());

it('finds the fault of a connector that takes a broken connection for the end', async () => {
  await expect(caseFor(CarelessConnector)?.run()).rejects.toThrow(/ends without an error/);
});
