import { describe, expect, it } from '@jest/globals';
import { load, problemsOf } from '../testing/samples.js';

const OIDC =
  'spring.security.oauth2.client.registration.sso: { client-id: x, authorization-grant-type: client_credentials }\n' +
  'spring.security.oauth2.client.provider.sso.token-uri: https://sso.example/token\n';

function connector(type: string, lines: string): string {
  const own = {
    DB: "db-connector: { uri: 'jdbc:sqlite:x', query: { select: select 1 } }",
    DICOM: 'dicom-connector.dimse: { calling-aet: US, aet: THEM, host: pacs.example, port: 104 }',
    DICOM_WEB: '',
  }[type];
  return `connector:
  config:
    a:
      type: ${type}
      ${own}
${lines}
`;
}

async function retrieval(type: string, lines: string) {
  const { connectors, problems } = await load(OIDC + connector(type, lines));
  expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  return connectors[0]!.retrieval;
}

describe.each([
  ['DB', 'wado.authentication'],
  ['DB', 'db-connector.wado.authentication'],
  ['DB', 'db-connector.wado'],
  ['DICOM', 'wado.authentication'],
  ['DICOM', 'dicom-connector.wado.authentication'],
  ['DICOM', 'dicom-connector.wado'],
  ['DICOM_WEB', 'wado.authentication'],
  ['DICOM_WEB', 'dicom-web-connector.wado-rs.authentication'],
  ['DICOM_WEB', 'dicom-web-connector.wado-rs'],
  ['DICOM_WEB', 'dicom-web-connector.qido-rs.authentication'],
  ['DICOM_WEB', 'dicom-web-connector.qido-rs'],
])('%s, %s', (type, path) => {
  it('basic', async () => {
    const lines = `      ${path}.type: BASIC\n      ${path}.basic: { login: u, password: p, server: { url: http://pacs.example, port: 8080, context: wado } }`;
    expect(await retrieval(type, lines)).toMatchObject({
      type: 'BASIC',
      basic: { url: 'http://pacs.example:8080/wado', login: 'u', password: 'p' },
    });
  });

  it('OAuth 2', async () => {
    const lines = `      ${path}: { type: OAUTH2, oauth2: { oidc-id: sso, server: { url: http://pacs.example } } }`;
    expect(await retrieval(type, lines)).toMatchObject({
      type: 'OAUTH2',
      oauth2: { url: 'http://pacs.example', oidcId: 'sso' },
    });
  });

  it('an address alone', async () => {
    expect(await retrieval(type, `      ${path}.server: { url: http://pacs.example, context: wado }`)).toMatchObject({
      basic: { url: 'http://pacs.example/wado' },
    });
  });
});

it('takes the images of DICOM_WEB from wado-rs before qido-rs, and never mixes the two', async () => {
  const lines = `      dicom-web-connector:
        qido-rs.authentication.basic: { login: querier, password: secret, server.url: http://query.example }
        wado-rs.authentication.basic: { server.url: http://images.example }`;
  const { basic } = await retrieval('DICOM_WEB', lines);
  expect(basic).toEqual({ url: 'http://images.example' });
});

it('takes the truststore of the OAuth 2 provider from the place of oauth2', async () => {
  const oauth2 = 'truststore.url: query.pem, oauth2: { oidc-id: sso, url: http://pacs.example }';
  const both = (wado: string) => `      dicom-web-connector:
        qido-rs.authentication: { type: OAUTH2, ${oauth2} }
        wado-rs.authentication: { ${wado} }`;
  expect(await retrieval('DICOM_WEB', both(''))).toMatchObject({ truststore: { url: 'query.pem' } });
  const images = 'truststore.url: images.pem, oauth2: { oidc-id: sso, url: http://images.example }';
  expect(await retrieval('DICOM_WEB', both(images))).toMatchObject({ truststore: { url: 'images.pem' } });
  expect(await retrieval('DB', `      wado.authentication: { ${oauth2} }`)).toMatchObject({
    truststore: { url: 'query.pem' },
  });
});

