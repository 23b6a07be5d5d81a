import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterEach, describe, expect, it } from '@jest/globals';
import dimse from 'dcmjs-dimse';
import { type ScriptedScp, startScriptedScp } from '../testing/scripted-scp.js';
import { type LibraryNetwork } from './library.js';

/** What library.ts relies on beyond the library's declared interface: a new version that changes it fails here first. */
describe('dcmjs-dimse', () => {
  let scp: ScriptedScp | undefined;
  afterEach(() => scp?.stop());

  it('is a version that the adapter was read against', () => {
    const path = createRequire(import.meta.url).resolve('dcmjs-dimse/package.json');
    expect((JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version).toMatch(/^0\.3\./);
  });

  it('makes its network when it sends, writes the association request first, and hands it PDU by PDU', async () => {
    scp = await startScriptedScp();
    const client = new dimse.Client();
    client.addRequest(new dimse.requests.CEchoRequest());
    client.send('127.0.0.1', scp.dicomPort, 'US', scp.aet, {});
    client.clearRequests();
    const { network } = client as unknown as { network: LibraryNetwork };
    for (const name of ['_processPdu', 'sendRequests', 'sendCancel', 'sendAbort', 'removeAllListeners'] as const) {
      expect(typeof network[name]).toBe('function');
    }
    expect(typeof network.sendAssociationReleaseRequest).toBe('function');
    expect(typeof network.sendAssociationReleaseResponse).toBe('function');
    expect(Array.isArray(network.pending)).toBe(true);

    network.removeAllListeners('done');
    const written: Buffer[] = [];
    const write = network.socket.write.bind(network.socket);
    network.socket.write = ((bytes: Buffer) => written.push(bytes) > 0 && write(bytes)) as typeof write;
    const processPdu = network._processPdu.bind(network);
    const types: number[] = [];
    network._processPdu = (pdu) => {
      types.push(pdu[0] as number);
      return processPdu(pdu);
    };
    await new Promise((resolve) => client.on('associationAccepted', () => setImmediate(resolve)));
    expect(written.map((bytes) => bytes[0])).toEqual([0x01]);

    const echo = new dimse.requests.CEchoRequest();
    const answered = new Promise((resolve) => echo.on('response', resolve as () => void));
    network.sendRequests(echo);
    await answered;
    expect(echo.getMessageId()).toBeGreaterThan(0);
    expect(network.pending).toHaveLength(1);
    const closed = new Promise((resolve) => client.on('closed', resolve as () => void));
    network.sendAssociationReleaseRequest();
    await closed;
    expect(types).toEqual([0x02, 0x04, 0x06]);
  });
});
