import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import {
  type Connector,
  ConnectorError,
  type ConnectorStatus,
  type RetrievedInstance,
  type RetrieveRequest,
  type SearchResult,
} from '@pacs-connectors/connector-core';
import { readPart10 } from '../fixtures/part10.js';
import { conformanceCases, type ImageArchive, type StoredFile } from './index.js';

/** What an archive sends: the bytes of instances in pieces, then its end, its silence, or a broken connection. */
class MemoryServer {
  retrievals = 0;

  constructor(private readonly archive: ImageArchive) {}

  list({ studyInstanceUid, seriesInstanceUid, sopInstanceUids }: RetrieveRequest): StoredFile[] {
    return this.archive.files.filter(
      ({ study, series, instance }) =>
        study.studyInstanceUid === studyInstanceUid &&
        (seriesInstanceUid ?? series.seriesInstanceUid) === series.seriesInstanceUid &&
        (sopInstanceUids ?? [instance.sopInstanceUid]).includes(instance.sopInstanceUid),
    );
  }

  async *send(request: RetrieveRequest, signal: AbortSignal): AsyncGenerator<Sent> {
    const { omitted = [], replaced = {}, breaksAfter, stallsAfter } = this.archive;
    this.retrievals++;
    try {
      let sent = 0;
      for (const listed of this.list(request).reverse()) {
        const { sopInstanceUid } = listed.instance;
        if (omitted.includes(sopInstanceUid)) continue;
        const uid = replaced[sopInstanceUid] ?? sopInstanceUid;
        const file = this.archive.files.find(({ instance }) => instance.sopInstanceUid === uid) ?? listed;
        await setImmediate(undefined, { signal });
        const isHalf = sent++ === (breaksAfter ?? stallsAfter);
        const fault = async () => {
          if (breaksAfter !== undefined) throw new Error('the connection broke');
          await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
        };
        yield { file, second: () => (isHalf ? fault() : Promise.resolve()) };
        if (isHalf) await fault();
      }
    } finally {
      this.retrievals--;
    }
  }
}

interface Sent {
  file: StoredFile;
  /** Resolves when the second half of the file has come. */
  second(): Promise<void>;
}

/** A correct connector to a {@link MemoryServer}. Each test below breaks one thing. */
class RetrievingConnector implements Connector {
  readonly id = 'memory';
  readonly type = 'MEMORY';
  protected readonly closing = new AbortController();

  constructor(protected readonly server: MemoryServer) {}

  async *retrieve(request: RetrieveRequest, signal: AbortSignal): AsyncGenerator<RetrievedInstance> {
    const end = AbortSignal.any([signal, this.closing.signal]);
    try {
      end.throwIfAborted();
      const missing = new Set(this.server.list(request).map(({ instance }) => instance.sopInstanceUid));
      for await (const sent of this.server.send(request, end)) {
        const { sopInstanceUid } = sent.file.instance;
        if (!this.isWanted(sopInstanceUid, missing)) continue;
        missing.delete(sopInstanceUid);
        yield this.instanceOf(sent, signal);
      }
      this.checkComplete(missing.size);
    } catch (error) {
      throw this.errorOf(error, signal);
    }
  }

  protected isWanted(sopInstanceUid: string, missing: ReadonlySet<string>): boolean {
    return missing.has(sopInstanceUid);
  }

  protected checkComplete(missing: number): void {
    if (missing > 0) throw new ConnectorError(this.id, 'protocol', `${missing} instances are missing`);
  }

  protected instanceOf({ file, second }: Sent, signal: AbortSignal): RetrievedInstance {
    const { sopClassUid, sopInstanceUid, transferSyntaxUid } = readPart10(file.bytes);
    const rest = () => second().catch((error: unknown) => Promise.reject(this.errorOf(error, signal)));
    return { sopClassUid, sopInstanceUid, transferSyntaxUid, file: this.pieces(file.bytes, rest) };
  }

  protected async *pieces(bytes: Buffer, second: () => Promise<void>): AsyncGenerator<Uint8Array> {
    yield bytes.subarray(0, 300);
    await second();
    yield bytes.subarray(300);
  }

  protected errorOf(error: unknown, signal: AbortSignal): Error {
    if (signal.aborted) return ConnectorError.aborted(this.id, signal);
    return ConnectorError.from(this.id, error, 'unavailable');
  }

  search(): Promise<SearchResult> {
    return Promise.resolve({ patients: [], notices: [] });
  }

  check(): Promise<ConnectorStatus> {
    return Promise.resolve({ latencyMs: 0 });
  }

  close(): Promise<void> {
    this.closing.abort();
    return Promise.resolve();
  }
}

type Kind = new (server: MemoryServer) => Connector;

