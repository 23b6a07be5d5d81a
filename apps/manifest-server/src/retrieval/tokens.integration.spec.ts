import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer as createPlainServer } from 'node:http';
import { createServer } from 'node:https';
import { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { afterEach, expect, it } from '@jest/globals';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { identity, type OpenIdOptions, type RunningOpenId, startOpenId } from '@pacs-connectors/test-services';
import { archives, patientWith, serveFakes } from '../testing/fake-archive.js';

const CLIENT = { clientId: 'connectors', clientSecret: 'sesame-4711', scope: 'images' };
let provider: RunningOpenId | undefined;
let app: NestFastifyApplication | undefined;
let url: string;

afterEach(async () => {
  archives.clear();
  await app?.close();
  await provider?.stop();
  provider = app = undefined;
});

/** A server whose archive `x` hands out its images with a token of ours. */
async function start(
  options: Partial<OpenIdOptions> = {},
  registration = '',
  by: 'issuer-uri' | 'token-uri' = 'issuer-uri',
  logTo?: Writable,
) {
  provider = await startOpenId({ ...CLIENT, ...options });
  const address = by === 'issuer-uri' ? provider.issuer : provider.tokenUri;
  const text = `
spring.security.oauth2.client:
  registration.sso: { client-id: connectors, client-secret: sesame-4711, authorization-grant-type: client_credentials, scope: images, provider: idp ${registration} }
  provider.idp.${by}: ${address}
connector.config:
  x: { type: FAKE, wado.authentication: { oauth2: { url: https://x.example/rs, oidc-id: sso } } }
  y: { type: FAKE, wado.authentication.basic: { url: https://y.example/wado, login: u, password: p } }
`;
  ({ app, url } = await serveFakes(text, {}, logTo));
  archives.set('x', () => Promise.resolve(patientWith('1.2'))).set('y', () => Promise.resolve(patientWith('1.3')));
  return provider;
}

interface Part {
  baseUrl: string;
  webLogin?: string;
  httpTag?: { key: string; value: string }[];
  Message?: { description: string };
  Patient: object[];
}

async function parts(address: string): Promise<Record<string, Part>> {
  const response = await fetch(address, { headers: { accept: 'application/json' } });
  const { manifest } = (await response.json()) as { manifest: { arcQuery: (Part & { arcId: string })[] } };
  return Object.fromEntries(manifest.arcQuery.map((part) => [part.arcId, part]));
}

async function tokenIn(address: string): Promise<string> {
  const tag = (await parts(address))['x']?.httpTag?.find(({ key }) => key === 'Authorization');
  return tag?.value.replace(/^Bearer /, '') ?? '';
}

async function launch(more = ''): Promise<string> {
  const { headers } = await fetch(`${url}/display?studyUID=1.2${more}`, { redirect: 'manual' });
  const address = /"([^"]+)"/.exec(decodeURIComponent(headers.get('location') ?? ''))?.[1] ?? '';
  // Of two archives: the whole manifest, with the parts of both.
  return address.replace('&part=1', '');
}

it.each(['issuer-uri', 'token-uri'] as const)(
  'a token that the provider accepts arrives in the manifest, asked for once however many want it (%s)',
  async (by) => {
    const { introspect, requests } = await start({}, '', by);
    const tokens = await Promise.all(Array.from({ length: 50 }, () => tokenIn(`${url}/manifest?studyUID=1.2`)));
    expect(new Set(tokens).size).toBe(1);
    expect(await introspect(tokens[0] ?? '')).toMatchObject({ active: true, client_id: 'connectors', scope: 'images' });
    expect(requests().filter((path) => path === '/token')).toHaveLength(1);
    const { x, y } = await parts(`${url}/manifest?studyUID=1.2`);
    expect(x).toMatchObject({ baseUrl: 'https://x.example/rs' });
    expect(x).not.toHaveProperty('webLogin');
    expect(y).toMatchObject({ baseUrl: 'https://y.example/wado', webLogin: 'dTpw' });
    expect(y).not.toHaveProperty('httpTag');
  },
);

it('a token has the life left that is demanded, in a manifest that was kept too', async () => {
  const { introspect } = await start({ lifetime: 40 }, ', minimum-life: 36s');
  const address = await launch();
  const first = await tokenIn(address);
  await new Promise((resolve) => setTimeout(resolve, 4100));
  expect(await introspect(first)).toMatchObject({ active: true });
  expect(await tokenIn(await launch())).not.toBe(first);
  expect(await tokenIn(address)).not.toBe(first);
});

it('a minimum of life that the provider does not give is said once, and the provider not asked for each question', async () => {
  const log: string[] = [];
  const logTo = new Writable({ write: (chunk, _, done) => (log.push(String(chunk)), done()) });
  const { requests } = await start({ lifetime: 600 }, ', minimum-life: 10m', 'token-uri', logTo);
  const first = await tokenIn(`${url}/manifest?studyUID=1.2`);
  expect(await tokenIn(`${url}/manifest?studyUID=1.2`)).toBe(first);
  expect(await tokenIn(await launch())).toBe(first);
  expect(requests()).toEqual(['/token']);
  const told = log.filter((line) => line.includes('minimum-life'));
  expect(told).toEqual([expect.stringMatching(/registration\.sso\.minimum-life is 600s.*gives tokens of 600s/)]);
});

