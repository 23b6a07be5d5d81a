import { describe, expect, it } from '@jest/globals';
import { checkConfiguration, readConfiguration } from '@pacs-connectors/config-core';
import { DicomWebPlugin } from './dicomweb-plugin.js';
import { type DicomWebSettings } from './dicomweb-settings.js';
import { queryAccess } from './service-access.js';

const PROVIDERS = `
spring.security.oauth2.client:
  registration:
    archive: { client-id: connectors, client-secret: s3cret, authorization-grant-type: client_credentials, scope: [dicom, read], provider: hospital }
    portal: { client-id: portal, authorization-grant-type: authorization_code, provider: hospital }
  provider:
    hospital: { issuer-uri: 'https://sso.hospital.example/realms/main' }
`;

/** The connector `web`, configured as `text` says below `dicom-web-connector`. */
async function read(text: string, more = '') {
  const indented = text
    .trim()
    .split('\n')
    .map((line) => `        ${line}`)
    .join('\n');
  const yaml = `${PROVIDERS}${more}
connector:
  config:
    web:
      type: DICOM_WEB
      dicom-web-connector:
${indented}
`;
  const document = await readConfiguration([{ name: 'site.yml', text: yaml }]);
  return checkConfiguration(document, [new DicomWebPlugin()]);
}

async function accessOf(text: string) {
  const { connectors, problems } = await read(text);
  expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  const settings = connectors[0]?.settings as DicomWebSettings;
  const { baseUrl, basic, oauth2 } = queryAccess('web', settings);
  return { address: baseUrl.href, basic, oauth2 };
}

describe('dicom-web-connector', () => {
  it('is read from qido-rs, its address in parts, with the authentication level and without', async () => {
    const basic = { login: 'reader', password: 'p' };
    const address = 'https://pacs.example:8443/dcm4chee-arc/aets/DCM4CHEE/rs';
    const server = '{ url: https://pacs.example, port: 8443, context: /dcm4chee-arc/aets/DCM4CHEE/rs }';
    expect(
      await accessOf(`
qido-rs:
  authentication:
    type: BASIC
    basic: { login: reader, password: p, server: ${server} }`),
    ).toEqual({ address, basic, oauth2: undefined });
    expect(
      await accessOf(`
qidoRs:
  basic: { login: reader, password: p, server: ${server} }`),
    ).toEqual({ address, basic, oauth2: undefined });
  });

  it('asks wado-rs where there is no qido-rs, and qido-rs where there are both', async () => {
    const wado =
      'wado-rs:\n  authentication:\n    basic: { login: viewer, password: v, url: "https://images.example/rs" }';
    expect(await accessOf(wado)).toMatchObject({ address: 'https://images.example/rs', basic: { login: 'viewer' } });
    const both = `${wado}\nqido-rs:\n  authentication:\n    basic: { url: "https://queries.example/rs/" }`;
    expect(await accessOf(both)).toEqual({
      address: 'https://queries.example/rs',
      basic: undefined,
      oauth2: undefined,
    });
  });

  it('knows OAuth 2 by the registration', async () => {
    const oauth2 = (id: string) =>
      `qido-rs:\n  authentication:\n    type: OAUTH2\n    oauth2: { oidc-id: ${id}, server: { url: "https://pacs.example/rs" } }`;
    expect(await accessOf(oauth2('archive'))).toMatchObject({
      oauth2: { grant: 'client_credentials', oidcId: 'archive' },
    });
    expect(await accessOf(oauth2('portal'))).toMatchObject({ oauth2: { grant: 'authorization_code' } });
    const { connectors, leftOut } = await read(oauth2('nobody'));
    const used = connectors.map(
      ({ settings }) =>
        () =>
          queryAccess('web', settings as DicomWebSettings),
    );
    expect(used.length + leftOut.length).toBe(1);
    for (const use of used)
      expect(use).toThrow(
        expect.objectContaining({ kind: 'misconfigured', code: 'dicomweb.oauth2.registration-missing' }),
      );
  });

  it('rejects an address that is not a URL', async () => {
    const { leftOut } = await read('qido-rs:\n  authentication:\n    basic: { url: pacs }');
    expect(leftOut).toMatchObject([{ id: 'web' }]);
  });

  it('rejects a login in an address, without showing it', async () => {
    const error = await accessOf('qido-rs:\n  url: "http://reader:geheim@pacs.example/rs"').catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({
      code: 'dicomweb.address.contains-login',
      message: expect.stringContaining('contains a login'),
    });
    expect(JSON.stringify(error)).not.toContain('geheim');
  });

  it('has keys for the depth, the connections and the longest answer', async () => {
    const { connectors } = await read(
      'connections: 8\nmax-response-mib: 64\nqido-rs:\n  basic: { url: "https://pacs.example/rs" }',
      'connector.dicom-web-level-limit: SERIE',
    );
    expect(connectors[0]?.settings).toMatchObject({ levelLimit: 'series', connections: 8, maxResponseMib: 64 });
  });

  it('refuses numbers out of range', async () => {
    const { leftOut } = await read('connections: 0\nqido-rs:\n  basic: { url: "https://pacs.example/rs" }');
    expect(leftOut).toMatchObject([{ id: 'web' }]);
  });
});
