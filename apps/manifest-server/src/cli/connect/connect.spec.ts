import { writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { instanceRows } from '@pacs-connectors/connector-testkit';
import { createDemoArchive } from '@pacs-connectors/demo-archive';
import { dicomFile, freePort, temporaryFolder } from '@pacs-connectors/test-services';
import { runCli } from '../../testing/run-command.js';

/** A database of the sample patients, and images of theirs that come from a server of this test. */
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let database: string;
let images: Server;
let answer: (request: IncomingMessage, response: ServerResponse) => void;
let asked: IncomingMessage[] = [];

const rows = instanceRows();

beforeAll(async () => {
  folder = await temporaryFolder('connect');
  ({ database } = await createDemoArchive(folder.path));
  images = createServer((request, response) => {
    asked.push(request);
    answer(request, response);
  });
  await new Promise<void>((resolve) => images.listen(0, '127.0.0.1', resolve));
});
afterEach(() => {
  asked = [];
});
afterAll(async () => {
  images.closeAllConnections();
  await new Promise((resolve) => images.close(resolve));
  await folder.remove();
});

function sendImage(request: IncomingMessage, response: ServerResponse, sopInstanceUid?: string): void {
  const uid = new URL(request.url ?? '', 'http://x').searchParams.get('objectUID') ?? '';
  const row = rows.find(({ instance }) => instance.sopInstanceUid === uid)!;
  const { patient, study, series } = row;
  const file = dicomFile(patient, study, series, { sopInstanceUid: sopInstanceUid ?? uid });
  response.writeHead(200, { 'content-type': 'application/dicom' }).end(file);
}

const SELECT = `SELECT p.pat_id AS "patientId", s.study_iuid AS "studyInstanceUid", e.series_iuid AS "seriesInstanceUid",
            i.sop_iuid AS "sopInstanceUid" FROM patient p JOIN study s ON s.patient_fk = p.pk
            JOIN series e ON e.study_fk = s.pk JOIN instance i ON i.series_fk = e.pk`;

function archive(id: string, more: object = {}, query: object = {}, uri = `jdbc:sqlite:${database}`): object {
  const { port } = images.address() as AddressInfo;
  return {
    [id]: {
      type: 'DB',
      timeout: '5s',
      wado: {
        authentication: {
          additionnalParameters: '&site=north',
          httpTags: { 'X-Site': 'north' },
          basic: { url: `http://127.0.0.1:${port}/wado`, login: 'viewer', password: 'hunter2' },
          ...more,
        },
      },
      'db-connector': {
        uri,
        query: {
          select: SELECT,
          'study-instance-uid-column': 's.study_iuid',
          'patient-id-column': 'p.pat_id',
          ...query,
        },
      },
    },
  };
}

async function connect(archives: object[], args: string[] = []) {
  const file = join(folder.path, 'site.yml');
  await writeFile(file, JSON.stringify({ connector: { config: Object.assign({}, ...archives) as object } }));
  const { code, err } = await runCli(['check', '--connect', ...args, file]);
  expect(err).not.toContain('hunter2');
  for (const { patient } of rows) expect(err).not.toContain(patient.patientName ?? patient.patientId);
  return { code, err };
}

it('finds a study by itself, and fetches one image as Weasis does', async () => {
  answer = sendImage;
  const { code, err } = await connect([archive('main')]);
  expect(err).toMatch(/^ok: archive main: connection: SQLite at .* is connected; the select returns .* \(\d+ ms\)$/m);
  expect(err).toMatch(/^ok: archive main: search: 1 study, \d+ series, \d+ images in \d+ ms$/m);
  expect(err).toMatch(
    /^ok: archive main: image: http:\/\/127\.0\.0\.1:\d+\/wado: a DICOM image, [\d,]+ bytes in \d+ ms$/m,
  );
  expect(code).toBe(0);
  expect(asked).toHaveLength(1);
  expect(asked[0]!.headers).toMatchObject({ authorization: `Basic ${btoa('viewer:hunter2')}`, 'x-site': 'north' });
  expect(asked[0]!.url).toMatch(
    /^\/wado\?requestType=WADO&studyUID=[\d.]+&seriesUID=[\d.]+&objectUID=[\d.]+&contentType=application%2Fdicom&site=north$/,
  );
});

it('takes the samples that are named, and says where an archive has none of them', async () => {
  answer = sendImage;
  const { patient, study } = rows.at(-1)!;
  const byStudy = await connect([archive('main')], ['--study', study.studyInstanceUid]);
  expect(byStudy.code).toBe(0);
  expect(asked.at(-1)!.url).toContain(`studyUID=${study.studyInstanceUid}&`);
  expect((await connect([archive('main')], ['--patient', patient.patientId])).code).toBe(0);
  const missing = await connect([archive('main')], ['--study', '1.2.3.99']);
  expect(missing.err).toMatch(
    /^error: archive main: search: the sample was not found\..* \[server\.search\.nothing-found\]$/m,
  );
  expect(missing.code).toBe(1);
});

it.each<[string, (request: IncomingMessage, response: ServerResponse) => void, RegExp]>([
  [
    '401',
    (_request, response) => response.writeHead(401).end(),
    /status 401.* Remedy: Check login and password.*\[server\.image\.refused\]$/,
  ],
  [
    '403',
    (_request, response) => response.writeHead(403).end(),
    /status 403.* Remedy: Allow this login to see.*\[server\.image\.refused\]$/,
  ],
  [
    '404',
    (_request, response) => response.writeHead(404).end(),
    /status 404.* Remedy: Check the address.*\[server\.image\.refused\]$/,
  ],
  ['400', (_request, response) => response.writeHead(400).end(), /status 400.* Remedy: Set .*contentType=application/],
  ['204', (_request, response) => response.writeHead(204).end(), /status 204.*\[server\.image\.refused\]$/],
  [
    'a web page',
    (_request, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Log in</html>'),
    /answered a web page instead of an image.* Remedy: .*\[server\.image\.invalid\]$/,
  ],
  [
    'a JPEG',
    (_request, response) => response.writeHead(200, { 'content-type': 'image/jpeg' }).end(Buffer.from([0xff, 0xd8])),
    /answered image\/jpeg, which is not a DICOM file\. Remedy: .*\[server\.image\.invalid\]$/,
  ],
  [
    'another image',
    (request, response) => sendImage(request, response, '1.2.3'),
    /another SOP Instance UID.* Remedy: .*\[server\.image\.invalid\]$/,
  ],
  [
    'half an image',
    (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/dicom', 'content-length': 1000 });
      response.write(Buffer.alloc(200));
      setTimeout(() => response.destroy(), 50);
    },
    /closed the connection after 200 bytes.*\[server\.image\.unreachable\]$/,
  ],
])('an image address that answers %s is an error with its remedy', async (_name, answers, said) => {
  answer = answers;
  const { code, err } = await connect([archive('main')]);
  expect(err).toMatch(
    new RegExp(`^error: archive main: image: http://127\\.0\\.0\\.1:\\d+/wado: .*${said.source}`, 'm'),
  );
  expect(err).toMatch(/^ok: archive main: search: /m);
  expect(err).toMatch(/^Configuration: 0 errors, 1 warning\. Archives: 0 work, 1 has an error \(main\)\.\n$/m);
  expect(code).toBe(1);
});

it('follows redirects, as Weasis does', async () => {
  answer = (request, response) => {
    if (request.url?.startsWith('/wado')) response.writeHead(302, { location: `/there${request.url.slice(5)}` }).end();
    else sendImage(request, response);
  };
  expect((await connect([archive('main')])).code).toBe(0);
});

it.each([
  [
    `http://127.0.0.1:${await freePort()}/wado`,
    /nothing listens on that port\. Remedy: Check the port.*\[server\.image\.unreachable\]$/m,
  ],
  ['http://127.0.0.1:6000/wado', /this command cannot use port 6000.*\[server\.image\.unreachable\]$/m],
  ['http://no-such-host.invalid/wado', /its host name is unknown\. Remedy: .*\[server\.image\.unreachable\]$/m],
])('an image address that is not reached (%s) is an error', async (url, said) => {
  const { code, err } = await connect([archive('main', { basic: { url } })]);
  expect(err).toMatch(said);
  expect(code).toBe(1);
});

it('a column that the database does not have is an error that names it', async () => {
  const { code, err } = await connect([archive('main', {}, { 'accession-number-column': 's.accession' })]);
  expect(err).toMatch(/^error: archive main: connection: .*s\.accession.* Remedy: .*-column/m);
  expect(code).toBe(1);
});

it('a select without a needed column is an error that names it', async () => {
  const select =
    'SELECT p.pat_id AS "patientId", s.study_iuid AS "studyInstanceUid" FROM patient p JOIN study s ON s.patient_fk = p.pk';
  const { err } = await connect([archive('main', {}, { select })]);
  expect(err).toMatch(/^error: archive main: connection: .*does not return seriesInstanceUid, sopInstanceUid/m);
});

it('asks the archives side by side, and says what was seen in the order of the configuration', async () => {
  // Nobody gets an image before both have asked.
  const waiting: (() => void)[] = [];
  answer = (request, response) => {
    waiting.push(() => sendImage(request, response));
    if (waiting.length === 2) for (const send of waiting) send();
  };
  const names = ['z', 'broken', 'a'];
  const archives = names.map((id) =>
    archive(id, {}, {}, id === 'broken' ? `jdbc:sqlite:${join(folder.path, 'gone', 'x.db')}` : undefined),
  );
  const { code, err } = await connect(archives);
  const said = [...err.matchAll(/^\S.*?: archive (\w+): connection/gm)].map(([, id]) => id);
  expect(said).toEqual(names);
  expect(err).toMatch(/^error: archive broken: connection: /m);
  expect(err).toMatch(/^Configuration: 0 errors, 3 warnings\. Archives: 2 work, 1 has an error \(broken\)\.\n$/m);
  expect(code).toBe(1);
});

it('a study has to be in one of the archives only: the others are not tried', async () => {
  answer = sendImage;
  const { study } = rows.at(-1)!;
  const other = archive(
    'other',
    {},
    { select: SELECT.replace('FROM patient p', "FROM (SELECT * FROM patient WHERE pat_id = '-') p") },
  );
  const named = ['--study', study.studyInstanceUid];
  const { code, err } = await connect([other, archive('main')], named);
  expect(err).toMatch(
    /^not tried: archive other: search: this archive does not have the sample; another archive has it\./m,
  );
  expect(err).toMatch(/^ok: archive main: image: /m);
  expect(err).toMatch(/Archives: 1 works, 1 not tried completely \(other\)\.\n$/);
  expect(code).toBe(0);
  const nowhere = await connect([other, archive('main')], ['--study', '1.2.3.99']);
  expect(nowhere.err.match(/^error: archive \w+: search: the sample was not found\./gm)).toHaveLength(2);
  expect(nowhere.err).toMatch(/Archives: 0 work, 2 have an error \(other, main\)\.\n$/);
  expect(nowhere.code).toBe(1);
});

it('an archive that is not searched by study is tried by a patient', async () => {
  answer = sendImage;
  const archives = [
    { main: { ...(archive('main') as { main: object }).main, 'search-criteria.deactivated': 'STUDY_INSTANCE_UID' } },
  ];
  const alone = await connect(archives);
  expect(alone.err).toMatch(
    /^not tried: archive main: search: .*not searched by Study Instance UID\. Name a patient by --patient ID/m,
  );
  expect(alone.code).toBe(0);
  const named = await connect(archives, ['--patient', rows[0]!.patient.patientId]);
  expect(named.err).toMatch(/^ok: archive main: image: /m);
});

it('images that only a caller’s token opens are not tried, which is no error', async () => {
  const { code, err } = await connect([archive('main', { basic: {}, oauth2: { url: 'http://127.0.0.1:1/wado' } })]);
  expect(err).toMatch(/^not tried: archive main: image: .*token/m);
  expect(code).toBe(0);
});

it('samples without --connect are refused, and so is a patient without an id', async () => {
  expect((await runCli(['check', '--study', '1.2', 'x.yml'])).code).toBe(2);
  expect((await runCli(['check', '--connect', '--patient', '^^^X', 'x.yml'])).code).toBe(2);
});
