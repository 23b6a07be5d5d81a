import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { OAuth2Clients, OAuth2Provider, OAuth2Registration } from '@pacs-connectors/config-core';
import { emptyCriteria } from '@pacs-connectors/connector-core';
import { sampleArchive } from '@pacs-connectors/connector-testkit';
import { type RunningOpenId, startOpenId } from '@pacs-connectors/test-services';
import { type DicomWebConnector } from './dicomweb-connector.js';
import { BasicAccess, OAuth2Access, ServiceAccess } from './dicomweb-settings.js';
import { connectorTo } from './testing/connector-to.js';
import { type FakeQido, startFakeQido } from './testing/fake-qido.js';

const client = { clientId: 'connectors', clientSecret: 'provider-secret' };
const QUESTION = { ...emptyCriteria(), patientIds: [{ id: 'DEMO-1' }] };

describe('DicomWebConnector with OAuth 2, at a real provider', () => {
  let provider: RunningOpenId;
  let server: FakeQido;
  /** Tokens that the server takes as expired. */
  const expired = new Set<string>();
  const opened: DicomWebConnector[] = [];
  beforeAll(async () => {
    provider = await startOpenId(client);
    server = await startFakeQido(sampleArchive, {
      before: async (request, response) => {
        const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
        const basic = request.headers.authorization === `Basic ${Buffer.from('u:p').toString('base64')}`;
        const known = token.startsWith('caller-') || (await provider.accepts(token));
        if (basic || (known && !expired.has(token))) return false;
        response.writeHead(401).end();
        return true;
      },
    });
  });
  afterEach(async () => {
    for (const connector of opened.splice(0)) await connector.close();
  });
  afterAll(async () => {
    await server?.stop();
    await provider?.stop();
  });

  function connect(
    grant: 'client_credentials' | 'authorization_code',
    settings: {
      basic?: Partial<BasicAccess>;
      secret?: string;
      providers?: Record<string, Partial<OAuth2Provider>>;
    } = {},
  ): DicomWebConnector {
    const registration = Object.assign(new OAuth2Registration(), client, {
      authorizationGrantType: grant,
      provider: 'hospital',
      ...(settings.secret === undefined ? {} : { clientSecret: settings.secret }),
    });
    const hospital = Object.assign(new OAuth2Provider(), { issuerUri: provider.issuer });
    const oauth2Clients = Object.assign(new OAuth2Clients(), {
      registrations: { archive: registration },
      providers: settings.providers ?? { hospital },
    });
    const qidoRs = Object.assign(new ServiceAccess(), {
      oauth2: Object.assign(new OAuth2Access(), { url: server.url, oidcId: 'archive' }),
      basic: settings.basic && Object.assign(new BasicAccess(), settings.basic),
    });
    const connector = connectorTo(server.url, { qidoRs, oauth2Clients });
    opened.push(connector);
    return connector;
  }

  const search = (connector: DicomWebConnector, bearerToken?: string) =>
    connector.search(QUESTION, {
      signal: AbortSignal.timeout(20_000),
      depth: 'instance',
      ...(bearerToken === undefined ? {} : { caller: { bearerToken } }),
    });
  const tokenRequests = () => provider.requests().filter((path) => path === '/token').length;

  it('asks with a token of its own, one for many questions', async () => {
    const connector = connect('client_credentials');
    const before = tokenRequests();
    const [{ patients }] = await Promise.all([
      search(connector),
      connector.check(AbortSignal.timeout(20_000)),
      connector.check(AbortSignal.timeout(20_000)),
    ]);
    expect(patients[0]?.studies).toHaveLength(3);
    expect(tokenRequests()).toBe(before + 1);
  });

  it('gets a new token where the server no longer takes the last, once', async () => {
    const connector = connect('client_credentials');
    await search(connector);
    const token = server.authorizations.at(-1)?.slice('Bearer '.length) ?? '';
    expired.add(token);
    const before = tokenRequests();
    expect((await search(connector)).patients[0]?.studies).toHaveLength(3);
    expect(tokenRequests()).toBe(before + 1);
    expect(server.authorizations.at(-1)).not.toBe(`Bearer ${token}`);
  });

  it('says that the provider refused, and never the secret', async () => {
    const error = await search(connect('client_credentials', { secret: 'not-the-secret' })).catch(
      (thrown: Error) => thrown,
    );
    expect(error).toMatchObject({ name: 'ConnectorError', kind: 'refused', code: 'oauth2.token.refused' });
    expect(JSON.stringify([error, (error as Error).message])).not.toContain('not-the-secret');
  });

  it('names the provider where it hangs, not the archive', async () => {
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const tokenUri = `http://127.0.0.1:${(silent.address() as AddressInfo).port}/token`;
    const hospital = Object.assign(new OAuth2Provider(), { tokenUri });
    const connector = connect('client_credentials', { providers: { hospital } });
    const options = { signal: AbortSignal.timeout(300), depth: 'study' } as const;
    const timeout = {
      kind: 'timeout',
      code: 'oauth2.provider.silent',
      message: expect.stringContaining(new URL(tokenUri).origin),
      remedy: expect.stringContaining('provider'),
    };
    await expect(connector.search(QUESTION, options)).rejects.toMatchObject(timeout);
    await expect(connector.check(AbortSignal.timeout(300))).rejects.toMatchObject(timeout);
    silent.closeAllConnections();
    await new Promise((resolve) => silent.close(resolve));
  });

  it('says which setting is missing, before any question', () => {
    expect(() => connect('client_credentials', { providers: {} })).toThrow(
      expect.objectContaining({
        kind: 'misconfigured',
        code: 'oauth2.provider.misconfigured',
        remedy: expect.stringContaining('issuer-uri'),
      }),
    );
  });

  it('hands the token of the caller on, and gives no caller the answer of another', async () => {
    const connector = connect('authorization_code');
    const before = server.authorizations.length;
    await Promise.all([search(connector, 'caller-a'), search(connector, 'caller-b'), search(connector, 'caller-a')]);
    const used = server.authorizations.slice(before);
    expect(new Set(used)).toEqual(new Set(['Bearer caller-a', 'Bearer caller-b']));
    expect(used.filter((value) => value === 'Bearer caller-a')).toHaveLength(used.length / 2);
    await expect(search(connector, 'stranger')).rejects.toMatchObject({
      kind: 'refused',
      code: 'dicomweb.token.refused',
      message: expect.stringContaining('does not accept the token of the caller'),
      remedy: expect.stringContaining('Log in'),
    });
  });

  it('needs the token of a caller, else basic credentials', async () => {
    await expect(search(connect('authorization_code'))).rejects.toMatchObject({
      kind: 'refused',
      code: 'dicomweb.token.missing',
      tokenNeeded: true,
    });
    const { patients } = await search(connect('authorization_code', { basic: { login: 'u', password: 'p' } }));
    expect(patients).toHaveLength(1);
  });

  it('is healthy where only callers have credentials and the archive wants some', async () => {
    const { details } = await connect('authorization_code').check(AbortSignal.timeout(20_000));
    expect(details).toMatchObject({ credentials: "the caller's" });
  });
});
