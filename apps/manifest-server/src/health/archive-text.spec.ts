import { afterEach, expect, it } from '@jest/globals';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { ConnectorError } from '@pacs-connectors/connector-core';
import { archives, fakes, serveFakes } from '../testing/fake-archive.js';

let app: NestFastifyApplication | undefined;

afterEach(async () => {
  await app?.close();
  app = undefined;
  archives.clear();
});

const HEALTH = ['health/connectors', 'health/connectors/main', 'health/ready'];

async function healthAfterRefusal(hosts: string): Promise<string> {
  archives.set('main', () =>
    Promise.reject(new ConnectorError('main', 'refused', 'it says: Erika is locked', { remedy: 'Unlock Erika' })),
  );
  const { app: started, url } = await serveFakes(`${fakes('main')}server.trusted-proxies: 127.0.0.1\n${hosts}`);
  app = started;
  const headers = { 'x-forwarded-for': '192.0.2.1' };
  await (await fetch(`${url}/manifest?patientID=X`, { headers })).text();
  // The probe comes from 127.0.0.1, which no list contains.
  const answers = await Promise.all(HEALTH.map(async (path) => (await fetch(`${url}/${path}`)).text()));
  const listed = await Promise.all(HEALTH.map(async (path) => (await fetch(`${url}/${path}`, { headers })).text()));
  return JSON.stringify({ answers: answers.join(), listed: listed.join() });
}

it('health repeats the words of an archive only to callers who may see patients', async () => {
  const { answers, listed } = JSON.parse(await healthAfterRefusal('hosts.allow: 192.0.2.0/24\n')) as Record<
    string,
    string
  >;
  expect(answers).toContain('archive.refused');
  expect(answers).not.toContain('Erika');
  expect(listed).toContain('Erika is locked');
});

it('health repeats them if everybody may see patients', async () => {
  const { answers } = JSON.parse(await healthAfterRefusal('')) as Record<string, string>;
  expect(answers).toContain('Erika is locked');
});
