import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { ConnectorError } from '@pacs-connectors/connector-core';
import { launchAddress, openLaunch, openManifest } from '@pacs-connectors/test-services';
import { LaunchedManifests } from '../cache/launched-manifests.js';
import { archives, fakes, patientWith, serveFakes } from '../testing/fake-archive.js';

// Launches as Weasis reads them: its client of test-services decodes the address, runs the commands and shows the messages.

let app: NestFastifyApplication;
let url: string;
/** A DICOMweb archive that holds nothing, and keeps what it is asked. */
let web: Server;
const asked: string[] = [];

beforeAll(async () => {
  web = createServer(({ url: address = '' }, response) => {
    asked.push(address);
    response.setHeader('content-type', 'application/dicom+json').end('[]');
  });
  await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
  const { port } = web.address() as AddressInfo;
  ({ app, url } = await serveFakes(`${fakes('north', 'south')}    web:
      type: FAKE_WEB
      wado.authentication: { basic.url: http://127.0.0.1:${port}/rs, oauth2.url: http://127.0.0.1:${port}/rs }
`));
});
afterAll(async () => {
  await app?.close();
  web?.close();
});
afterEach(() => {
  archives.clear();
  asked.length = 0;
});

describe('launch=rs', () => {
  it.each([
    ['patientID=W%207', '00100020=W+7'],
    ['patientID=AB%2012/3%20X', '00100020=AB+12%2F3+X'],
    ['patientID=50%25', '00100020=50%25'],
    ["patientID=O'Neil", '00100020=O%27Neil'],
    ['patientID=7^^^Köln%20A', '00100020=7&00100021=K%C3%B6ln%20A'],
    ['accessionNumber=A%2017', '00080050=A%2017'],
    ["accessionNumber=%25'%26%24", '00080050=%25%27%26%24'],
    ['studyUID=1.2.3', '0020000D=1.2.3'],
  ])('%s asks by %s', async (query, expected) => {
    const view = await openLaunch(await launchAddress(`${url}/display?launch=rs&archive=web&${query}`));
    expect(view.failedCommands).toEqual([]);
    expect(asked).toEqual([`/rs/studies?${expected}`]);
  });
});

it('every property reaches Weasis, beside the manifest', async () => {
  archives.set('north', () => Promise.resolve(patientWith('1.2')));
  const query = 'studyUID=1.2&archive=north&pro="weasis.aet%20MYAET"&pro=weasis.theme%20dark&pro=x%20100%25';
  const { config, failedCommands, listed } = await openLaunch(await launchAddress(`${url}/display?${query}`));
  expect(config.pro).toEqual(['weasis.aet MYAET', 'weasis.theme dark', 'x 100%']);
  expect(failedCommands).toEqual([]);
  expect(listed).toHaveLength(1);
});

describe('what is missing is shown', () => {
  it('of an archive that is down, beside the images of another', async () => {
    archives.set('north', () => Promise.reject(new ConnectorError('north', 'unavailable', 'the link is down')));
    archives.set('south', () => Promise.resolve(patientWith('1.3')));
    const both = await openLaunch(await launchAddress(`${url}/display?studyUID=1.3&archive=north,south`));
    const one = await openLaunch(await launchAddress(`${url}/display?studyUID=1.3&archive=north`));
    for (const { messages } of [both, one])
      expect(messages).toEqual([expect.objectContaining({ title: 'Archive north: not reachable' })]);
    expect([both.listed.length, one.listed.length]).toEqual([1, 0]);
  });

  it('of an archive that is slower than the viewer waits', async () => {
    archives.set('north', () => new Promise(() => undefined));
    archives.set('south', () => Promise.resolve(patientWith('1.4')));
    const launched = app.get(LaunchedManifests);
    const { viewerWaitsMs } = launched;
    launched.viewerWaitsMs = 300;
    const address = await launchAddress(`${url}/display?studyUID=1.4&archive=north,south`);
    const { listed, messages, dialogs } = await openLaunch(address, { timeouts: { readMs: 2000 } });
    launched.viewerWaitsMs = viewerWaitsMs;
    expect(listed).toHaveLength(1);
    expect(messages).toEqual([expect.objectContaining({ title: 'Archive north: no answer yet' })]);
    expect(dialogs).toHaveLength(1);
  });

  it('of a launch that has expired', async () => {
    const { messages, dialogs } = await openManifest(`${url}/manifest?key=${'x'.repeat(43)}`);
    expect(messages).toEqual([expect.objectContaining({ title: 'This launch has expired' })]);
    expect(dialogs).toHaveLength(1);
  });
});

it('opens on Windows, however long the token is', async () => {
  archives.set('north', () => Promise.resolve(patientWith('1.5')));
  const headers = { authorization: `Bearer ${'t'.repeat(15_000)}` };
  const address = await launchAddress(`${url}/display?studyUID=1.5&archive=north`, headers);
  expect((await openLaunch(address, { windows: true })).listed).toHaveLength(1);
});
