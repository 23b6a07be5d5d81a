import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { checkConfiguration } from './check.js';
import { readConfiguration } from './read-configuration.js';
import { renderProblem } from './document/problems.js';
import { Setting } from './reader/setting.js';
import { sampleViewers } from './testing/sample-viewers.js';
import { dicomConnector, load, problemsOf, samplePlugins } from './testing/samples.js';

async function loadFile(name: string, env = {}) {
  const file = fileURLToPath(new URL(`testing/${name}`, import.meta.url));
  return checkConfiguration(await readConfiguration([file], env), samplePlugins, sampleViewers);
}

describe('files as sites have them', () => {
  it('first layout', async () => {
    const { connectors, leftOut, defaultIds, problems } = await loadFile('first-layout.yml', { DB_PASSWORD: 's3cret' });
    expect(leftOut).toEqual([]);
    expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(defaultIds).toEqual(['archive-db', 'pacs']);
    expect(connectors).toMatchObject([
      {
        id: 'archive-db',
        type: 'DB',
        deactivated: ['sopInstanceUids', 'seriesInstanceUids'],
        timeoutMs: 25_000,
        settings: { user: 'reader', password: 's3cret', query: { patientIdColumn: 'p.pat_id' } },
        manifest: {
          transferSyntaxUid: '1.2.840.10008.1.2.4.70',
          requireOnlySopInstanceUid: false,
          additionalParameters: '&contentType=application/dicom',
          overrideDicomTags: [0x00_10_00_10, 0x00_10_00_20, 0x00_10_00_30],
          httpTags: { 'X-Site': 'north', 'X.Dotted': 'dot' },
        },
        retrieval: {
          forceBasic: false,
          basic: { url: 'https://pacs.hospital.example/wado', login: 'viewer', password: '0123' },
          oauth2: { url: 'https://pacs.hospital.example/oauth2/wado' },
        },
      },
      {
        id: 'pacs',
        type: 'DICOM',
        deactivated: [],
        settings: { peer: { callingAet: 'WEASIS', aet: 'DCM4CHEE', host: 'pacs.hospital.example', port: 11_112 } },
        retrieval: { basic: { login: 'viewer', password: '1e5' } },
      },
    ]);
    expect(connectors[0]!.manifest.compressionRate).toBeUndefined();
    expect(connectors[0]!.retrieval.type).toBeUndefined();
  });

  it('second layout', async () => {
    const { connectors, leftOut, defaultIds, problems, global } = await loadFile('second-layout.yml');
    expect(leftOut).toEqual([]);
    expect(problems).toEqual([]);
    expect(defaultIds).toEqual([]);
    expect(connectors).toMatchObject([
      {
        id: 'web',
        type: 'DICOM_WEB',
        settings: {
          oidcId: 'archive',
          levelLimit: 'SERIE',
          clients: { registrations: { archive: { scope: ['openid', 'wado'] } } },
        },
        manifest: {
          transferSyntaxUid: '1.2.840.10008.1.2.4.50',
          compressionRate: 75,
          overrideDicomTags: [0x00_10_00_20, 0x00_10_00_10],
          httpTags: { Accept: 'multipart/related' },
        },
        retrieval: {
          type: 'OAUTH2',
          oauth2: { url: 'https://pacs.hospital.example:8443/dcm4chee-arc/aets/DCM4CHEE/rs', oidcId: 'archive' },
        },
      },
      {
        id: 'pacs',
        settings: { peer: { callingAet: 'WEASIS', port: 11_112 } },
        manifest: { compressionRate: 90, transferSyntaxUid: '1.2.840.10008.1.2.4.50' },
        retrieval: { type: 'BASIC', basic: { url: 'http://pacs.hospital.example:8080/wado', login: 'viewer' } },
      },
    ]);
    expect(global.viewerSettings).toMatchObject({
      OHIF: { url: 'https://ohif.hospital.example:3000/viewer-app', tokenAuthQueryParam: true },
      SLICER: { protocol: 'slicer://', archives: { web: { url: 'http://localhost:8042/dicom-web' } } },
      MICRODICOM: { archives: { pacs: { host: 'pacs.hospital.example', port: 11_112, aet: 'DCM4CHEE' } } },
    });
  });

  it.each(['model-left-edge.yml', 'model-inside-default.yml'])(
    'the documented model of the first layout, most keys empty: %s',
    async (name) => {
      const { connectors, leftOut, defaultIds, problems } = await loadFile(name);
      expect(problems).toMatchObject([
        { severity: 'warning', expected: expect.stringContaining('still read') as unknown },
        { severity: 'warning', key: 'connector.config.connector-id', found: 'no value in it' },
      ]);
      expect([leftOut, defaultIds]).toEqual([[], []]);
      expect(connectors).toMatchObject([
        {
          id: 'pacs-a',
          type: 'DICOM',
          settings: { peer: { callingAet: 'VIEWER', aet: 'ARCHIVE', port: 11_112 } },
          manifest: { overrideDicomTags: [], httpTags: {} },
          retrieval: { forceBasic: false, basic: { url: 'http://pacs.hospital.example:8080/wado', login: 'viewer' } },
        },
      ]);
    },
  );

  it('both layouts in one file, and within one connector', async () => {
    const { connectors, problems } = await load(`connector:
  config:
    a:
      type: dicom
      weasis.manifest.compressionRate: 50
      wado.authentication: { transfer-syntax-uid: '1.2', basic: { login: u } }
      dicom-connector:
        dimse: { calling_aet: US, host: pacs.example }
        aet: THEM
        port: 104
        wado.basic.server: { url: https://pacs.example, port: 8443, context: wado }
    b:
      type: DB
      wado: { authentication: { basic: { url: http://pacs.example/wado } } }
      dbConnector: { uri: 'jdbc:sqlite:x', query: { select: select 1 } }
`);
    expect(problems).toEqual([]);
    expect(connectors).toMatchObject([
      {
        type: 'DICOM',
        manifest: { compressionRate: 50, transferSyntaxUid: '1.2' },
        settings: { peer: { callingAet: 'US', aet: 'THEM', host: 'pacs.example', port: 104 } },
        retrieval: { basic: { url: 'https://pacs.example:8443/wado', login: 'u' } },
      },
      { id: 'b', type: 'DB' },
    ]);
  });
});

