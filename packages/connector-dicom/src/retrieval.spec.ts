import { afterEach, describe, expect, it } from '@jest/globals';
import { type RetrievedInstance, type RetrieveRequest } from '@pacs-connectors/connector-core';
import { type DicomConnector } from './dicom-connector.js';
import { type DicomSettings } from './dicom-settings.js';
import { type GetInstance, type GetScp, type GetScript, startGetScp } from './testing/get-scp.js';
import { connectorTo, retrieveFrom } from './testing/settings.js';

const running: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of running.splice(0).reverse()) await one.stop();
});

const STUDY = '2.25.950';
const INSTANCES: GetInstance[] = [1, 2, 3, 4, 5].map((number) => ({
  studyInstanceUid: STUDY,
  seriesInstanceUid: `${STUDY}.${number % 2}`,
  sopInstanceUid: `${STUDY}.0.${number}`,
}));
const uidsOf = (instances: readonly GetInstance[]) => instances.map(({ sopInstanceUid }) => sopInstanceUid);

async function start(
  script: GetScript,
  settings: Partial<DicomSettings> = {},
): Promise<{ scp: GetScp; connector: DicomConnector }> {
  const scp = await startGetScp(script);
  const connector = connectorTo(scp, settings);
  running.push(scp, { stop: () => connector.close() });
  return { scp, connector };
}

/** Reads everything. @returns what came, and the error that ended it. */
async function retrieve(
  connector: DicomConnector,
  request: Partial<RetrieveRequest> = {},
): Promise<{ uids: string[]; error: unknown }> {
  const uids: string[] = [];
  try {
    const signal = AbortSignal.timeout(30_000);
    for await (const instance of retrieveFrom(connector, { studyInstanceUid: STUDY, ...request }, signal)) {
      expect(await sizeOf(instance)).toBeGreaterThan(132);
      uids.push(instance.sopInstanceUid);
    }
  } catch (error) {
    return { uids, error };
  }
  return { uids, error: undefined };
}

async function sizeOf({ file }: RetrievedInstance): Promise<number> {
  let size = 0;
  for await (const part of file) size += part.length;
  return size;
}

const sendAll: GetScript['get'] = async (reply) => {
  for (const instance of INSTANCES) await reply.store(instance);
  await reply.end({ completed: INSTANCES.length });
};

describe('a C-GET', () => {
  it.each([
    ['that the archive lists', INSTANCES],
    ['of an archive without C-FIND for it', undefined],
  ])('gives every image %s', async (_, lists) => {
    const { connector } = await start({ lists, get: sendAll });
    expect(await retrieve(connector)).toEqual({ uids: uidsOf(INSTANCES), error: undefined });
  });

  it.each<[string, readonly GetInstance[] | undefined, GetScript['get'], number, RegExp]>([
    [
      'lists more than it sends',
      INSTANCES,
      async (reply) => {
        for (const instance of INSTANCES.slice(0, 3)) await reply.store(instance);
        await reply.end({ completed: 3 });
      },
      3,
      /sent 3 of 5 images; 2 are missing/,
    ],
    [
      'counts more than it sends',
      undefined,
      async (reply) => {
        for (const instance of INSTANCES.slice(0, 4)) await reply.store(instance);
        await reply.end({ completed: 5 });
      },
      4,
      /sent 4 of 5 images/,
    ],
    [
      'names failed sub-operations and warnings',
      undefined,
      async (reply) => {
        await reply.store(INSTANCES[0] as GetInstance);
        await reply.end({ status: 0xb000, completed: 0, failed: 4, warnings: 1 });
      },
      1,
      /4 are missing: 4 sub-operations failed, 1 had warnings, status 0xB000/,
    ],
  ])('that %s is an error for what is missing', async (_, lists, get, count, text) => {
    const { connector } = await start({ lists, get });
    const { uids, error } = await retrieve(connector);
    expect(uids.slice(0, count)).toEqual(uidsOf(INSTANCES.slice(0, count)));
    expect(new Set(uids).size).toBe(uids.length);
    expect(error).toMatchObject({
      name: 'ConnectorError',
      connectorId: 'pacs',
      code: 'dicom.retrieve.incomplete',
      message: expect.stringMatching(text),
    });
  });

  it.each<[string, GetInstance, string | undefined]>([
    ['of another study', { ...(INSTANCES[1] as GetInstance), studyInstanceUid: '2.25.951' }, undefined],
    ['under another UID than its own', INSTANCES[1] as GetInstance, `${STUDY}.0.9`],
  ])('does not pass on an image %s', async (_, wrong, announced) => {
    const statuses: number[] = [];
    const { connector } = await start({
      lists: INSTANCES.slice(0, 2),
      get: async (reply) => {
        statuses.push(await reply.store(INSTANCES[0] as GetInstance), await reply.store(wrong, announced));
        await reply.end({ completed: 1, failed: 1 });
      },
    });
    const { uids, error } = await retrieve(connector);
    expect(uids).toEqual(uidsOf(INSTANCES.slice(0, 1)));
    expect(statuses.slice(0, 2)).toEqual([0, 0xa900]);
    expect(error).toMatchObject({ code: 'dicom.retrieve.other-instance' });
  });

  it('passes on an image that came to the study meanwhile', async () => {
    const { connector } = await start({ lists: INSTANCES.slice(0, 3), get: sendAll });
    expect(await retrieve(connector)).toEqual({ uids: uidsOf(INSTANCES), error: undefined });
  });

  it.each<[string, GetScript, string]>([
    ['offers no C-GET', { lists: INSTANCES, get: sendAll, offersGet: false }, 'dicom.retrieve.not-offered'],
    ['refuses it', { get: (reply) => reply.end({ status: 0xa702 }) }, 'dicom.find.out-of-resources'],
    [
      'aborts half way',
      {
        lists: INSTANCES,
        get: async (reply) => {
          await reply.store(INSTANCES[0] as GetInstance);
          reply.abort();
        },
      },
      'dicom.association.aborted',
    ],
  ])('of an archive that %s has that as its error', async (_, script, code) => {
    const { connector } = await start(script);
    expect((await retrieve(connector)).error).toMatchObject({ name: 'ConnectorError', code });
  });

  it('of an archive that falls silent ends after response-timeout', async () => {
    const { connector } = await start(
      { lists: INSTANCES, get: () => new Promise(() => undefined) },
      { responseTimeoutMs: 500 },
    );
    expect((await retrieve(connector)).error).toMatchObject({ kind: 'timeout', code: 'dicom.response.timeout' });
  });
});

