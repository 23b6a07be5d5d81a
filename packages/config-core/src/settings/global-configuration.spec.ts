import { describe, expect, it } from '@jest/globals';
import { dicomConnector, load, problemsOf } from '../testing/samples.js';
import { sampleViewers, type SampleViewerSettings } from '../testing/sample-viewers.js';
import { globalConfiguration } from './global-configuration.js';

async function global(yaml: string) {
  const loaded = await load([dicomConnector(), yaml]);
  const viewerSettings: SampleViewerSettings = loaded.global.viewerSettings;
  return { ...loaded.global, viewerSettings, problems: loaded.problems };
}

it('has defaults for what no file sets', async () => {
  const { problems, ...read } = await global('');
  expect(problems).toEqual([]);
  expect(read).toEqual({ ...new (globalConfiguration(sampleViewers))() });
  expect(read).toMatchObject({
    defaultIds: [],
    plugins: [],
    timeoutMs: 25_000,
    viewerSettings: {
      WEASIS: { protocol: 'weasis://', context: '', config: '$weasis:config wcfg=', get: '$dicom:get -w' },
    },
  });
  expect(read.viewerSettings).not.toHaveProperty('OHIF');
  expect(read).not.toHaveProperty('cryptography');
});

it('types every key of the tables', async () => {
  const { problems, ...read } = await global(`
connector:
  dicom-web-level-limit: SERIE
  plugins: '@site/connector-xds, other'
cryptography: { enabled: true, password: secret, salt: 0011 }
spring.security.oauth2.client:
  registration:
    sso: { client-id: 01, client-secret: s, authorization-grant-type: authorization_code, scope: [openid], provider: kc }
  provider:
    kc:
      issuer-uri: https://sso.example/realms/a
      jwk-set-uri: https://sso.example/keys
      token-uri: https://sso.example/token
      authorization-uri: https://sso.example/auth
weasis:
  command: { protocol: 'weasis2://', get: $dicom:get --manifest }
  launch-configuration.url: https://weasis.example/launch
ohif: { server: { url: http://ohif.example }, tokenAuthQueryParam: yes }
slicer: { command: { protocol: 's://', context: v }, archives: { a.b: { url: http://pacs.example } } }
microdicom: { command.protocol: 'm://', archives.pacs: { url: 'http://10.0.0.1:80/x', port: 104, context: PACS } }
server: { port: 0, address: 0.0.0.0, public-url: https://viewer.example/x, servlet.context-path: pacs-connectors/ }
request: { ids: [patientID, studyUID], IID.level: PATIENT }
hosts.allow: 10.0.0.0/8, ::1, portal.hospital.example, x.example.org
`);
  expect(problems).toEqual([]);
  expect(read).toMatchObject({
    dicomWebLevelLimit: 'series',
    plugins: ['@site/connector-xds', 'other'],
    cryptography: { enabled: true, password: 'secret', salt: '0011' },
    oauth2: {
      registrations: {
        sso: {
          clientId: '01',
          clientSecret: 's',
          authorizationGrantType: 'authorization_code',
          scope: ['openid'],
          provider: 'kc',
        },
      },
      providers: {
        kc: {
          issuerUri: 'https://sso.example/realms/a',
          jwkSetUri: 'https://sso.example/keys',
          tokenUri: 'https://sso.example/token',
          authorizationUri: 'https://sso.example/auth',
        },
      },
    },
    viewerSettings: {
      WEASIS: {
        protocol: 'weasis2://',
        get: '$dicom:get --manifest',
        config: '$weasis:config wcfg=',
        launchConfigurationUrl: 'https://weasis.example/launch',
      },
      OHIF: { url: 'http://ohif.example', tokenAuthQueryParam: true },
      SLICER: { protocol: 's://', context: 'v' },
      MICRODICOM: { protocol: 'm://', archives: { pacs: { host: '10.0.0.1', port: 104, aet: 'PACS' } } },
    },
    server: { port: 0, address: '0.0.0.0', publicUrl: 'https://viewer.example/x', contextPath: '/pacs-connectors' },
    request: { ids: ['patientIds', 'studyInstanceUids'], iidLevels: ['PATIENT'] },
    hosts: { allow: ['10.0.0.0/8', '::1', 'portal.hospital.example', 'x.example.org'] },
  });
});