const casesOf = (kind: Kind, impossible = {}) => {
  const open = (archive: ImageArchive) => {
    const server = new MemoryServer(archive);
    const connector = new kind(server);
    return Promise.resolve({ connector, close: () => connector.close(), retrievals: () => server.retrievals });
  };
  const none = () => open({ files: [] });
  const others = conformanceCases(none).length;
  return conformanceCases(none, { images: { open, impossible } }).slice(others);
};

describe('a correct connector that retrieves', () => {
  for (const { name, run } of casesOf(RetrievingConnector)) it(name, run);
});

it('leaves out the tests of what the archive cannot do', () => {
  const all = casesOf(RetrievingConnector).map(({ name }) => name);
  const fewer = casesOf(RetrievingConnector, { omitted: 'The archive lists nothing.' }).map(({ name }) => name);
  expect(all.filter((name) => !fewer.includes(name))).toEqual([
    'throws if the archive sends fewer instances than it lists',
    'does not yield an instance that the archive does not list in the series, and throws',
  ]);
});

describe('finds the fault of a connector that', () => {
  const faulty: Record<string, [Kind, string]> = {
    'has no retrieve': [
      class extends RetrievingConnector {
        override retrieve = undefined as never;
      },
      'retrieves a study: each instance once, as the Part 10 file that is stored',
    ],
    'ignores the series': [
      class extends RetrievingConnector {
        override retrieve({ studyInstanceUid }: RetrieveRequest, signal: AbortSignal) {
          return super.retrieve({ studyInstanceUid }, signal);
        }
      },
      'retrieves a series, and nothing else of its study',
    ],
    'returns the data set without File Meta Information': [
      class extends RetrievingConnector {
        protected override pieces(bytes: Buffer, second: () => Promise<void>) {
          return super.pieces(readPart10(bytes).dataSet, second);
        }
      },
      'retrieves a study: each instance once, as the Part 10 file that is stored',
    ],
    'names another transfer syntax': [
      class extends RetrievingConnector {
        protected override instanceOf(sent: Sent, signal: AbortSignal) {
          return { ...super.instanceOf(sent, signal), transferSyntaxUid: '1.2.840.10008.1.2' };
        }
      },
      'retrieves a study: each instance once, as the Part 10 file that is stored',
    ],
    'ends silently if instances are missing': [
      class extends RetrievingConnector {
        protected override checkComplete() {
          return;
        }
      },
      'throws if the archive sends fewer instances than it lists',
    ],
    'passes on whatever comes': [
      class extends RetrievingConnector {
        protected override isWanted() {
          return true;
        }
      },
      'does not yield another instance than the one that is named, and throws',
    ],
    'takes a part of a file for a whole one': [
      class extends RetrievingConnector {
        protected override async *pieces(bytes: Buffer, second: () => Promise<void>) {
          yield bytes.subarray(0, 300);
          if (await second().catch(() => 'broken')) return;
          yield bytes.subarray(300);
        }
      },
      'throws after the instances that came before the connection broke, and never yields a part of a file as a whole',
    ],
    'collects everything first': [
      class extends RetrievingConnector {
        override async *retrieve(request: RetrieveRequest, signal: AbortSignal) {
          const all: RetrievedInstance[] = [];
          for await (const instance of super.retrieve(request, signal)) all.push(instance);
          yield* all;
        }
      },
      'throws after the instances that came before the connection broke, and never yields a part of a file as a whole',
    ],
    'does not end the work when the reader leaves': [
      class extends RetrievingConnector {
        override async *retrieve(request: RetrieveRequest, signal: AbortSignal) {
          const instances = super.retrieve(request, signal)[Symbol.asyncIterator]();
          for (let next = await instances.next(); !next.done; next = await instances.next()) yield next.value;
        }
      },
      'ends the work of the archive when the reader leaves between two instances',
    ],
    'ignores that the caller has left': [
      class extends RetrievingConnector {
        override retrieve(request: RetrieveRequest) {
          return super.retrieve(request, new AbortController().signal);
        }
      },
      'throws "cancelled" at once when the caller leaves, and ends the work of the archive',
    ],
    'throws another error than a ConnectorError': [
      class extends RetrievingConnector {
        protected override errorOf(error: unknown) {
          return error as Error;
        }
      },
      'throws "timeout" at once when the deadline passes, and ends the work of the archive',
    ],
    'goes on after it was closed': [
      class extends RetrievingConnector {
        override close() {
          return Promise.resolve();
        }
      },
      'ends retrievals when it is closed',
    ],
  };
  for (const [fault, [kind, name]] of Object.entries(faulty)) {
    it(fault, async () => {
      const found = casesOf(kind).find((one) => one.name === name);
      await expect(found?.run()).rejects.toMatchObject({ name: expect.stringMatching(/Error/) });
    });
  }
});
