import { connect } from 'node:net';
import { type AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type RetrieveRequest } from '@pacs-connectors/connector-core';
import { instanceRows } from '@pacs-connectors/connector-testkit';
import { dicomFile, identity, type RunningOrthanc, startOrthanc } from '@pacs-connectors/test-services';
import { type ImageAddress, WadoRetrieval } from './wado-retrieval.js';

const rows = instanceRows();
const files = new Map(
  rows.map(({ patient, study, series, instance }) => [
    instance.sopInstanceUid,
    dicomFile(patient, study, series, instance),
  ]),
);
/** The study with the most instances. */
const { study } = rows.find(({ study: { series } }) => series.length > 1) ?? rows[0]!;
const STUDY: RetrieveRequest = { studyInstanceUid: study.studyInstanceUid };
const uids = study.series.flatMap(({ instances }) => instances.map(({ sopInstanceUid }) => sopInstanceUid));

const LOGIN = { user: 'wanda', password: 'zauberstab' };
const webLogin = btoa(`${LOGIN.user}:${LOGIN.password}`);
const authority = identity('127.0.0.1', undefined, { ca: true, addresses: ['127.0.0.1'] });
const retrieval = new WadoRetrieval();
let orthanc: RunningOrthanc;
let tls: Server;

beforeAll(async () => {
  orthanc = await startOrthanc({ dicomWeb: true, login: LOGIN });
  await orthanc.upload([...files.values()]);
  tls = createServer({ key: authority.keyPem, cert: authority.certificatePem }, (socket) => {
    const plain = connect(orthanc.httpPort, '127.0.0.1');
    socket.pipe(plain).pipe(socket);
    socket.on('error', () => plain.destroy());
    plain.on('error', () => socket.destroy());
  });
  await new Promise<void>((resolve) => tls.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  await retrieval.close();
  await new Promise((resolve) => tls?.close(resolve) ?? resolve(undefined));
  await orthanc?.stop();
});

function addressOf(service: 'wado-rs' | 'wado-uri', isTls: boolean): ImageAddress {
  const origin = isTls ? `https://127.0.0.1:${(tls.address() as AddressInfo).port}` : orthanc.httpUrl;
  const baseUrl = `${origin}/${service === 'wado-rs' ? 'dicom-web' : 'wado'}`;
  return { archiveId: 'images', baseUrl, service, webLogin, ...(isTls && { ca: [authority.certificatePem] }) };
}

async function retrieved(address: ImageAddress, request: RetrieveRequest) {
  const found: string[] = [];
  for await (const { sopInstanceUid, file } of retrieval.retrieveFrom(address, request, AbortSignal.timeout(20_000))) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of file) chunks.push(chunk);
    // Byte by byte as it is stored.
    expect(Buffer.concat(chunks).equals(files.get(sopInstanceUid)!)).toBe(true);
    found.push(sopInstanceUid);
  }
  return found;
}

describe.each([false, true])('Orthanc, TLS: %s', (isTls) => {
  it('returns a study, a series and instances by WADO-RS', async () => {
    const address = addressOf('wado-rs', isTls);
    expect((await retrieved(address, STUDY)).sort()).toEqual([...uids].sort());
    for (const { seriesInstanceUid, instances } of study.series) {
      const sopInstanceUids = instances.map(({ sopInstanceUid }) => sopInstanceUid);
      expect((await retrieved(address, { ...STUDY, seriesInstanceUid })).sort()).toEqual([...sopInstanceUids].sort());
      expect(await retrieved(address, { ...STUDY, seriesInstanceUid, sopInstanceUids })).toEqual(sopInstanceUids);
    }
  });

  it('returns instances by WADO-URI', async () => {
    for (const { seriesInstanceUid, instances } of study.series) {
      const sopInstanceUids = instances.map(({ sopInstanceUid }) => sopInstanceUid);
      const request = { ...STUDY, seriesInstanceUid, sopInstanceUids };
      expect(await retrieved(addressOf('wado-uri', isTls), request)).toEqual(sopInstanceUids);
    }
  });

  it('has nothing of another study', async () => {
    const nothing = { studyInstanceUid: '1.2.3', seriesInstanceUid: '1.2.4', sopInstanceUids: ['1.2.5'] };
    for (const service of ['wado-rs', 'wado-uri'] as const) {
      expect(await retrieved(addressOf(service, isTls), nothing)).toEqual([]);
    }
    expect(await retrieved(addressOf('wado-rs', isTls), { studyInstanceUid: '1.2.3' })).toEqual([]);
  });

  it('requires its login', async () => {
    const address = { ...addressOf('wado-rs', isTls), webLogin: btoa('wanda:other') };
    await expect(retrieved(address, STUDY)).rejects.toMatchObject({ code: 'wado.credentials.refused' });
  });
});

it('names a certificate that is not trusted', async () => {
  const address = { ...addressOf('wado-rs', true), ca: undefined };
  await expect(retrieved(address, STUDY)).rejects.toMatchObject({
    kind: 'unavailable',
    code: 'tls.certificate.untrusted',
    message: expect.stringContaining('self-signed'),
  });
});