describe('an error costs its connector only, and everything is reported at once', () => {
  it('with file, line, key, what was found and what is expected', async () => {
    const { connectors, leftOut, problems } = await load(`connector:
  config:
    broken:
      type: DICOM
      search-criteria: { deactivated: [PATIENT_ID, PATIENT_NAME] }
      weasis.manifest.compression-rate: 101
      wado.authentication.basic.url: pacs.example
      dicom-connector:
        calling-aet: US
        host: pacs.example
        port: abc
    good:
      type: DICOM
      wado.authentication.basic.url: http://pacs.example/wado
      dicom-connector: { calling-aet: US, aet: THEM, host: pacs.example, port: 104 }
    unknown:
      type: XDS
    untyped:
      wado.authentication.basic.url: http://pacs.example/wado
    text: hello
`);
    expect(connectors.map(({ id }) => id)).toEqual(['good']);
    expect(leftOut.map(({ id, type }) => [id, type])).toEqual([
      ['broken', 'DICOM'],
      ['unknown', 'XDS'],
      ['untyped', undefined],
      ['text', undefined],
    ]);
    const at = 'connector.config';
    expect(problems.map(renderProblem)).toEqual([
      `1.yml:5:52 ${at}.broken.search-criteria.deactivated: found "PATIENT_NAME", expected any of SOP_INSTANCE_UID, SERIE_INSTANCE_UID, SERIES_INSTANCE_UID, STUDY_INSTANCE_UID, STUDY_ACCESSION_NUMBER, PATIENT_ID [configuration.value.invalid]`,
      `1.yml:6:41 ${at}.broken.weasis.manifest.compression-rate: found "101", expected an integer from 1 to 100 [configuration.value.invalid]`,
      `1.yml:7:38 ${at}.broken.wado.authentication.basic.url: found "pacs.example", expected a URL such as https://pacs.example/path [configuration.value.invalid]`,
      `1.yml:8:7 ${at}.broken.dicom-connector.aet: found nothing, expected a text (AE title of the peer) [configuration.key.missing]`,
      `1.yml:11:15 ${at}.broken.dicom-connector.port: found "abc", expected an integer from 1 to 65535 [configuration.value.invalid]`,
      `1.yml:17:13 ${at}.unknown.type: found "XDS", expected one of DB, DICOM, DICOM_WEB, or a package with it in connector.plugins [configuration.connector.type-unknown]`,
      `1.yml:18:5 ${at}.untyped.type: found nothing, expected a text (Archive type: DB, DICOM, DICOM_WEB, or the type of a plug-in) [configuration.key.missing]`,
      `1.yml:20:11 ${at}.text: found a single value, expected the keys of a connector [configuration.value.invalid]`,
    ]);
    expect(new Set(problems.map(({ connectorId }) => connectorId))).toEqual(
      new Set(['broken', 'unknown', 'untyped', 'text']),
    );
    expect(leftOut[0]!.reasons).toHaveLength(5);
    expect(problems.every(({ severity, fatal }) => severity === 'error' && !fatal)).toBe(true);
  });

  it('a key that is set twice leaves out its connector', async () => {
    const { connectors, leftOut } = await load(`${dicomConnector()}      type: DB
    other:
      type: DICOM
      wado.authentication.basic.url: http://pacs.example/wado
      dicom-connector: { calling-aet: US, aet: THEM, host: pacs.example, port: 104 }
`);
    expect(leftOut).toMatchObject([
      { id: 'pacs', reasons: [expect.stringContaining('a second value (the first is in line 4)')] },
    ]);
    expect(connectors.map(({ id }) => id)).toEqual(['other']);
  });

  it('a settings class that fails in its constructor leaves out its connectors only', async () => {
    class Failing {
      constructor() {
        throw new TypeError('hunter2');
      }
    }
    const document = await readConfiguration([{ name: 'a.yml', text: 'connector.config.x: { type: BAD, a: b }' }], {});
    const { leftOut } = checkConfiguration(document, [...samplePlugins, { type: 'BAD', settings: Failing }]);
    expect(leftOut).toMatchObject([{ id: 'x', type: 'BAD' }]);
    expect(JSON.stringify(leftOut)).not.toContain('hunter2');
  });

  it.each(['connector', 'connector.config'])('the key %s twice is reported as such', async (key) => {
    const twice = `${key}: { config.a: {} }\n${key}: { config.b: {} }\n`;
    expect(await problemsOf(twice)).toEqual([
      `error 1.yml:2:${key.length + 3} ${key}: found a second value (the first is in line 1), expected the key once [configuration.key.repeated]`,
    ]);
  });

  it('connectors in a list are reported', async () => {
    expect(await problemsOf('connector:\n  config:\n    - a:\n        type: DICOM\n')).toEqual([
      'error 1.yml:3:5 connector.config: found a list, expected connectors by their ids, without "- " before each [configuration.value.invalid]',
    ]);
  });

  it.each(['connector:', 'connector:\n  config:', 'connector.config: ~', 'a: b', '', 'connector.config: {}'])(
    'no connector at all: %j',
    async (yaml) => {
      expect(await problemsOf(yaml)).toEqual([
        expect.stringMatching(
          /^error 1\.yml:\d+:\d+ connector\.config: found nothing, expected at least one connector, by its id \[configuration\.connector\.none\]$/,
        ),
      ]);
    },
  );

  it('a connector without any value is ignored, with a warning', async () => {
    const { connectors, leftOut, problems } = await load(
      `${dicomConnector()}    template:\n      type: # DB\n      wado:\n        authentication:\n`,
    );
    expect(connectors.map(({ id }) => id)).toEqual(['pacs']);
    expect(leftOut).toEqual([]);
    expect(problems).toMatchObject([{ severity: 'warning', key: 'connector.config.template' }]);
  });

  it.each(['"a,b"', '"a b"', '""'])('an id that no request can name: %s', async (id) => {
    const { leftOut } = await load(dicomConnector().replace('pacs:', `${id}:`));
    expect(leftOut).toHaveLength(1);
  });

  it('a value that two settings are read from is reported once', async () => {
    class Login {
      @Setting({ paths: ['wado.authentication.basic.password'], description: 'd', kind: 'integer' })
      password?: number;

      @Setting({ paths: ['wado.authentication.basic.password'], description: 'd', kind: 'integer' })
      same?: number;
    }
    const text =
      'connector.config.x: { type: X, wado.authentication.basic: { url: http://a, login: u, password: abc } }';
    const document = await readConfiguration([{ name: 'a.yml', text }], {});
    expect(checkConfiguration(document, [{ type: 'X', settings: Login }]).problems).toHaveLength(1);
  });

  it('an id with a dot: in brackets it is one, without them it is reported', async () => {
    expect((await load(dicomConnector().replace('pacs:', '"[pacs.main]":'))).connectors).toMatchObject([
      { id: 'pacs.main' },
    ]);
    const { leftOut } = await load(dicomConnector().replace('pacs:', 'pacs.main:'));
    expect(leftOut).toMatchObject([
      { id: 'pacs', reasons: [expect.stringContaining('expected "[pacs.main]": an id with a dot needs brackets')] },
    ]);
  });

  it('an id like a property of every object is an id', async () => {
    for (const id of ['constructor', '__proto__', 'toString']) {
      expect((await load(dicomConnector().replace('pacs:', `${id}:`))).connectors.map((found) => found.id)).toEqual([
        id,
      ]);
    }
  });

  it('ids of connector.default that do not exist are reported', async () => {
    const broken = '    broken:\n      type: DICOM\n  default: [pacs, broken, nobody]\n';
    const { defaultIds, problems } = await load(dicomConnector() + broken);
    expect(defaultIds).toEqual(['pacs', 'broken', 'nobody']);
    expect(problems.filter(({ severity }) => severity === 'warning').map(({ found }) => found)).toEqual([
      '"broken", a connector that is left out',
      '"nobody", which is not a connector',
    ]);
    expect(await problemsOf(`${dicomConnector()}  default: Pacs\n`)).toEqual([
      'warning 1.yml:7:12 connector.default: found "Pacs", which is not a connector, expected "pacs", in the same letter case; otherwise every usable connector is searched [configuration.connector.not-usable]',
    ]);
  });
});

