import { type IncomingMessage, type ServerResponse } from 'node:http';
import { expect } from '@jest/globals';
import { type ConnectorError, emptyCriteria, type SearchCriteria } from '@pacs-connectors/connector-core';
import { instanceRows, sampleArchive } from '@pacs-connectors/connector-testkit';
import { type DicomWebConnector } from '../dicomweb-connector.js';
import { BasicAccess, type DicomWebSettings, ServiceAccess } from '../dicomweb-settings.js';
import { connectorTo } from './connector-to.js';
import { type FakeQido, type FakeQidoBehaviour, startFakeQido } from './fake-qido.js';

export const QUESTION: SearchCriteria = { ...emptyCriteria(), patientIds: [{ id: 'DEMO-1' }] };
export const EXPECTED = instanceRows().filter(({ patient }) => patient.patientId === 'DEMO-1').length;

const opened: { close?(): Promise<void>; stop?(): Promise<void> }[] = [];
/** Ends every connector and server of this file: after each test. */
export async function closeAll(): Promise<void> {
  for (const thing of opened.splice(0)) await (thing.close ?? thing.stop)?.call(thing);
}

export async function serve(behaviour: FakeQidoBehaviour): Promise<FakeQido> {
  const server = await startFakeQido(sampleArchive, behaviour);
  opened.push(server);
  return server;
}

export function connect(url: string, settings: Partial<DicomWebSettings> = {}): DicomWebConnector {
  const connector = connectorTo(url, settings);
  opened.push(connector);
  return connector;
}

export function withBasic(url: string): Partial<DicomWebSettings> {
  const basic = Object.assign(new BasicAccess(), { url, login: 'jörg', password: 'geheim:1' });
  return { qidoRs: Object.assign(new ServiceAccess(), { basic }) };
}

export async function count(connector: DicomWebConnector, ms = 20_000): Promise<number> {
  const { patients } = await connector.search(QUESTION, { signal: AbortSignal.timeout(ms), depth: 'instance' });
  return patients
    .flatMap(({ studies }) => studies)
    .flatMap(({ series }) => series)
    .reduce((sum, { instances }) => sum + instances.length, 0);
}

export async function failure(connector: DicomWebConnector, ms = 20_000): Promise<ConnectorError> {
  const error = await count(connector, ms).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ name: 'ConnectorError', connectorId: 'web' });
  return error as ConnectorError;
}

/** Does `fault` to the first `times` requests. */
export function first(times: number, fault: (request: IncomingMessage, response: ServerResponse) => void) {
  let seen = 0;
  return (request: IncomingMessage, response: ServerResponse) => {
    if (++seen > times) return false;
    fault(request, response);
    return true;
  };
}

export const json = { 'content-type': 'application/dicom+json' };
export const halfWay = (_: IncomingMessage, response: ServerResponse) => {
  response.writeHead(200, json);
  response.write('[{"0020000D":{"vr":"UI","Value":["2.25.1"]}},{"0020');
  setTimeout(() => response.socket?.resetAndDestroy(), 20);
};
export const status =
  (code: number, headers: Record<string, string> = {}) =>
  (_: IncomingMessage, response: ServerResponse) =>
    void response.writeHead(code, headers).end('no');
export const body = (content: string | Buffer, headers: Record<string, string> = json) => ({
  before: first(Infinity, (_, response) => void response.writeHead(200, headers).end(content)),
});
