import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { type RetrievedInstance, type RetrieveRequest } from '@pacs-connectors/connector-core';
import { JPEG_BASELINE, readPart10 } from '../fixtures/part10.js';
import { type ConformanceCase } from './conformance-case.js';
import {
  type ImageArchive,
  type ImageArchives,
  type ImageFault,
  imageFiles,
  type StoredFile,
} from './image-archive.js';
import { type TestedArchive, Trial } from './trial.js';

/** Deadline of a retrieval, milliseconds. */
const DEADLINE_MS = 25_000;
/** The limit for "at once", milliseconds. */
const AT_ONCE_MS = 3_000;

/** A retrieval under test. */
class RetrievalTrial {
  constructor(
    readonly archive: ImageArchive,
    readonly trial: Trial,
    private readonly retrievals: (() => number) | undefined,
  ) {}

  get files(): readonly StoredFile[] {
    return this.archive.files;
  }

  retrieve(request: RetrieveRequest, signal = AbortSignal.timeout(DEADLINE_MS)): AsyncIterable<RetrievedInstance> {
    const { connector } = this.trial;
    assert.ok(connector.retrieve, 'the connector has no method retrieve');
    return connector.retrieve(request, signal);
  }

  /** Retrieves until the end or the first error, and checks each file that came whole. */
  async read(request: RetrieveRequest, signal?: AbortSignal): Promise<{ uids: string[]; error?: unknown }> {
    const uids: string[] = [];
    try {
      for await (const instance of this.retrieve(request, signal)) {
        const file = await bytesOf(instance);
        this.expectFile(instance, file);
        uids.push(instance.sopInstanceUid);
      }
    } catch (error) {
      if (error instanceof assert.AssertionError) throw error;
      return { uids: uids.sort(), error };
    }
    return { uids: uids.sort() };
  }

  /** Expects the instances of `expected` once each, whatever their order, and the end. */
  async expectFiles(request: RetrieveRequest, expected: readonly StoredFile[]): Promise<void> {
    const { uids, error } = await this.read(request);
    if (error !== undefined) throw error as Error;
    assert.deepEqual(uids, uidsOf(expected));
  }

  /** Expects that a retrieval throws a ConnectorError after some instances, which are all of `allowed`. */
  async expectFault(request: RetrieveRequest, allowed: readonly StoredFile[]): Promise<string[]> {
    const { uids, error } = await this.read(request);
    assert.notEqual(error, undefined, `a retrieval that lacks something ends without an error, after ${uids.length}`);
    await this.trial.expectRejection(Promise.reject(error as Error));
    const others = uids.filter((uid) => !uidsOf(allowed).includes(uid));
    assert.deepEqual(others, [], 'instances that were not requested');
    assert.equal(new Set(uids).size, uids.length, 'instances that came twice');
    return uids;
  }

  /** Expects that the archive serves no retrieval any more, at once. */
  async expectNoWork(): Promise<void> {
    const start = performance.now();
    while ((this.retrievals?.() ?? 0) > 0) {
      assert.ok(performance.now() - start < AT_ONCE_MS, `the archive still works after ${AT_ONCE_MS} ms`);
      await delay(10);
    }
  }

  private expectFile(instance: RetrievedInstance, file: Buffer): void {
    const { sopInstanceUid, sopClassUid, transferSyntaxUid } = instance;
    const { dataSet, ...meta } = readPart10(file);
    assert.deepEqual(meta, { sopInstanceUid, sopClassUid, transferSyntaxUid }, 'what the file says about itself');
    const stored = this.files.find((one) => one.instance.sopInstanceUid === sopInstanceUid);
    assert.ok(stored, `instance ${sopInstanceUid}, which the archive does not have`);
    if (stored.transferSyntaxUid === JPEG_BASELINE) {
      assert.equal(
        transferSyntaxUid,
        JPEG_BASELINE,
        `transfer syntax of instance ${sopInstanceUid}, which is compressed`,
      );
    }
    if (stored.transferSyntaxUid !== transferSyntaxUid) return;
    assert.ok(dataSet.equals(readPart10(stored.bytes).dataSet), `data set of instance ${sopInstanceUid}`);
  }
}

interface RetrievalCase {
  name: string;
  /** How the archive sends its content. */
  fault?: (files: readonly StoredFile[]) => Pick<ImageArchive, ImageFault>;
  run(retrieval: RetrievalTrial): Promise<void>;
}