describe('a fault costs as little as it can', () => {
  it('a viewer: that viewer', async () => {
    const { viewerSettings, problems } = await global(`
ohif: { server: { url: http://ohif.example, port: many } }
slicer.archives: { pacs.url: http://pacs.example, bad: { port: 80 } }
microdicom.archives: { pacs: { url: pacs.example, port: 0, context: PACS }, ok: { url: pacs, port: 1, context: P } }
weasis.command.get: { a: b }
`);
    expect(viewerSettings.OHIF).toBeUndefined();
    expect(Object.keys(viewerSettings.SLICER!.archives)).toEqual(['pacs']);
    expect(Object.keys(viewerSettings.MICRODICOM!.archives)).toEqual(['ok']);
    expect(viewerSettings.WEASIS).toBeUndefined();
    expect(problems.map(({ key, severity, fatal }) => [key, severity, fatal])).toEqual([
      ['ohif.server.port', 'error', undefined],
      ['slicer.archives.bad.url', 'error', undefined],
      ['microdicom.archives.pacs.port', 'error', undefined],
      ['weasis.command.get', 'error', undefined],
    ]);
  });

  it('a registration: that registration', async () => {
    const { oauth2, problems } = await global(`
spring.security.oauth2.client.registration:
  good: { client-id: a }
  bad: { client-secret: b, authorization-grant-type: password }
`);
    expect(Object.keys(oauth2.registrations)).toEqual(['good']);
    expect(problems).toMatchObject([
      { key: 'spring.security.oauth2.client.registration.bad.client-id', found: 'nothing' },
      { key: 'spring.security.oauth2.client.registration.bad.authorization-grant-type', found: '"password"' },
    ]);
  });

  it('a warning of a guard stays a warning', async () => {
    const { problems } = await global('cryptography: { password: null, enabled: false }');
    expect(problems).toMatchObject([{ severity: 'warning', key: 'cryptography.password' }]);
    expect(problems[0]).not.toHaveProperty('fatal');
  });

  it.each([
    ['a salt that is not hexadecimal', 'salt: pepper'],
    ['a mode that nobody knows', 'mode: ofb'],
    ['a password whose variable is not set', 'password: "${NOT_SET}"'],
    ['a ciphertext without its key', `password: '{cipher}00ff'`],
    ['two salts', 'salt: 00\n  salt: 11'],
    ['a key that is nearly a known one', 'slat: 00'],
    ['a switch in the environment', 'salt: pepper\n  enabled: ${CRYPT:false}'],
    ['a switch that is not set', 'salt: pepper\n  enabled:'],
  ])('%s costs nothing while cryptography is off', async (_, lines) => {
    const off = lines.includes('enabled:') ? '' : '  enabled: false\n';
    const { problems, cryptography } = await global(`cryptography:\n${off}  ${lines}\n`);
    expect(problems).toMatchObject([
      {
        severity: 'warning',
        expected: expect.stringMatching(/; it is ignored while cryptography\.enabled is not true$/) as unknown,
      },
    ]);
    expect(problems[0]).not.toHaveProperty('fatal');
    expect(cryptography?.enabled ?? false).toBe(false);
  });

  it.each(['pepper', 'abc', '0xdead', '"12 34"'])('the salt %s is named while cryptography is on', async (salt) => {
    const { problems } = await global(`cryptography: { enabled: true, password: x, salt: ${salt} }`);
    expect(problems).toMatchObject([{ severity: 'error', key: 'cryptography.salt', fatal: true }]);
    expect(problems[0]!.expected).toContain('hexadecimal');
  });

  it('a list where registrations or archives should be: those', async () => {
    const text = 'spring.security.oauth2.client: { registration: [a] }\nslicer: { archives: [a], command.context: v }';
    const { oauth2, viewerSettings, problems } = await global(text);
    expect(oauth2).toEqual({ registrations: {}, providers: {} });
    expect(viewerSettings.SLICER?.archives).toEqual({});
    expect(problems).toMatchObject([{ found: 'a list' }, { found: 'a list' }]);
  });

  it.each([
    ['connector.timeout: 0', 'connector.timeout'],
    ['connector.dicom-web-level-limit: STUDIES', 'connector.dicom-web-level-limit'],
    ['connector.plugins: { a: b }', 'connector.plugins'],
  ])('%s is reported, and nothing else is lost', async (yaml, key) => {
    const { connectors, problems, global: read } = await load([dicomConnector(), yaml]);
    expect(problems).toMatchObject([{ severity: 'error', key }]);
    expect(connectors).toHaveLength(1);
    expect(read.timeoutMs).toBeGreaterThan(0);
  });

  it.each([
    ['server.port: abc', 'server.port'],
    ['server.context-path: "a b"', 'server.context-path'],
    ['server.public-url: viewer.example', 'server.public-url'],
    ['request.ids: [patientID, everything]', 'request.ids'],
    ['request.IID.level: SERIES', 'request.IID.level'],
    ['hosts.allow: 10.0.0.0/99', 'hosts.allow'],
    ['hosts.allow: 10.0.0', 'hosts.allow'],
    ['hosts.allow: ${ALLOWED}', 'hosts.allow'],
    ['cryptography: { enabled: maybe }', 'cryptography.enabled'],
    ['cryptography.enabled: true', 'cryptography.password'],
    ['cryptography: { enabled: true, password: x, salt: xyz }', 'cryptography.salt'],
    ['hosts.alow: 10.0.0.1', 'hosts.alow'],
    ['request: { id: patientID }', 'request.id'],
    ['cryptography.enable: true', 'cryptography.enable'],
    ['cryptography: { enable: true, password: x, enabled: false }', 'cryptography.enable'],
    ['cryptography: { enabled: "${CRYPT}", salt: 00 }', 'cryptography.enabled'],
    ['cryptography: { enabled: true, password: "${NOT_SET}" }', 'cryptography.password'],
    ['cryptography: yes', 'cryptography'],
    ['hosts: [10.0.0.1]', 'hosts'],
    ['hosts:', 'hosts'],
    ['hosts: {}', 'hosts'],
    ['hosts.allow:', 'hosts'],
    ['hosts: { allow: [] }', 'hosts'],
    ['hosts.allow: " , "', 'hosts'],
    ['hosts.allow: ["", null]', 'hosts'],
    ['hosts.allow: "${NOTHING:}"', 'hosts'],
    ['hosts.allow: ["${NOTHING:}"]', 'hosts'],
    ['hosts.allowed: 10.0.0.1', 'hosts.allowed'],
    ['hosts.permit: 10.0.0.1', 'hosts.permit'],
    ['server: { hosts: { allow: 10.0.0.1 } }', 'server.hosts.allow'],
    ['server.allowed-hosts: 10.0.0.1', 'server.allowed-hosts'],
    ['security: { hosts: { allowed: 10.0.0.1 } }', 'security.hosts.allowed'],
    ['hosts-allow: 10.0.0.1', 'hosts-allow'],
    ['request.ids:', 'request.ids'],
    ['request: { ids: [] }', 'request.ids'],
    ['request.IID.level: ""', 'request.IID.level'],
    ['server.request.ids: patientID', 'server.request.ids'],
    ['server.cryptography: { enabled: true, password: x }', 'server.cryptography.enabled'],
  ])('%s guards the server: fatal', async (yaml, key) => {
    const { problems } = await global(yaml);
    expect(problems).toMatchObject([{ severity: 'error', key, fatal: true }]);
  });
});