it('a slow provider and a slow archive together take no longer than the deadline', async () => {
  const slow = createPlainServer((_request, response) => {
    const token = { access_token: 'T', token_type: 'Bearer', expires_in: 600 };
    setTimeout(() => response.setHeader('content-type', 'application/json').end(JSON.stringify(token)), 7000);
  });
  await new Promise<void>((resolve) => slow.listen(0, '127.0.0.1', resolve));
  try {
    const { port } = slow.address() as AddressInfo;
    ({ app, url } = await serveFakes(`
spring.security.oauth2.client:
  registration.sso: { client-id: c, client-secret: s, authorization-grant-type: client_credentials, provider: idp }
  provider.idp.token-uri: http://127.0.0.1:${port}/token
connector.timeout: 8s
connector.config.x: { type: FAKE, wado.authentication.oauth2: { url: https://x.example/rs, oidc-id: sso } }
`));
    archives.set('x', () => new Promise(() => undefined));
    const begun = performance.now();
    const { x } = await parts(await launch());
    expect(x?.Message?.description).toMatch(/not in this manifest/);
    // The deadline and the connector's half a second; not the deadline twice.
    expect(performance.now() - begun).toBeLessThan(14_000);
  } finally {
    slow.close();
  }
});

it('a provider that gives none costs that archive only, and says so without a secret', async () => {
  await start({ clientSecret: 'another-secret' });
  const { x, y } = await parts(`${url}/manifest?studyUID=1.2`);
  expect(x?.Patient).toEqual([]);
  expect(x?.Message?.description).toMatch(/The OAuth 2 provider .* refused a token: invalid_client/);
  expect(JSON.stringify(x)).not.toContain(CLIENT.clientSecret);
  expect(y?.Patient).toHaveLength(1);
});

it('a provider with a certificate of a private authority is trusted by the truststore beside `oauth2`', async () => {
  const authority = identity('Hospital CA', undefined, { ca: true });
  const { keyPem, certificatePem } = identity('idp', authority, { addresses: ['127.0.0.1'] });
  const secure = createServer({ key: keyPem, cert: certificatePem }, (_, response) =>
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify({ access_token: 'token-of-ours', token_type: 'Bearer', expires_in: 600 })),
  );
  const folder = await mkdtemp(join(tmpdir(), 'truststore-'));
  try {
    const ca = join(folder, 'ca.pem');
    await writeFile(ca, authority.certificatePem);
    await new Promise<void>((resolve) => secure.listen(0, '127.0.0.1', resolve));
    const { port } = secure.address() as AddressInfo;
    ({ app, url } = await serveFakes(`
spring.security.oauth2.client:
  registration.sso: { client-id: connectors, client-secret: s, authorization-grant-type: client_credentials }
  provider.sso.token-uri: https://127.0.0.1:${port}/token
connector.config:
  x: { type: FAKE, wado.authentication: { truststore.url: ${ca}, oauth2: { url: https://x.example/rs, oidc-id: sso } } }
  y: { type: FAKE, wado.authentication: { oauth2: { url: https://y.example/rs, oidc-id: sso } } }
`));
    archives.set('x', () => Promise.resolve(patientWith('1.2'))).set('y', () => Promise.resolve(patientWith('1.2')));
    const address = `${url}/manifest?studyUID=1.2`;
    expect(await tokenIn(address)).toBe('token-of-ours');
    const { y } = await parts(address);
    expect(y?.Message?.description).toMatch(/UNABLE_TO_VERIFY_LEAF_SIGNATURE.*truststore\.url.*NODE_EXTRA_CA_CERTS/);
  } finally {
    secure.closeAllConnections();
    await new Promise((resolve) => secure.close(resolve));
    await rm(folder, { recursive: true });
  }
});

it('the token of a request is handed on to its caller alone, and its manifest ends with it', async () => {
  provider = await startOpenId(CLIENT);
  ({ app, url } = await serveFakes(`
connector.config:
  x: { type: FAKE, wado.authentication: { oauth2.url: https://x.example/rs, basic: { url: https://x.example/wado, login: u } } }
`));
  archives.set('x', () => Promise.resolve(patientWith('1.2')));
  const [short, long] = [jwt(2), jwt(600)];
  const [mine, theirs, nobodys] = [
    await launch(`&access_token=${short}`),
    await launch(`&access_token=${long}`),
    await launch(),
  ];
  expect(new Set([mine, theirs, nobodys]).size).toBe(3);
  expect(await tokenIn(mine)).toBe(short);
  expect(await tokenIn(theirs)).toBe(long);
  expect((await parts(nobodys))['x']).toMatchObject({ baseUrl: 'https://x.example/wado' });
  await new Promise((resolve) => setTimeout(resolve, 2200));
  expect((await fetch(mine)).status).toBe(404);
  expect(await tokenIn(theirs)).toBe(long);
});

it('a token of the request that has ended is handed on with a message', async () => {
  ({ app, url } = await serveFakes(`
connector.config:
  x: { type: FAKE, wado.authentication.oauth2.url: https://x.example/rs }
  y: { type: FAKE, wado.authentication.basic.url: https://y.example/wado }
`));
  archives.set('x', () => Promise.resolve(patientWith('1.2'))).set('y', () => Promise.resolve(patientWith('1.3')));
  const ended = await parts(`${url}/manifest?studyUID=1.2&access_token=${jwt(-60)}`);
  expect(ended['x']).toMatchObject({
    Patient: [{}],
    Message: {
      description: expect.stringMatching(
        /token of the request expired at \d{4}-.*Z, so the archive may refuse images.* \[server\.token\.expired\]$/,
      ),
    },
  });
  expect(ended['y']).not.toHaveProperty('Message');
  expect((await parts(`${url}/manifest?studyUID=1.2&access_token=${jwt(600)}`))['x']).not.toHaveProperty('Message');
});

function jwt(seconds: number): string {
  const claims = JSON.stringify({ exp: Math.floor(Date.now() / 1000) + seconds });
  return `e30.${Buffer.from(claims).toString('base64url')}.c2ln`;
}