describe('a reader', () => {
  const large: GetInstance[] = INSTANCES.map((one) => ({
    ...one,
    attributes: { 0x7fe00010: Buffer.alloc(8_000_000) },
  }));
  const get =
    (sent: { count: number }): GetScript['get'] =>
    async (reply) => {
      for (const instance of large) {
        await reply.store(instance);
        sent.count += 1;
      }
      await reply.end({ completed: large.length });
    };

  it('that is slow slows down the archive', async () => {
    const sent = { count: 0 };
    const { connector } = await start({ lists: INSTANCES, get: get(sent) });
    const instances = retrieveFrom(connector, { studyInstanceUid: STUDY }, AbortSignal.timeout(30_000));
    await instances.next();
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(sent.count).toBe(0);
    await instances.return();
  });

  it('that leaves ends the retrieval, and its association is free', async () => {
    const { connector, scp } = await start({ lists: INSTANCES, get: get({ count: 0 }) }, { maxAssociations: 1 });
    const instances = retrieveFrom(connector, { studyInstanceUid: STUDY }, AbortSignal.timeout(30_000));
    await instances.next();
    await instances.return();
    await connector.check(AbortSignal.timeout(10_000));
    expect([scp.aborts, connector.connections()]).toEqual([1, { inUse: 0, idle: 1, limit: 1 }]);
  });

  it('whose signal aborts gets that error from the file', async () => {
    const { connector } = await start({ lists: INSTANCES, get: get({ count: 0 }) });
    const end = new AbortController();
    const instances = retrieveFrom(connector, { studyInstanceUid: STUDY }, end.signal);
    const { value } = await instances.next();
    end.abort();
    await expect(sizeOf(value as RetrievedInstance)).rejects.toMatchObject({
      name: 'ConnectorError',
      kind: 'cancelled',
    });
    await expect(instances.next()).rejects.toMatchObject({ kind: 'cancelled' });
  });

  it('shares the association limit with others', async () => {
    const { connector, scp } = await start({ lists: INSTANCES, get: sendAll }, { maxAssociations: 2 });
    const all = await Promise.all([1, 2, 3, 4].map(() => retrieve(connector)));
    expect(all).toEqual(Array(4).fill({ uids: uidsOf(INSTANCES), error: undefined }));
    expect(scp.most).toBeLessThanOrEqual(2);
  });
});

it('a connector whose images are fetched from the address for viewers cannot retrieve', async () => {
  const { connector } = await start({ get: sendAll }, { retrieve: 'wado' });
  expect(connector.retrieve).toBeUndefined();
});
