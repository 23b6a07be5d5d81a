import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { instanceRows, sampleArchive } from '@pacs-connectors/connector-testkit';
import {
  type DatabaseServer,
  freePort,
  type RunningDcmqrscp,
  type RunningOpenId,
  type RunningOrthanc,
  startDcmqrscp,
  startOpenId,
  startOrthanc,
  startPostgresql,
  temporaryFolder,
  writeDicomFiles,
} from '@pacs-connectors/test-services';
import { runCli } from '../../testing/run-command.js';

/** One archive's images in Orthanc, listed by itself, by dcmqrscp and by PostgreSQL. */
const LOGIN = { user: 'viewer', password: 'sesame:4711' };
const CLIENT = { clientId: 'connectors', clientSecret: 'our-secret', scope: 'images' };
const patients = sampleArchive.slice(0, 1);

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let orthanc: RunningOrthanc;
let dcmqrscp: RunningDcmqrscp;
let postgresql: DatabaseServer;
let openId: RunningOpenId;

beforeAll(async () => {
  folder = await temporaryFolder('connect');
  const files = await writeDicomFiles(join(folder.path, 'dicom'), patients);
  [orthanc, dcmqrscp, postgresql, openId] = await Promise.all([
    startOrthanc({ dicomWeb: true, login: LOGIN }),
    startDcmqrscp({ callers: ['OURS'], files }),
    startPostgresql(),
    startOpenId(CLIENT),
  ]);
  await orthanc.upload(files);
  const rows = instanceRows()
    .filter(({ patient }) => patients.includes(patient))
    .map(({ patient, study, series, instance }) =>
      [patient.patientId, study.studyInstanceUid, series.seriesInstanceUid, instance.sopInstanceUid]
        .map((text) => `'${text}'`)
        .join(', '),
    );
  await postgresql.execute(
    `create table images (pid text, study text, series text, sop text); insert into images values ${rows.map((row) => `(${row})`).join(', ')};`,
  );
});

afterAll(async () => {
  await Promise.allSettled([orthanc?.stop(), dcmqrscp?.stop(), postgresql?.stop(), openId?.stop()]);
  await folder?.remove();
});

type Keys = Record<string, unknown>;

function wado(basic: Keys = {}): Keys {
  return {
    'wado.authentication': {
      additionnalParameters: '&contentType=application/dicom',
      basic: { url: `${orthanc.httpUrl}/wado`, login: LOGIN.user, password: LOGIN.password, ...basic },
    },
  };
}

function dicom(peer: Keys = {}, basic?: Keys): Keys {
  return {
    type: 'DICOM',
    ...wado(basic),
    'dicom-connector': {
      'calling-aet': 'OURS',
      aet: dcmqrscp.aet,
      host: '127.0.0.1',
      port: dcmqrscp.dicomPort,
      'connect-timeout': '2s',
      ...peer,
    },
  };
}

function database(keys: Keys = {}, query: Keys = {}): Keys {
  return {
    type: 'DB',
    ...wado(),
    'db-connector': {
      uri: postgresql.jdbcUrl,
      user: postgresql.user,
      password: postgresql.password,
      query: {
        select:
          'select pid as "patientId", study as "studyInstanceUid", series as "seriesInstanceUid", sop as "sopInstanceUid" from images',
        'study-instance-uid-column': 'study',
        'patient-id-column': 'pid',
        ...query,
      },
      ...keys,
    },
  };
}

function dicomWeb(basic: Keys = {}): Keys {
  return {
    type: 'DICOM_WEB',
    'dicom-web-connector.qido-rs.authentication.basic': {
      url: orthanc.dicomWebUrl,
      login: LOGIN.user,
      password: LOGIN.password,
      ...basic,
    },
  };
}

async function connect(archives: Keys, args: string[] = [], more: Keys = {}) {
  const file = join(folder.path, 'site.yml');
  await writeFile(file, JSON.stringify({ ...more, 'connector.config': archives }));
  const { code, err } = await runCli(['check', '--connect', ...args, file]);
  expect(err).not.toMatch(/sesame|our-secret|archive-secret/);
  for (const { patientId } of patients) expect(err).not.toContain(patientId);
  return { code, err };
}

it('all right: a PACS asked by C-FIND, a database', async () => {
  const { code, err } = await connect({
    pacs: dicom(),
    orthanc: dicom({ aet: 'ORTHANC', port: orthanc.dicomPort }),
    db: database(),
  });
  for (const id of ['pacs', 'orthanc', 'db']) {
    expect(err).toMatch(new RegExp(`^ok: archive ${id}: connection: .* \\(\\d+ ms\\)$`, 'm'));
    expect(err).toMatch(new RegExp(`^ok: archive ${id}: search: 1 study, `, 'm'));
    expect(err).toMatch(new RegExp(`^ok: archive ${id}: image: .*/wado: a DICOM image, `, 'm'));
  }
  expect(err).toContain(
    `127.0.0.1:${dcmqrscp.dicomPort} answered as AE title DCMQRSCP, and accepted an association from OURS`,
  );
  expect(err).toMatch(/Archives: 3 work\.\n$/);
  expect(code).toBe(0);
});

