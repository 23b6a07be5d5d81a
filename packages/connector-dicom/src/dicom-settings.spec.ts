import { describe, expect, it } from '@jest/globals';
import { checkConfiguration, readConfiguration } from '@pacs-connectors/config-core';
import { DicomPlugin } from './dicom-plugin.js';
import { type DicomSettings } from './dicom-settings.js';

async function read(lines: string[]) {
  const text = ['connector:', '  config:', '    pacs:', '      type: DICOM', ...lines.map((line) => `      ${line}`)];
  const document = await readConfiguration([{ name: 'test.yml', text: `${text.join('\n')}\n` }], {});
  const { connectors, leftOut } = checkConfiguration(document, [new DicomPlugin()]);
  return { settings: connectors[0]?.settings as DicomSettings | undefined, reasons: leftOut[0]?.reasons ?? [] };
}

const PEER = { callingAet: 'WEASIS', aet: 'PACS', host: 'pacs.example', port: 11112 };
const WADO = ['wado:', '  authentication:', '    basic:', '      url: http://pacs.example/wado'];

describe('settings of a connector of type DICOM', () => {
  it('stand below dicom-connector in the first layout', async () => {
    const { settings, reasons } = await read([
      'dicom-connector:',
      '  calling-aet: WEASIS',
      '  aet: PACS',
      '  host: pacs.example',
      '  port: 11112',
      '  tls:',
      '    mode: AES',
      '    need-client-authentication: true',
      '  key-store: { url: /stores/key.p12, type: PKCS12, password: one, key-store-password: two }',
      '  truststore: { url: /stores/trust.p12, type: PKCS12, password: three }',
      '  response-timeout: 30s',
      ...WADO,
    ]);
    expect(reasons).toEqual([]);
    expect(settings).toMatchObject({
      ...PEER,
      tls: { mode: 'AES', needClientAuthentication: true },
      keyStore: { url: '/stores/key.p12', type: 'PKCS12', password: 'one', keyStorePassword: 'two' },
      truststore: { url: '/stores/trust.p12', password: 'three' },
      responseTimeoutMs: 30_000,
    });
  });

  it('stand below dimse in the second layout', async () => {
    const { settings, reasons } = await read([
      'dicom-connector:',
      '  dimse:',
      '    callingAet: WEASIS',
      '    aet: PACS',
      '    host: pacs.example',
      '    port: 11112',
      '    tls: { mode: tls }',
      '    keyStore: { url: /stores/key.p12, keyStorePassword: two }',
      '    truststore: { url: /stores/trust.pem, type: PEM }',
      '    relational: off',
      '    max-associations: 2',
      ...WADO,
    ]);
    expect(reasons).toEqual([]);
    expect(settings).toMatchObject({
      ...PEER,
      tls: { mode: 'tls' },
      keyStore: { url: '/stores/key.p12', keyStorePassword: 'two' },
      truststore: { url: '/stores/trust.pem', type: 'PEM' },
      relational: 'off',
      maxAssociations: 2,
    });
  });

  it.each([
    ['"null"', /nothing would be encrypted/],
    ['NULL', /nothing would be encrypted/],
    ['"${TLS_MODE:null}"', /nothing would be encrypted/],
    ['3DES', /cipher is broken/],
    ['anonymous', /prove its identity/],
    ['rot13', /AES/],
  ])('refuse the mode %s, with its place', async (mode, why) => {
    const { settings, reasons } = await read([
      `dicom-connector: { calling-aet: A, aet: B, host: c, port: 104, tls.mode: ${mode} }`,
      ...WADO,
    ]);
    expect(settings).toBeUndefined();
    expect(reasons).toEqual([
      expect.stringMatching(/^test\.yml:5:\d+ \S+\.tls\.mode: found .*, expected AES, tls or true for TLS 1\.2/),
    ]);
    expect(reasons[0]).toMatch(why);
  });

  it.each(['mode: [true]', 'mode: { a: b }'])('say in plain words what belongs in place of %s', async (line) => {
    const { reasons } = await read([
      `dicom-connector: { calling-aet: A, aet: B, host: c, port: 104, tls: { ${line} } }`,
      ...WADO,
    ]);
    expect(reasons).toEqual([
      expect.stringMatching(
        /^test\.yml:5:\d+ \S+\.tls\.mode: found a (?:list|map), expected AES, tls or true [^\\^]*$/,
      ),
    ]);
  });

  it.each(['true', 'false', '"true"', "'false'", 'True', 'yes', 'off', '"${TLS:true}"'])(
    'take %s as the mode: the newer Java server has a boolean there',
    async (mode) => {
      const { settings, reasons } = await read([
        `dicom-connector: { calling-aet: A, aet: B, host: c, port: 104, tls: { mode: ${mode}, need-client-authentication: false } }`,
        ...WADO,
      ]);
      expect(reasons).toEqual([]);
      expect(settings?.tls?.mode).toBe(/\w+/.exec(mode.replace('${TLS:', ''))![0]);
    },
  );

  it.each(['', 'false', 'true'])('with stores without an address (tls.mode: %s) make a connector', async (mode) => {
    const { settings, reasons } = await read([
      `dicom-connector:`,
      `  dimse: { calling-aet: A, aet: B, host: c, port: 104, tls: { mode: ${mode} }, keyStore: { type: PKCS12, url: } }`,
      '  truststore: { url: , type: JKS, password: x }',
      ...WADO,
    ]);
    expect(reasons).toEqual([]);
    const connector = new DicomPlugin().create({ id: 'pacs', type: 'DICOM', deactivated: [], settings: settings! });
    await connector.close();
  });

  it.each([
    '',
    'tls:',
    'tls.mode:',
    'tls: { mode: }',
    'tls.mode: ~',
    'tls.mode: ""',
    'tls.mode: null',
    'tls: { mode: Null }',
  ])('without a mode (%j) are those of plain DICOM', async (tls) => {
    const { settings, reasons } = await read([
      'dicom-connector:',
      '  calling-aet: A',
      '  aet: B',
      '  host: c',
      '  port: 104',
      ...(tls ? [`  ${tls}`] : []),
      ...WADO,
    ]);
    expect(reasons).toEqual([]);
    expect(settings?.tls?.mode).toBeUndefined();
  });

  it('correct character sets by name, and name an unknown one with its line', async () => {
    const peer = 'calling-aet: A, aet: B, host: c, port: 104';
    const good = await read([
      `dicom-connector: { ${peer}, default-character-set: windows-1253, character-sets: { "ISO_IR 126": windows-1253 } }`,
      ...WADO,
    ]);
    expect(good.reasons).toEqual([]);
    expect(good.settings?.characterSets).toEqual({ 'ISO_IR 126': 'windows-1253' });
    const bad = await read([
      'dicom-connector:',
      '  { calling-aet: A, aet: B, host: c, port: 104,',
      '  default-character-set: latin-99,',
      '  character-sets: { "ISO_IR 126": windows-99 } }',
      ...WADO,
    ]);
    expect(bad.reasons.sort()).toEqual([
      expect.stringMatching(/^test\.yml:7:\d+ \S+default-character-set: found .*expected .*a term/),
      expect.stringMatching(/^test\.yml:8:\d+ .*found windows-99, expected a term/),
    ]);
  });

  it('say what is wrong, all at once', async () => {
    const { reasons } = await read([
      'dicom-connector: { calling-aet: A_TITLE_THAT_IS_TOO_LONG, aet: "A\\\\B", port: 70000, relational: perhaps }',
      ...WADO,
    ]);
    const all = reasons.join('\n');
    for (const key of ['calling-aet', 'aet', 'host', 'port', 'relational']) expect(all).toContain(key);
  });
});
