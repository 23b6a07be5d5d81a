import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { checkConfiguration, readConfiguration } from '@pacs-connectors/config-core';
import { ConnectorError, emptyCriteria } from '@pacs-connectors/connector-core';
import { DicomWebPlugin } from './dicomweb-plugin.js';
import { AwsSettings, type DicomWebSettings } from './dicomweb-settings.js';
import { errors } from './errors/error-codes.js';
import { awsCredentials } from './http/aws-credentials.js';
import { queryAccess } from './service-access.js';
import { type FakeAwsUser, signatureOf, signatureRefusal, verifySignatures } from './testing/aws-signature.js';
import { closeAll, connect, count, EXPECTED, failure, serve, withBasic } from './testing/failing-server.js';

const USER: FakeAwsUser = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  sessionToken: 'session/token+with==',
  region: 'eu-west-2',
  service: 'medical-imaging',
};
const aws = Object.assign(new AwsSettings(), { region: USER.region });
const isOfAws = (name: string) => name.startsWith('AWS_');
const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => isOfAws(name)));

function setEnvironment(values: Record<string, string | undefined>): void {
  for (const name of Object.keys(process.env).filter(isOfAws)) delete process.env[name];
  for (const [name, value] of Object.entries(values)) if (value !== undefined) process.env[name] = value;
}

/** Neither files nor the address of an instance. */
const NOWHERE = {
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_CONFIG_FILE: '/nonexistent/config',
  AWS_SHARED_CREDENTIALS_FILE: '/nonexistent/credentials',
};

async function configured(line: string) {
  const address = 'qido-rs.authentication.basic.url: https://pacs.example/rs';
  const text = `connector.config.web:\n  type: DICOM_WEB\n  dicom-web-connector:\n    ${address}\n    ${line}\n`;
  return checkConfiguration(await readConfiguration([{ name: 'site.yml', text }], {}), [new DicomWebPlugin()]);
}

beforeEach(() =>
  setEnvironment({
    ...NOWHERE,
    AWS_ACCESS_KEY_ID: USER.accessKeyId,
    AWS_SECRET_ACCESS_KEY: USER.secretAccessKey,
    AWS_SESSION_TOKEN: USER.sessionToken,
  }),
);
afterEach(async () => {
  await closeAll();
  setEnvironment(environment);
});

it('the fake service computes the signature of the example "get-vanilla" of AWS', () => {
  const request = {
    method: 'GET',
    url: '/',
    headers: { host: 'example.amazonaws.com', 'x-amz-date': '20150830T123600Z' },
  };
  const user = { ...USER, region: 'us-east-1', service: 'service' };
  expect(signatureOf(request, ['host', 'x-amz-date'], user)).toBe(
    '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
  );
});

describe('queries that are signed', () => {
  it('are accepted, also with temporary credentials', async () => {
    const server = await serve({ before: verifySignatures(USER) });
    expect(await count(connect(server.url, { aws }))).toBe(EXPECTED);
    expect(server.requests.length).toBeGreaterThan(1);
    expect(server.authorizations.every((value) => value?.includes('x-amz-security-token'))).toBe(true);
  });

  it('are accepted with keys without a session token', async () => {
    setEnvironment({
      ...NOWHERE,
      AWS_ACCESS_KEY_ID: USER.accessKeyId,
      AWS_SECRET_ACCESS_KEY: USER.secretAccessKey,
    });
    const server = await serve({ before: verifySignatures({ ...USER, sessionToken: undefined }) });
    expect(await count(connect(server.url, { aws }))).toBe(EXPECTED);
  });

  it.each(['a b', "*,/^+&=~'()!;$@?:#%", 'Jörg 山田', '😀'])('may contain %s', async (text) => {
    const verify = verifySignatures(USER);
    const server = await serve({
      before: (request, response) => {
        if (verify(request, response)) return true;
        const url = new URL(request.url ?? '', 'http://a');
        if (url.searchParams.get('note') !== text) return (response.writeHead(500).end(), true);
        url.searchParams.delete('note');
        request.url = url.pathname + url.search;
        return false;
      },
    });
    const connector = connect(`${server.url}?note=${encodeURIComponent(text)}`, { aws });
    expect(await count(connector)).toBe(EXPECTED);
    const criteria = { ...emptyCriteria(), patientIds: [{ id: `x${text}` }], accessionNumbers: [`y${text}`] };
    const result = await connector.search(criteria, { signal: AbortSignal.timeout(20_000), depth: 'instance' });
    expect(result.patients).toEqual([]);
  });

  it('are signed again for a redirect within the server', async () => {
    const verify = verifySignatures(USER);
    const server = await serve({
      before: (request, response) => {
        if (verify(request, response)) return true;
        if (request.url?.startsWith('/dicom/web')) return false;
        response.writeHead(307, { location: `/dicom/web${request.url?.replace(/^\/a%20b/, '')}` }).end();
        return true;
      },
    });
    expect(await count(connect(server.url.replace('/dicom/web', '/a%20b'), { aws }))).toBe(EXPECTED);
  });

  it('are not signed for another server', async () => {
    const other = await serve({});
    const server = await serve({
      before: (request, response) => {
        response.writeHead(302, { location: new URL(request.url ?? '', other.url).href }).end();
        return true;
      },
    });
    expect(await count(connect(server.url, { aws }))).toBe(EXPECTED);
    expect(new Set(other.authorizations)).toEqual(new Set([undefined]));
  });
});