it("leaves another type's section alone, except for a warning", async () => {
  const lines = `      db-connector.wado.basic: { url: http://old.example, login: old }
      dicom-connector.wado.basic.url: http://pacs.example`;
  expect((await retrieval('DICOM', lines)).basic).toEqual({ url: 'http://pacs.example' });
  expect(await problemsOf(connector('DICOM', lines))).toEqual([
    expect.stringMatching(/^warning .*config\.a\.db-connector: found an unknown key/),
  ]);
});

it.each([
  ['DB', '', 'wado.authentication.basic.url'],
  ['DB', '      wado.authentication.basic.login: u', 'wado.authentication.basic.url'],
  ['DICOM', '      dicom-connector.wado.type: BASIC', 'dicom-connector.wado.basic.url'],
  ['DICOM_WEB', '      dicom-web-connector.wado-rs.authentication.type: BASIC', 'wado-rs.authentication.basic.url'],
  ['DB', '      wado.authentication: { type: BASIC, oauth2.url: http://a.example }', 'wado.authentication.basic.url'],
  [
    'DB',
    '      wado.authentication: { force-basic: true, oauth2.url: http://a.example }',
    'wado.authentication.basic.url',
  ],
  ['DB', '      wado.authentication: { type: OAUTH2, basic.url: http://a.example }', 'wado.authentication.oauth2.url'],
])('%s with %s has no address for the viewer', async (type, lines, key) => {
  const { leftOut } = await load(connector(type, lines));
  expect(leftOut).toHaveLength(1);
  expect(leftOut[0]!.reasons).toEqual([
    expect.stringMatching(/found nothing, expected a URL where images are retrieved/),
  ]);
  expect(leftOut[0]!.reasons[0]).toContain(`${key}:`);
});

it('an oidc-id that is not registered is an error where it is used, else a warning', async () => {
  const lines = (more: string) =>
    `      wado.authentication: { ${more}basic.url: http://b.example, oauth2: { url: http://a.example, oidc-id: other } }`;
  const { leftOut } = await load(OIDC + connector('DB', lines('')));
  expect(leftOut[0]!.reasons[0]).toMatch(
    /oauth2\.oidc-id: found "other".*expected a registration \(sso\) \[configuration\.oauth2\.client-unusable\]$/,
  );
  const { connectors, problems } = await load(OIDC + connector('DB', lines('type: BASIC, ')));
  expect(connectors).toHaveLength(1);
  expect(problems).toMatchObject([{ severity: 'warning' }]);
});

it.each(['wado-rs', 'qido-rs.authentication'])(
  'a wrong oidc-id is reported at its own key and line: %s',
  async (path) => {
    const lines = `      dicom-web-connector:\n        ${path}: { oauth2: { url: http://a.example, oidc-id: other } }`;
    const text = OIDC + connector('DICOM_WEB', lines);
    const { leftOut } = await load(text);
    const line = text.split('\n').findIndex((one) => one.includes('oidc-id: other')) + 1;
    expect(leftOut[0]!.reasons[0]).toMatch(
      new RegExp(
        `:${line}:\\d+ connector\\.config\\.\\w+\\.dicom-web-connector\\.${path}\\.oauth2\\.oidc-id: found "other"`,
      ),
    );
  },
);

it('a client without an address for tokens is an error where it is used', async () => {
  const lines = `      wado.authentication: { oauth2: { url: http://a.example, oidc-id: sso } }`;
  const { leftOut } = await load(OIDC.replace('provider.sso', 'provider.other') + connector('DB', lines));
  expect(leftOut[0]!.reasons[0]).toMatch(/found "sso", whose provider "sso" has no address for tokens/);
  const grantByCaller = OIDC.replace('provider.sso', 'provider.other').replace(
    'client_credentials',
    'authorization_code',
  );
  expect((await load(grantByCaller + connector('DB', lines))).leftOut).toEqual([]);
});