describe('what is wrong is named, with its remedy', () => {
  it.each<[string, () => Keys | Promise<Keys>, RegExp]>([
    ['host, C-FIND', () => dicom({ host: 'no-such-host.invalid' }), /connection: .*no-such-host\.invalid.* Remedy: /],
    ['port, C-FIND', async () => dicom({ port: await freePort() }), /connection: .*refused.* Remedy: /],
    [
      'port of a web server, C-FIND',
      () => dicom({ port: orthanc.httpPort }),
      /connection: .*(HTTP|closed|answer).* Remedy: .*port/,
    ],
    [
      'called AE title',
      () => dicom({ aet: 'NOBODY' }),
      /connection: .*rejected.*NOBODY not recognized.* Remedy: Set aet/,
    ],
    [
      'calling AE title',
      () => dicom({ 'calling-aet': 'STRANGER' }),
      /connection: .*rejected.*STRANGER|connection: .*not recognized.* Remedy: .*STRANGER/,
    ],
    [
      'host, database',
      () => database({ uri: 'jdbc:postgresql://no-such-host.invalid/pacs' }),
      /connection: .*no-such-host\.invalid.* Remedy: /,
    ],
    [
      'port, database',
      async () => database({ uri: `jdbc:postgresql://127.0.0.1:${await freePort()}/pacs` }),
      /connection: .* Remedy: /,
    ],
    ['login, database', () => database({ password: 'wrong' }), /connection: .*28P01.* Remedy: Check user and password/],
    [
      'column',
      () => database({}, { 'accession-number-column': 'accession_no' }),
      /connection: .*accession_no.* Remedy: .*-column/,
    ],
    ['login, images', () => dicom({}, { password: 'wrong' }), /image: .*status 401.* Remedy: Check login and password/],
    ['address of images', () => dicom({}, { url: `${orthanc.httpUrl}/nowhere` }), /image: .*status 404.* Remedy: /],
    [
      'a web page as address of images',
      () => dicom({}, { url: `${orthanc.httpUrl}/app/explorer.html` }),
      /image: .*web page.* Remedy: /,
    ],
    ['login, QIDO-RS', () => dicomWeb({ password: 'wrong' }), /connection: .*401.* Remedy: /],
  ])('%s', async (_what, archive, said) => {
    const { code, err } = await connect({ main: await archive() });
    expect(err).toMatch(new RegExp(`^error: archive main: (${said.source})`, 'm'));
    expect(err).toMatch(/Archives: 0 work, 1 has an error \(main\)\.\n$/);
    expect(code).toBe(1);
  });
});

describe('DICOM_WEB', () => {
  it('down to instances: an image is fetched in its parts', async () => {
    const { code, err } = await connect({ web: dicomWeb() });
    expect(err).toMatch(/^ok: archive web: image: .*\/dicom-web: a DICOM image, /m);
    expect(code).toBe(0);
  });

  it('an address of WADO-URI in place of WADO-RS is an error', async () => {
    const { err } = await connect({
      web: {
        ...dicomWeb(),
        'dicom-web-connector.wado-rs.authentication.basic': {
          url: `${orthanc.httpUrl}/wado`,
          login: LOGIN.user,
          password: LOGIN.password,
        },
      },
    });
    expect(err).toMatch(/^error: archive web: image: .*\/wado: .*(status 4|not multipart).* Remedy: /m);
  });

  it.each(['STUDY', 'SERIE'])('at level %s: a series is fetched whole', async (level) => {
    const { code, err } = await connect({ web: dicomWeb() }, [], { 'connector.dicom-web-level-limit': level });
    expect(err).toMatch(/^ok: archive web: image: .*\/dicom-web: a series, whose first image is DICOM, /m);
    expect(code).toBe(0);
  });
});

it('fetches with a token of ours, and says where the provider gives none', async () => {
  const registration = (secret: string) => ({
    'spring.security.oauth2.client': {
      'registration.ours': {
        'client-id': CLIENT.clientId,
        'client-secret': secret,
        'authorization-grant-type': 'client_credentials',
        scope: CLIENT.scope,
        provider: 'idp',
      },
      'provider.idp.issuer-uri': openId.issuer,
    },
  });
  const archive = {
    ...database(),
    'wado.authentication': { oauth2: { url: `${orthanc.httpUrl}/wado`, 'oidc-id': 'ours' } },
  };
  // Orthanc takes no tokens: it was sent one.
  const sent = await connect({ db: archive }, [], registration(CLIENT.clientSecret));
  expect(sent.err).toMatch(/^error: archive db: image: .*status 401/m);
  const none = await connect({ db: archive }, [], registration('wrong'));
  expect(none.err).toMatch(/^error: archive db: search: .*(token|invalid_client)/im);
  expect(none.err).not.toMatch(/^ok: archive db: image/m);
});

it('an archive that does not answer ends by its deadline, and holds up no other', async () => {
  const start = performance.now();
  await postgresql.pause();
  try {
    const slow = { ...database(), timeout: '2s' };
    const { code, err } = await connect({ db: slow, pacs: dicom() });
    expect(err).toMatch(/^error: archive db: connection: .* Remedy: /m);
    expect(err).toMatch(/^ok: archive pacs: image: /m);
    expect(code).toBe(1);
  } finally {
    await postgresql.resume();
  }
  expect(performance.now() - start).toBeLessThan(60_000);
});