it('a misspelled name of a guard is fatal', async () => {
  const { problems } = await global('host.allow: 10.0.0.1');
  expect(problems).toMatchObject([
    { key: 'host', severity: 'warning' },
    { key: 'host.allow', severity: 'error', fatal: true, code: 'configuration.guard.without-effect' },
  ]);
});

it('reads how archives are watched', async () => {
  const { problems, health } = await global(
    'health: { readyRequires: ANY, check-interval: 2s, check-timeout: 300ms, circuit: { failures: 5, rest: 1m } }',
  );
  expect(problems).toEqual([]);
  expect(health).toEqual({
    readyRequires: 'any',
    checkIntervalMs: 2000,
    checkTimeoutMs: 300,
    circuitFailures: 5,
    circuitRestMs: 60_000,
  });
});

it('reads what is logged; the logging keys of other programs in the same file are theirs', async () => {
  const { problems, logging } = await global(
    'logging: { level: { root: INFO }, minimum-level: WARN, identifiers: clear, hash-key: k }',
  );
  expect(problems).toEqual([]);
  expect(logging).toEqual({ minimumLevel: 'warn', identifiers: 'clear', hashKey: 'k' });
});

it('reads how manifests of launches are kept, and refuses to start where that is wrong', async () => {
  const { problems, cache } = await global(
    'cache: { url: "redis-sentinel://a,b:26380/main", password: p, ca-file: /ca.pem, encryptionKey: k, ttl: 1m, incomplete-ttl: 0, max-mib: 64, max-upload-mib: 2 }',
  );
  expect(problems).toEqual([]);
  expect(cache).toEqual({
    url: 'redis-sentinel://a,b:26380/main',
    password: 'p',
    caFile: '/ca.pem',
    encryptionKey: 'k',
    ttlMs: 60_000,
    incompleteTtlMs: 0,
    maxMib: 64,
    maxUploadMib: 2,
  });
  for (const [yaml, key] of [
    ['cache.url: redis://a', 'cache.encryption-key'],
    ['cache: { url: "http://:secret@a", encryption-key: k }', 'cache.url'],
    ['server.trusted-proxies: proxy.example', 'server.trusted-proxies'],
  ] as const) {
    const wrong = (await global(yaml)).problems;
    expect(wrong).toMatchObject([{ severity: 'error', key, fatal: true }]);
    expect(JSON.stringify(wrong)).not.toContain('secret');
  }
});

