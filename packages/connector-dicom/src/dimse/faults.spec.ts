import { once } from 'node:events';
import { type AddressInfo } from 'node:net';
import { createServer } from 'node:tls';
import { afterEach, describe, expect, it } from '@jest/globals';
import { emptyCriteria } from '@pacs-connectors/connector-core';
import { identity } from '@pacs-connectors/test-services';
import { type DicomSettings } from '../dicom-settings.js';
import { type Script, startScriptedScp } from '../testing/scripted-scp.js';
import { connectorTo } from '../testing/settings.js';
import { Tag } from './tags.js';

const running: { stop(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const one of running.splice(0).reverse()) await one.stop();
});

/** The error of a search at a peer. */
async function failureAt(
  peer: { dicomPort: number; aet: string },
  settings: Partial<DicomSettings> = {},
): Promise<{ message: string; remedy: string }> {
  const connector = connectorTo(peer, settings);
  running.push({ stop: () => connector.close() });
  const criteria = { ...emptyCriteria(), patientIds: [{ id: 'P1' }] };
  return connector.search(criteria, { signal: AbortSignal.timeout(20_000), depth: 'study' }).then(
    () => Promise.reject(new Error('an answer')),
    (error: unknown) => error as { message: string; remedy: string },
  );
}

async function failureOf(script: Script): Promise<{ message: string; remedy: string }> {
  const scp = await startScriptedScp(script);
  running.push(scp);
  return failureAt(scp);
}

describe('where calling-aet may not be known, the remedy names it', () => {
  it('at an abort in place of the first answer to a C-FIND, which is how Orthanc refuses it', async () => {
    const { message, remedy } = await failureOf({ find: (_, reply) => reply.abort() });
    expect(message).toMatch(/aborted the association/);
    expect(remedy).toMatch(/calling-aet.*CONNECTOR.*log/);
  });

  it('and not where the archive had begun to answer', async () => {
    const { message, remedy } = await failureOf({
      find: (_, reply) => {
        reply.match({ [Tag.patientId]: 'P1', [Tag.studyInstanceUid]: '2.25.7.1.1' });
        reply.abort();
      },
    });
    expect(message).toMatch(/aborted the association/);
    expect(remedy).not.toMatch(/calling-aet/);
  });

  it('at "called AE title not recognized", which DCMTK says of an unknown caller too', async () => {
    const { message, remedy } = await failureOf({ negotiate: () => ({ reject: [1, 1, 7] }) });
    expect(message).toMatch(/called AE title SCRIPTED not recognized/);
    expect(remedy).toBe(
      "Set aet to the archive's own AE title; letter case counts. Some archives give this reason for an unknown calling AE title. Ask their administrator to add CONNECTOR.",
    );
  });
});

it('a host that no name server knows is named', async () => {
  const { message, remedy } = await failureAt({ dicomPort: 104, aet: 'AWAY' }, { host: 'no-such-host.invalid' });
  expect(message).toBe('the host name no-such-host.invalid is unknown');
  expect(remedy).toBe('Correct host, or check that the name server answers.');
});

it('a TLS peer without a common cipher is not reported as one that only requires a client certificate', async () => {
  const { keyPem: key, certificatePem: cert } = identity('archive.example');
  const server = createServer({ key, cert, ciphers: 'AES128-SHA256', maxVersion: 'TLSv1.2' });
  server.on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  running.push({ stop: () => new Promise((resolve) => server.close(resolve)) });
  const peer = { dicomPort: (server.address() as AddressInfo).port, aet: 'SECURE' };
  const { message, remedy } = await failureAt(peer, { tls: { mode: 'AES' } });
  expect(message).toMatch(/ended the TLS handshake \(ERR_SSL_.*HANDSHAKE_FAILURE\)/);
  expect(remedy).toMatch(/cipher.*BCP 195/);
  expect(remedy).toMatch(/client certificate.*key-store/);
});