const studyOf = (files: readonly StoredFile[]) => {
  const studyInstanceUid = files[0]?.study.studyInstanceUid as string;
  const own = files.filter(({ study }) => study.studyInstanceUid === studyInstanceUid);
  const seriesInstanceUid = own.at(-1)?.series.seriesInstanceUid as string;
  return { request: { studyInstanceUid }, own, seriesInstanceUid };
};
const seriesOf = (files: readonly StoredFile[]) => {
  const { request, own, seriesInstanceUid } = studyOf(files);
  return {
    request: { ...request, seriesInstanceUid },
    own: own.filter(({ series }) => series.seriesInstanceUid === seriesInstanceUid),
  };
};

/** Returns the second instance of a series with the first one of another series. */
function replacement(files: readonly StoredFile[]): Record<string, string> {
  const { own } = seriesOf(files);
  const other = files.find((file) => !own.includes(file));
  return { [own[1]?.instance.sopInstanceUid as string]: other?.instance.sopInstanceUid as string };
}

const RETRIEVAL_CASES: RetrievalCase[] = [
  {
    name: 'retrieves a study: each instance once, as the Part 10 file that is stored',
    async run(retrieval) {
      const { request, own } = studyOf(retrieval.files);
      await retrieval.expectFiles(request, own);
    },
  },
  {
    name: 'retrieves a series, and nothing else of its study',
    async run(retrieval) {
      const { request, own } = seriesOf(retrieval.files);
      await retrieval.expectFiles(request, own);
    },
  },
  {
    name: 'retrieves instances of a series, and no others',
    async run(retrieval) {
      const { request, own } = seriesOf(retrieval.files);
      for (const wanted of [own.slice(1), own.slice(0, 1), own]) {
        await retrieval.expectFiles({ ...request, sopInstanceUids: uidsOf(wanted) }, wanted);
      }
    },
  },
  {
    name: 'yields nothing for what the archive does not have',
    async run(retrieval) {
      const { request } = seriesOf(retrieval.files);
      await retrieval.expectFiles({ studyInstanceUid: '2.25.11' }, []);
      await retrieval.expectFiles({ ...request, seriesInstanceUid: '2.25.12' }, []);
      await retrieval.expectFiles({ ...request, sopInstanceUids: ['2.25.13'] }, []);
    },
  },
  {
    name: 'skips the file of an instance that is not read',
    async run(retrieval) {
      const { request, own } = studyOf(retrieval.files);
      const uids: string[] = [];
      for await (const instance of retrieval.retrieve(request)) {
        uids.push(instance.sopInstanceUid);
        if (uids.length % 2 === 0) assert.equal(readPart10(await bytesOf(instance)).sopInstanceUid, uids.at(-1));
      }
      assert.deepEqual(uids.sort(), uidsOf(own));
    },
  },
  {
    name: 'retrieves several studies at the same time, each whole',
    async run(retrieval) {
      const studies = [...new Set(retrieval.files.map(({ study }) => study.studyInstanceUid))];
      const requests = [...studies, ...studies, ...studies];
      await Promise.all(
        requests.map((studyInstanceUid) => {
          const own = retrieval.files.filter(({ study }) => study.studyInstanceUid === studyInstanceUid);
          return retrieval.expectFiles({ studyInstanceUid }, own);
        }),
      );
    },
  },
  {
    name: 'ends the work of the archive when the reader leaves between two instances',
    fault: () => ({ stallsAfter: 2 }),
    async run(retrieval) {
      const { request } = studyOf(retrieval.files);
      let count = 0;
      for await (const instance of retrieval.retrieve(request)) {
        await bytesOf(instance);
        if (++count === 2) break;
      }
      assert.equal(count, 2);
      await retrieval.expectNoWork();
    },
  },
  {
    name: 'ends the work of the archive when the reader leaves within a file, and retrieves afterwards',
    async run(retrieval) {
      const { request, own } = studyOf(retrieval.files);
      for await (const { file } of retrieval.retrieve(request)) {
        for await (const piece of file) if (piece.length > 0) break;
        break;
      }
      await retrieval.expectNoWork();
      await retrieval.expectFiles(request, own);
    },
  },
  {
    name: 'throws "cancelled" if the caller left before the retrieval',
    async run(retrieval) {
      const { request, own } = studyOf(retrieval.files);
      await retrieval.trial.expectRejection(firstOf(retrieval.retrieve(request, AbortSignal.abort())), 'cancelled');
      await retrieval.expectFiles(request, own);
    },
  },
  {
    name: 'throws "cancelled" at once when the caller leaves, and ends the work of the archive',
    fault: () => ({ stallsAfter: 1 }),
    run: (retrieval) => expectAborted(retrieval, new DOMException('left', 'AbortError'), 'cancelled'),
  },
  {
    name: 'throws "timeout" at once when the deadline passes, and ends the work of the archive',
    fault: () => ({ stallsAfter: 1 }),
    run: (retrieval) => expectAborted(retrieval, new DOMException('timeout', 'TimeoutError'), 'timeout'),
  },
  {
    name: 'throws after the instances that came before the connection broke, and never yields a part of a file as a whole',
    fault: () => ({ breaksAfter: 2 }),
    async run(retrieval) {
      const { request, own } = studyOf(retrieval.files);
      const uids = await retrieval.expectFault(request, own);
      assert.ok(uids.length >= 2, `of 2 instances that came whole, ${uids.length} were yielded`);
    },
  },
  {
    name: 'throws if the archive sends fewer instances than it lists',
    fault: (files) => ({ omitted: uidsOf(studyOf(files).own).slice(1, 3) }),
    async run(retrieval) {
      const { request, own } = studyOf(retrieval.files);
      const uids = await retrieval.expectFault(request, own);
      assert.deepEqual(
        uids,
        uidsOf(own).filter((uid) => !retrieval.archive.omitted?.includes(uid)),
      );
    },
  },
  {
    name: 'does not yield another instance than the one that is named, and throws',
    fault: (files) => ({ replaced: replacement(files) }),
    async run(retrieval) {
      const { request, own } = seriesOf(retrieval.files);
      await retrieval.expectFault({ ...request, sopInstanceUids: uidsOf(own.slice(1, 2)) }, []);
    },
  },
  {
    name: 'does not yield an instance that the archive does not list in the series, and throws',
    // Only an archive that says what a series has can be found out.
    fault: (files) => ({ replaced: replacement(files), omitted: [] }),
    async run(retrieval) {
      const { request, own } = seriesOf(retrieval.files);
      await retrieval.expectFault(request, own);
    },
  },
  {
    name: 'ends retrievals when it is closed',
    fault: () => ({ stallsAfter: 1 }),
    async run(retrieval) {
      const { request } = studyOf(retrieval.files);
      const { first, end } = reading(retrieval.retrieve(request));
      await first;
      await retrieval.trial.connector.close();
      await retrieval.trial.expectRejection(end);
      await retrieval.expectNoWork();
    },
  },
];