it('reads what callers may hand to Weasis, and which proxies are believed', async () => {
  const { problems, viewerSettings, server } = await global(
    'weasis.allow: { arg: true, pro: no }\nserver.trusted-proxies: 10.0.0.0/8, ::1\n',
  );
  expect(problems).toEqual([]);
  expect(viewerSettings.WEASIS).toMatchObject({ allowArg: true, allowPro: false, allowConfig: true });
  expect(server.trustedProxies).toEqual(['10.0.0.0/8', '::1']);
});

it('reads how the server ends', async () => {
  const { problems, shutdown } = await global('shutdown: { delay: 5s, timeout: 1m }');
  expect(problems).toEqual([]);
  expect(shutdown).toEqual({ delayMs: 5000, timeoutMs: 60_000 });
});

it.each(['weasis', 'slicer', 'microdicom'])('%s.command.protocol is a scheme with a colon', async (viewer) => {
  const of = (value: string) => problemsOf(`${dicomConnector()}${viewer}.command.protocol: "${value}"\n`);
  for (const value of ['x:', 'x://', 'x+y-1.z://']) expect(await of(value)).toEqual([]);
  for (const value of ['x', '://', ':', '1x:', 'x y:', 'x: '])
    expect(await of(value)).toEqual([
      expect.stringMatching(/^error \S+ \S+\.command\.protocol: found .*, expected a scheme with a colon, such as/),
    ]);
});