describe('a signature that AWS rejects', () => {
  it.each<[string, Partial<FakeAwsUser>, string]>([
    ['wrong secret key', { secretAccessKey: 'other' }, 'signature-refused'],
    ['unknown key', { accessKeyId: 'OTHER' }, 'credentials-refused'],
    ['expired token', { sessionToken: 'other' }, 'credentials-refused'],
    ['other region', { region: 'us-east-1' }, 'region-refused'],
    ['other service', { service: 'execute-api' }, 'region-refused'],
    ['clock', { now: () => Date.now() + 3_600_000 }, 'clock-wrong'],
  ])('is reported as what it is: %s', async (_, change, code) => {
    for (const status of [403, 400]) {
      const server = await serve({ before: verifySignatures({ ...USER, ...change }, status) });
      const error = await failure(connect(server.url, { aws }));
      expect(error).toMatchObject({ code: `dicomweb.aws.${code}`, message: expect.stringContaining(`HTTP ${status}`) });
      expect(error.remedy).toMatch(/\.$/);
      const shown = JSON.stringify([error.message, error.remedy, String(error.cause), error.stack]);
      for (const secret of [USER.accessKeyId, USER.secretAccessKey, USER.sessionToken]) {
        expect(shown).not.toContain(secret);
      }
    }
  });

  it('makes the next query use the credentials of then', async () => {
    const server = await serve({ before: verifySignatures({ ...USER, sessionToken: 'renewed' }) });
    const connector = connect(server.url, { aws });
    expect(await failure(connector)).toMatchObject({ code: 'dicomweb.aws.credentials-refused' });
    process.env['AWS_SESSION_TOKEN'] = 'renewed';
    expect(await count(connector)).toBe(EXPECTED);
  });

  it('is not confused with a query that is not permitted', async () => {
    const server = await serve({
      before: (_, response) => {
        response.writeHead(403, { 'x-amzn-errortype': 'AccessDeniedException' }).end('{"message":"not authorized"}');
        return true;
      },
    });
    expect(await failure(connect(server.url, { aws }))).toMatchObject({ code: 'dicomweb.query.forbidden' });
  });
});

