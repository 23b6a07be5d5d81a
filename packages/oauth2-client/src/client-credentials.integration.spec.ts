import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type RunningOpenId, startOpenId } from '@pacs-connectors/test-services';
import { ClientCredentials } from './client-credentials.js';

const client = { clientId: 'connectors', clientSecret: 'a+secret/with:signs%' };
const signal = AbortSignal.timeout(60_000);

describe('ClientCredentials at a real provider', () => {
  let provider: RunningOpenId;
  beforeAll(async () => {
    provider = await startOpenId({ ...client, scope: 'dicom.read', otherScopes: ['dicom.delete'] });
  });
  afterAll(() => provider.stop());

  const tokenRequests = () => provider.requests().filter((path) => path === '/token').length;

  it('finds the token endpoint by discovery, and keeps what it gets', async () => {
    const credentials = new ClientCredentials({ ...client, issuerUri: provider.issuer, scope: 'dicom.read' });
    const before = tokenRequests();
    const token = await credentials.token(signal);
    expect(await provider.accepts(token)).toBe(true);
    expect(await credentials.token(signal)).toBe(token);
    expect(tokenRequests()).toBe(before + 1);
  });

  it('requests a token at token-uri without discovery', async () => {
    const before = provider.requests().length;
    const token = await new ClientCredentials({ ...client, tokenUri: provider.tokenUri }).token(signal);
    expect(await provider.accepts(token)).toBe(true);
    expect(provider.requests().slice(before)).toEqual(['/token']);
  });

  it('asks once for many callers', async () => {
    const credentials = new ClientCredentials({ ...client, issuerUri: provider.issuer });
    const before = tokenRequests();
    const tokens = await Promise.all(Array.from({ length: 25 }, () => credentials.token(AbortSignal.timeout(60_000))));
    expect(new Set(tokens).size).toBe(1);
    expect(tokenRequests()).toBe(before + 1);
  });

  it('gets a new one when a server has refused the last', async () => {
    const credentials = new ClientCredentials({ ...client, issuerUri: provider.issuer });
    const first = await credentials.token(signal);
    credentials.refused(first);
    const second = await credentials.token(signal);
    expect(second).not.toBe(first);
    credentials.refused(first);
    expect(await credentials.token(signal)).toBe(second);
  });

  it('says that a wrong secret was refused, and never what it was', async () => {
    const credentials = new ClientCredentials({ ...client, clientSecret: 'wrong-one', tokenUri: provider.tokenUri });
    const error = await credentials.token(signal).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'OAuth2Error', kind: 'refused', code: 'oauth2.token.refused' });
    expect(String(error)).toContain('invalid_client');
    expect(String(error)).not.toContain('wrong-one');
  });

  it('says that a scope was refused', async () => {
    const credentials = new ClientCredentials({ ...client, tokenUri: provider.tokenUri, scope: 'dicom.delete' });
    await expect(credentials.token(signal)).rejects.toMatchObject({
      code: 'oauth2.token.refused',
      kind: 'refused',
      message: expect.stringContaining('invalid_scope'),
    });
  });

  it('says that the address is not that of a provider', async () => {
    const credentials = new ClientCredentials({ ...client, issuerUri: `${provider.issuer}/elsewhere` });
    await expect(credentials.token(signal)).rejects.toMatchObject({ kind: 'protocol', code: 'oauth2.answer.invalid' });
  });
});

it('shows who it is in the body where the provider knows only that', async () => {
  const provider = await startOpenId({ ...client, clientAuthentication: 'client_secret_post' });
  try {
    const token = await new ClientCredentials({ ...client, issuerUri: provider.issuer }).token(signal);
    expect(await provider.accepts(token)).toBe(true);
  } finally {
    await provider.stop();
  }
});

it('renews a token before it expires', async () => {
  const provider = await startOpenId({ ...client, lifetime: 2 });
  try {
    const credentials = new ClientCredentials({ ...client, tokenUri: provider.tokenUri });
    const first = await credentials.token(signal);
    await delay(1_900);
    const second = await credentials.token(signal);
    expect(second).not.toBe(first);
    expect(await provider.accepts(second)).toBe(true);
  } finally {
    await provider.stop();
  }
});