async function expectAborted(retrieval: RetrievalTrial, reason: unknown, kind: 'cancelled' | 'timeout'): Promise<void> {
  const caller = new AbortController();
  const { request } = studyOf(retrieval.files);
  const { first, end } = reading(retrieval.retrieve(request, caller.signal));
  await first;
  caller.abort(reason);
  await retrieval.trial.expectRejection(end, kind);
  await retrieval.expectNoWork();
}

/** Returns the tests of `Connector.retrieve` that the archive can serve, each with its own archive. */
export function retrievalCases({ open, impossible = {} }: ImageArchives, tested: TestedArchive): ConformanceCase[] {
  return RETRIEVAL_CASES.flatMap(({ name, fault, run }, index) => {
    const files = imageFiles(`R-${index + 1}`);
    const archive: ImageArchive = { files, ...fault?.(files) };
    if ((Object.keys(archive) as (keyof ImageArchive)[]).some((key) => key !== 'files' && impossible[key])) return [];
    return {
      name,
      async run() {
        const { connector, close, retrievals } = await open(archive);
        try {
          await run(new RetrievalTrial(archive, new Trial(connector, tested), retrievals));
        } finally {
          await close();
        }
      },
    };
  });
}

/** Reads everything. @returns when the first instance has come whole, and when the retrieval has ended */
function reading(instances: AsyncIterable<RetrievedInstance>): { first: Promise<void>; end: Promise<void> } {
  let onFirst: () => void = () => undefined;
  const first = new Promise<void>((resolve) => (onFirst = resolve));
  const end = (async () => {
    for await (const instance of instances) {
      await bytesOf(instance);
      onFirst();
    }
  })();
  end.catch(() => undefined);
  return { first: Promise.race([first, end]), end };
}

async function firstOf(instances: AsyncIterable<RetrievedInstance>): Promise<unknown> {
  for await (const instance of instances) return instance;
  return undefined;
}

/** Returns the whole file of an instance. */
export async function bytesOf({ file }: RetrievedInstance): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of file) pieces.push(piece);
  return Buffer.concat(pieces);
}

function uidsOf(files: readonly StoredFile[]): string[] {
  return files.map(({ instance }) => instance.sopInstanceUid).sort();
}
