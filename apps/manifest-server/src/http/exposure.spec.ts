import { request } from 'node:http';
import { afterEach, expect, it } from '@jest/globals';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { archives, fakes, patientWith, serveFakes } from '../testing/fake-archive.js';

let app: NestFastifyApplication | undefined;
let url: string;

afterEach(async () => {
  await app?.close();
  app = undefined;
  archives.clear();
});

async function serve(more: string): Promise<void> {
  archives.set('main', () => Promise.resolve(patientWith('1.2')));
  ({ app, url } = await serveFakes(`${fakes('main')}${more}`));
}

/** Sends a request for a host. `fetch` does not let callers set it. */
function statusOf(path: string, host: string, method = 'GET'): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const sent = request(`${url}/${path}`, { method, headers: { host }, agent: false }, (response) => {
      response.resume().once('end', () => resolve(response.statusCode));
    });
    sent.once('error', reject).end();
  });
}

it.each(['server.public-url: https://pacs.example/x\n', 'server.host-names: [pacs.example]\n'])(
  'with %j, requests for a foreign host are a 421, except those of probes',
  async (key) => {
    await serve(key);
    for (const [path, method] of [
      ['manifest?studyUID=1.2'],
      ['display?studyUID=1.2'],
      ['weasis?upload=manifest', 'POST'],
      ['api-json'],
      ['health/connectors'],
      ['none'],
    ] as const) {
      expect([path, await statusOf(path, 'attacker.example', method)]).toEqual([path, 421]);
      expect(await statusOf(path, 'pacs.example', method)).not.toBe(421);
    }
    for (const path of ['health/live', 'health/ready', 'metrics'])
      expect(await statusOf(path, 'any.example')).not.toBe(421);
  },
);

it('without both keys, every host is answered, as before', async () => {
  await serve('');
  expect(await statusOf('manifest?studyUID=1.2', 'any.example')).toBe(200);
});

it('a page has a policy that says who may frame it, its own one if it has one', async () => {
  await serve('');
  const page = await fetch(`${url}/display?studyUID=1.2&launch=page`, { headers: { accept: 'text/html' } });
  await page.text();
  expect(page.headers.get('content-security-policy')).toMatch(
    /^default-src 'none'; style-src 'sha256-.*frame-ancestors/,
  );
  const problem = await fetch(`${url}/none`);
  await problem.text();
  expect(problem.headers.get('x-content-type-options')).toBe('nosniff');
});