describe('credentials', () => {
  it('that are nowhere are reported', async () => {
    setEnvironment(NOWHERE);
    const server = await serve({});
    expect(await failure(connect(server.url, { aws }))).toMatchObject({
      kind: 'misconfigured',
      code: 'dicomweb.aws.credentials-missing',
      remedy: expect.stringContaining('AWS_ACCESS_KEY_ID'),
    });
    expect(server.requests).toEqual([]);
  });

  it.each([
    ['client', 'refused'],
    ['server', 'unavailable'],
  ])('that AWS does not issue are reported: fault of the %s', async ($fault, kind) => {
    const failing = () => Promise.reject(Object.assign(new Error('secret'), { name: 'AccessDenied', $fault }));
    const packages = { SignatureV4: class {}, Sha256: class {}, defaultProvider: () => failing };
    const { sign } = awsCredentials('web', USER, () => packages);
    const error = await sign?.({ origin: 'https://a', path: '/', headers: {} }, AbortSignal.timeout(20_000)).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ kind, code: 'dicomweb.aws.credentials-failed' });
    expect(String(error)).not.toContain('secret');
  });

  it('that never come end at the deadline', async () => {
    const packages = { SignatureV4: class {}, Sha256: class {}, defaultProvider: () => () => new Promise(() => {}) };
    const { sign, timeoutError } = awsCredentials('web', USER, () => packages);
    const signing = sign?.({ origin: 'https://a', path: '/', headers: {} }, AbortSignal.timeout(20));
    await expect(signing).rejects.toMatchObject({ name: 'TimeoutError' });
    expect(timeoutError).toMatchObject({ kind: 'timeout', code: 'dicomweb.aws.credentials-failed' });
  });
});

it.each(['@smithy/signature-v4', '@aws-crypto/sha256-js', '@aws-sdk/credential-provider-node'])(
  'names what to install if %s is missing',
  (missing) => {
    const load = (name: string) => {
      if (name === missing) throw Object.assign(new Error('Cannot find module'), { code: 'MODULE_NOT_FOUND' });
      return { defaultProvider: () => () => Promise.reject(new Error('unused')) };
    };
    expect(() => awsCredentials('web', USER, load)).toThrow(
      expect.objectContaining({
        name: ConnectorError.name,
        kind: 'misconfigured',
        code: errors.codes['dicomweb.aws.package-missing'],
        message: expect.stringContaining(missing),
        remedy:
          'Run npm install @smithy/signature-v4@^5.7.0 @aws-crypto/sha256-js@^5.2.0 ' +
          '@aws-sdk/credential-provider-node@^3.972.0 and restart.',
      }),
    );
  },
);

describe('the settings', () => {
  it.each<[string, string, Partial<AwsSettings>]>([
    ['both keys', 'aws: { region: eu-west-2, service: execute-api }', { region: 'eu-west-2', service: 'execute-api' }],
    ['the region', 'aws.region: eu-west-2', { region: 'eu-west-2', service: 'medical-imaging' }],
  ])('are read from a file: %s', async (_, line, expected) => {
    const { connectors, problems } = await configured(line);
    expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect((connectors[0]?.settings as DicomWebSettings).aws).toEqual(expected);
  });

  it('are checked', async () => {
    expect((await configured('aws.region: "eu west"')).leftOut).toHaveLength(1);
  });

  const HOST = 'https://dicom-medical-imaging.us-west-2.amazonaws.com/datastore/1';
  const settingsOf = (url: string, more: Partial<DicomWebSettings>) =>
    ({ qidoRs: { basic: { url } }, ...more }) as unknown as DicomWebSettings;
  const access = (url: string, more: Partial<DicomWebSettings> = {}) => queryAccess('web', settingsOf(url, more));

  it('have the region of the host, unless another is configured', () => {
    expect(access(HOST).aws).toEqual({ region: 'us-west-2', service: 'medical-imaging' });
    expect(access(HOST, { aws: new AwsSettings() }).aws).toEqual({ region: 'us-west-2', service: 'medical-imaging' });
    expect(access(HOST, { aws }).aws).toEqual({ region: 'eu-west-2', service: 'medical-imaging' });
  });

  it('do not sign queries of other hosts, nor with another authentication', () => {
    expect(access('https://pacs.example/rs').aws).toBeUndefined();
    expect(access(HOST, withBasic(HOST)).aws).toBeUndefined();
  });

  it.each<[string, () => unknown]>([
    ['region-missing', () => access('https://pacs.example/rs', { aws: new AwsSettings() })],
    ['other-authentication', () => access(HOST, { ...withBasic(HOST), aws })],
  ])('are wrong: %s', (code, read) => {
    expect(read).toThrow(expect.objectContaining({ kind: 'misconfigured', code: `dicomweb.aws.${code}` }));
  });
});

it('the fake service rejects a request without a signature', () => {
  expect(signatureRefusal({ method: 'GET', url: '/', headers: { host: 'a' } }, USER)?.[0]).toMatch(/^Missing/);
});
