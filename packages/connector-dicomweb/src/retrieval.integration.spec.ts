import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type RetrieveRequest } from '@pacs-connectors/connector-core';
import { instanceRows, sampleArchive } from '@pacs-connectors/connector-testkit';
import { dicomFile, type RunningOrthanc, startOrthanc } from '@pacs-connectors/test-services';
import { type DicomWebConnector } from './dicomweb-connector.js';
import { BasicAccess, type DicomWebSettings, ServiceAccess } from './dicomweb-settings.js';
import { connectorTo } from './testing/connector-to.js';
import { first, status } from './testing/failing-server.js';
import { type FakeQido, startFakeQido } from './testing/fake-qido.js';

const rows = instanceRows();
const files = new Map(
  rows.map(({ patient, study, series, instance }) => [
    instance.sopInstanceUid,
    dicomFile(patient, study, series, instance),
  ]),
);
const { study } = rows.find(({ study: { series } }) => series.length > 1) ?? rows[0]!;
const STUDY: RetrieveRequest = { studyInstanceUid: study.studyInstanceUid };
const uids = study.series.flatMap(({ instances }) => instances.map(({ sopInstanceUid }) => sopInstanceUid)).sort();

const LOGIN = { user: 'images', password: 'pass:wort' };
const accessTo = (url: string, login = LOGIN) =>
  Object.assign(new ServiceAccess(), {
    basic: Object.assign(new BasicAccess(), { url, login: login.user, password: login.password }),
  });

let orthanc: RunningOrthanc;
const opened: { close?(): Promise<void>; stop?(): Promise<void> }[] = [];
beforeAll(async () => {
  orthanc = await startOrthanc({ dicomWeb: true, login: LOGIN });
  await orthanc.upload([...files.values()]);
});
afterEach(async () => {
  for (const thing of opened.splice(0)) await (thing.close ?? thing.stop)?.call(thing);
});
afterAll(() => orthanc?.stop());

function connect(settings: Partial<DicomWebSettings>): DicomWebConnector {
  const connector = connectorTo('', settings);
  opened.push(connector);
  return connector;
}

async function fake(behaviour: Parameters<typeof startFakeQido>[1]): Promise<FakeQido> {
  const server = await startFakeQido(sampleArchive, behaviour);
  opened.push(server);
  return server;
}

async function retrieved(connector: DicomWebConnector, request = STUDY): Promise<string[]> {
  const found: string[] = [];
  for await (const { sopInstanceUid, file } of connector.retrieve(request, AbortSignal.timeout(20_000))) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of file) chunks.push(chunk);
    expect(Buffer.concat(chunks).equals(files.get(sopInstanceUid)!)).toBe(true);
    found.push(sopInstanceUid);
  }
  return found.sort();
}

const [series] = study.series;
const seriesUids = series!.instances.map(({ sopInstanceUid }) => sopInstanceUid).sort();
const SERIES = { ...STUDY, seriesInstanceUid: series!.seriesInstanceUid };

describe('images', () => {
  it('come by WADO-RS from the service that is queried', async () => {
    const connector = connect({ qidoRs: accessTo(orthanc.dicomWebUrl) });
    expect(await retrieved(connector)).toEqual(uids);
    expect(await retrieved(connector, SERIES)).toEqual(seriesUids);
    expect(await retrieved(connector, { ...SERIES, sopInstanceUids: seriesUids })).toEqual(seriesUids);
    expect(await retrieved(connector, { studyInstanceUid: '1.2.3' })).toEqual([]);
  });

  it('come from wado-rs with its own login, which queries do not get', async () => {
    const queries = await fake({});
    const connector = connect({
      qidoRs: accessTo(queries.url, { user: 'q', password: 'q' }),
      wadoRs: accessTo(orthanc.dicomWebUrl),
    });
    expect(await retrieved(connector)).toEqual(uids);
    await connector.check(AbortSignal.timeout(20_000));
    expect(new Set(queries.authorizations)).toEqual(new Set([`Basic ${btoa('q:q')}`]));
  });

  it('come by WADO-URI if it is configured, a whole study too, however deep the manifest is', async () => {
    const connector = connect({
      qidoRs: accessTo(orthanc.dicomWebUrl),
      wadoUri: accessTo(`${orthanc.httpUrl}/wado`),
      levelLimit: 'study',
    });
    expect(await retrieved(connector)).toEqual(uids);
    expect(await retrieved(connector, SERIES)).toEqual(seriesUids);
    expect(await retrieved(connector, { ...SERIES, sopInstanceUids: seriesUids.slice(0, 1) })).toEqual(
      seriesUids.slice(0, 1),
    );
    expect(await retrieved(connector, { studyInstanceUid: '1.2.3' })).toEqual([]);
  });

  it('that WADO-URI cannot list are said', async () => {
    const queries = await fake({ cap: 1, ignoresOffset: true, relational: 'refused' });
    const connector = connect({ qidoRs: accessTo(queries.url), wadoUri: accessTo(`${orthanc.httpUrl}/wado`) });
    await expect(retrieved(connector)).rejects.toMatchObject({ code: 'dicomweb.answer.incomplete' });
  });

  it('have the errors of the connector', async () => {
    const refusing = await fake({ before: first(Infinity, status(403)) });
    const connector = connect({ qidoRs: accessTo(refusing.url) });
    await expect(retrieved(connector)).rejects.toMatchObject({ connectorId: 'web', code: 'wado.request.forbidden' });
    const wado = Object.assign(new ServiceAccess(), {
      url: 'http://127.0.0.1:1',
      type: 'OAUTH2',
      oauth2: { oidcId: 'x' },
    });
    const misconfigured = connect({ qidoRs: accessTo(orthanc.dicomWebUrl), wadoRs: wado });
    await expect(retrieved(misconfigured)).rejects.toMatchObject({ code: 'dicomweb.oauth2.registration-missing' });
    await misconfigured.check(AbortSignal.timeout(20_000));
  });

  it('do not hold up queries, although their readers are slow', async () => {
    const server = await fake({
      before: ({ url }, response) => {
        if (!url?.endsWith(study.studyInstanceUid)) return false;
        response.writeHead(200, { 'content-type': 'application/dicom' });
        response.write([...files.values()][0]);
        return true;
      },
    });
    const connector = connect({ qidoRs: accessTo(server.url), connections: 3 });
    const readers = Array.from({ length: 5 }, () => connector.retrieve(STUDY, AbortSignal.timeout(20_000)));
    const begun = readers.map((reader) => reader.next().catch(() => undefined));
    await Promise.all(begun.slice(0, 2));
    await connector.check(AbortSignal.timeout(20_000));
    expect(server.requests.filter((path) => path.endsWith(study.studyInstanceUid))).toHaveLength(2);
    await connector.close();
    await Promise.all(begun);
  });

  it('end with the connector', async () => {
    const server = await fake({
      before: (_, response) => {
        response.writeHead(200, { 'content-type': 'application/dicom' });
        response.write([...files.values()][0]);
        return true;
      },
    });
    const connector = connect({ qidoRs: accessTo(server.url) });
    const reader = connector.retrieve(STUDY, AbortSignal.timeout(20_000));
    await reader.next();
    await connector.close();
    await expect(reader.next()).rejects.toMatchObject({ kind: 'cancelled', message: 'the connector is closed' });
    await expect(retrieved(connector)).rejects.toMatchObject({ kind: 'cancelled' });
  });
});