it('a connector that is switched off is neither used nor missed; what is wrong with it is reported all the same', async () => {
  const { connectors, leftOut, disabled, problems } = await load([
    dicomConnector(),
    'connector.config: { a: { type: DICOM, enabled: false }, b: { enabled: no, type: X } }',
    'connector.default: pacs, a',
  ]);
  expect(connectors.map(({ id }) => id)).toEqual(['pacs']);
  expect(leftOut).toEqual([]);
  expect(disabled).toEqual([
    { id: 'a', type: 'DICOM' },
    { id: 'b', type: 'X' },
  ]);
  const found = problems.map((problem) => [problem.severity, problem.found]);
  expect(found).toContainEqual(['error', '"X"']);
  expect(found).toContainEqual(['warning', '"a", a connector that is switched off']);
});

describe('keys that nothing reads', () => {
  it('are reported, with the key that was meant where one is near', async () => {
    const problems = await problemsOf(`connector:
  defualt: pacs
  other: ignored
  config:
    pacs:
      type: DICOM
      wado.authentication.basic.url: http://pacs.example/wado
      dicom-connector: { calling-aet: US, calling-eat: US, aet: THEM, host: pacs.example, port: 104 }
      dicom-conector: { tls: on }
      color: green
      empty:
conector.config: {}
ohif.server.url: http://ohif.example
ohif.token-auth-query-parm: true
unrelated: { key: '\${NOT_SET}', cipher: '{cipher}zz' }
`);
    expect(problems).toEqual([
      'warning 1.yml:2:3 connector.defualt: found an unknown key, without effect, expected "default" [configuration.key.unknown]',
      'warning 1.yml:8:43 connector.config.pacs.dicom-connector.calling-eat: found an unknown key, without effect, expected "calling-aet" [configuration.key.unknown]',
      'warning 1.yml:9:7 connector.config.pacs.dicom-conector: found an unknown key, without effect, expected "dicom-connector" [configuration.key.unknown]',
      'warning 1.yml:10:7 connector.config.pacs.color: found an unknown key, without effect, expected one of type, enabled, search-criteria, timeout, wado, weasis, separate, dicom-connector [configuration.key.unknown]',
      'warning 1.yml:14:1 ohif.token-auth-query-parm: found an unknown key, without effect, expected "token-auth-query-param" [configuration.key.unknown]',
    ]);
  });
});
