import { describe, expect, it } from '@jest/globals';
import { checkConfiguration, type ConnectorConfiguration, readConfiguration } from '@pacs-connectors/config-core';
import { type Caller } from '@pacs-connectors/connector-core';
import { type Grants, retrievalWay } from './retrieval.js';
import { tokenExpiry } from './token-expiry.js';

class NoSettings {}

/** The configuration of a connector whose authentication is `text`, by any of the layouts. */
async function configured(text: string): Promise<ConnectorConfiguration> {
  const document = await readConfiguration([
    { name: 'x.yml', text: `${REGISTRATIONS}connector.config.x:\n  type: DB\n  ${text}\n` },
  ]);
  const { connectors, problems } = checkConfiguration(document, [{ type: 'DB', settings: NoSettings }]);
  const [connector] = connectors;
  if (!connector) throw new Error(JSON.stringify(problems));
  return connector;
}

const grants: Grants = {
  own: { authorizationGrantType: 'client_credentials' },
  theirs: { authorizationGrantType: 'authorization_code' },
};
const REGISTRATIONS = Object.entries(grants)
  .map(
    ([id, { authorizationGrantType }]) =>
      `spring.security.oauth2.client.registration.${id}: { client-id: x, authorization-grant-type: ${authorizationGrantType} }\n`,
  )
  .join('spring.security.oauth2.client.provider.own.token-uri: https://sso.example/token\n');

async function way(text: string, caller: Caller) {
  return retrievalWay(await configured(text), caller, grants);
}

const basic = 'basic: { url: "http://pacs/wado", login: Jürgen, password: "a:b" }';
const byLogin = {
  way: 'basic',
  retrieval: { baseUrl: 'http://pacs/wado', webLogin: Buffer.from('Jürgen:a:b', 'utf8').toString('base64') },
};
const authenticated = { bearerToken: 't.o.k' };

describe('basic authentication', () => {
  it('is used for every caller if it is configured alone', async () => {
    for (const more of ['', ', force-basic: true', ', type: BASIC'])
      for (const caller of [{}, authenticated])
        expect(await way(`wado.authentication: { ${basic}${more} }`, caller)).toEqual(byLogin);
  });

  it('wins over OAuth 2 where it is forced, in either layout', async () => {
    const oauth2 = 'oauth2: { url: http://pacs/rs, oidc-id: own }';
    for (const text of [
      `wado.authentication: { force-basic: true, ${basic}, ${oauth2} }`,
      `db-connector.wado.authentication: { type: BASIC, ${basic}, ${oauth2} }`,
    ])
      expect(await way(text, authenticated)).toEqual(byLogin);
  });

  it('is read in the second layout, and needs no login', async () => {
    const second = 'basic: { login: u, password: p, server: { url: "http://pacs", port: 8080, context: wado } }';
    expect(await way(`db-connector.wado.authentication: { type: BASIC, ${second} }`, {})).toEqual({
      way: 'basic',
      retrieval: { baseUrl: 'http://pacs:8080/wado', webLogin: 'dTpw' },
    });
    expect(await way('wado.authentication.basic.url: http://pacs/wado', {})).toEqual({
      way: 'basic',
      retrieval: { baseUrl: 'http://pacs/wado', webLogin: undefined },
    });
  });
});

describe.each([
  ['the first layout', `wado.authentication: { ${basic}, oauth2.url: http://pacs/rs }`],
  [
    'the second layout',
    `db-connector.wado: { authentication.type: OAUTH2, ${basic}, oauth2: { oidc-id: theirs, server: { url: http://pacs, context: rs } } }`,
  ],
])('the token of the request, by %s', (_, text) => {
  it('is handed on with the address for it', async () => {
    expect(await way(text, authenticated)).toEqual({
      way: 'caller',
      baseUrl: 'http://pacs/rs',
      bearerToken: 't.o.k',
    });
  });

  it('has basic authentication in its place where the request has none', async () => {
    expect(await way(text, {})).toEqual(byLogin);
  });

  it('is an error of that archive where there is no basic authentication either', async () => {
    await expect(way(text.replace(`${basic}, `, ''), {})).rejects.toMatchObject({
      code: 'server.retrieval.token-needed',
      message: 'archive x gives images only to callers with a bearer token',
    });
  });
});

it.each([
  `wado.authentication: { ${basic}, oauth2: { url: http://pacs/rs, oidc-id: own } }`,
  'db-connector.wado.authentication: { type: OAUTH2, oauth2: { oidc-id: own, server: { url: http://pacs, context: rs } } }',
])('a token of the server is used with client_credentials, for every caller: %s', async (text) => {
  for (const caller of [{}, authenticated])
    expect(await way(text, caller)).toEqual({ way: 'client', baseUrl: 'http://pacs/rs', oidcId: 'own' });
});

it('reads when a JWT expires, and nothing of other tokens', () => {
  const jwt = (claims: object) => `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.x`;
  expect(tokenExpiry(jwt({ exp: 1_700_000_000 }))).toBe(1_700_000_000_000);
  for (const token of [jwt({}), jwt({ exp: 'soon' }), 'opaque', 'a.b.c', ''])
    expect(tokenExpiry(token)).toBeUndefined();
});
