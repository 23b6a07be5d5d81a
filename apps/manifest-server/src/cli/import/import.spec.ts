import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { runCli } from '../../testing/run-command.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pacs-connectors-import-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** Writes the files, and imports those named. Folders are taken out of what is said. */
async function imported(files: Record<string, string>, names = Object.keys(files), env: NodeJS.ProcessEnv = {}) {
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  const { code, out, err } = await runCli(['import', ...names.map((name) => join(folder, name))], { env });
  return { code, out, err: err.replaceAll(/\S*\/pacs-connectors-import-\w+\//g, '') };
}

/** The YAML's tree, and the code of `check` for it. */
async function checked(yaml: string, env: NodeJS.ProcessEnv = {}) {
  const path = join(folder, 'site.yml');
  await writeFile(path, yaml);
  const { code, out, err } = await runCli(['check', path], { env });
  return { code, err, effective: out };
}

const ARCHIVE = `arc.id=2001
pacs.aet=CTARCHIVE
pacs.host=ct.example
pacs.port=11112
aet=OURS
wado.url=http://ct.example/wado
`;

it('turns the server’s file and those of its archives into YAML that check takes', async () => {
  const { code, out, err } = await imported(
    {
      'weasis-connector-default.properties': `# M\u00fcller
server.base.url = http://pacs.example:8080
weasis.base.url = \${server.base.url}/weasis
jnlp.default.name = launcher
hosts.allow = 10.1.*, portal.example 192.168.0.1
request.IID.level = patient,study
request.ids = patientID,studyUID
max.life.cycle = 300000
aet = OURS
arc.config.list = dicom-ct, db-mr.properties
`,
      'dicom-ct.properties': `arc.id=2001
pacs.aet=CTARCHIVE
pacs.host=ct.example
pacs.port=11112
wado.url=\${server.base.url}/wado
wado.onlysopuid=true
wado.addparams=contentType=application/dicom
wado.override.tags=PatientID,0x00100010
wado.httpTags=X-Site:north,X-Other:a b
pacs.web.login=viewer:hunter2
wado.request.tsuid=1.2.840.10008.1.2.4.70
`,
      'db-mr.properties': `arc.id=2002
arc.db.uri=jdbc:sqlite:archive.db
arc.db.user=reader
arc.db.password=hunter2\\u00fc
arc.db.query.select=select p.id as patientId, s.acc as accessionNumber, s.uid as studyInstanceUid, \\
   e.uid as "seriesInstanceUid", i.uid sopInstanceUid from images
pacs.wado.url=\${server.base.url}/mr
`,
    },
    ['weasis-connector-default.properties'],
  );
  expect(code).toBe(0);
  expect(err).toMatch(/^weasis-connector-default\.properties:4 jnlp\.default\.name: not needed: Weasis is installed/m);
  expect(err).toMatch(/^dicom-ct\.properties:3 pacs\.host: taken as connector\.config\.2001\.dicom-connector\.host$/m);
  expect(err).toMatch(/^db-mr\.properties:7 pacs\.wado\.url: taken as connector\.config\.2002\.wado\.\S+\.url$/m);
  expect(err).toMatch(/^26 lines, 0 of them to check; 0 other things to decide$/m);
  expect(err).not.toContain('hunter2');
  expect(out).toContain('password: hunter2ü');
  const { code: checkCode, err: said, effective } = await checked(out);
  expect(said).toBe('usable: 2001, 2002; 0 errors, 0 warnings\n');
  expect(checkCode).toBe(0);
  for (const expected of [
    'calling-aet: OURS',
    'url: http://pacs.example:8080/wado',
    'url: http://pacs.example:8080/mr',
    'additionnalParameters: "&contentType=application/dicom"',
    'requireOnlySOPInstanceUID: true',
    'sop-instance-uid-column: i.uid',
    '- 10.1.0.0/16',
    '- portal.example',
    '- PATIENT',
    'ttl: 5m',
  ])
    expect(effective).toContain(expected);
});

it('names included files, and what check finds in the YAML, as the command line names files', async () => {
  await writeFile(join(folder, 'main.properties'), 'arc.config.list=dicom-a.properties\n');
  await writeFile(join(folder, 'dicom-a.properties'), ARCHIVE.replace('11112', 'dicom'));
  const output = join(folder, 'site.yml');
  const { err } = await runCli(['import', join(folder, 'main.properties'), '--output', output]);
  expect(err).toContain(`\n${folder}/dicom-a.properties:1 arc.id: taken as`);
  expect(err).toContain(`to decide: ${folder}/dicom-a.properties:4: ${output}:`);
  expect(err).not.toMatch(/\.\.\/|the YAML/);
});

it('writes levels of Invoke Image Display that name the parameter', async () => {
  for (const value of ['patientID,studyUID', 'patient, STUDY', 'patientId studyInstanceUID']) {
    const { out } = await imported({ 'dicom-a.properties': `${ARCHIVE}request.IID.level=${value}\n` });
    expect(out).toMatch(/IID\.level:\n\s+- PATIENT\n\s+- STUDY\n/);
    expect((await checked(out)).err).toBe('usable: 2001; 0 errors, 0 warnings\n');
  }
});

it.each(['resource:', 'classpath:'])(
  'a store at %s is in a class path, which this server does not have',
  async (prefix) => {
    const stores = `tls.mode=AES\ntls.keystore.url=${prefix}key.p12\ntls.truststore.url=${prefix}trust.p12\n`;
    const { code, err } = await imported({ 'dicom-a.properties': ARCHIVE + stores });
    for (const [line, name] of [
      [8, 'keystore'],
      [9, 'truststore'],
    ])
      expect(err).toMatch(
        new RegExp(
          `^dicom-a\\.properties:${line} tls\\.${name}\\.url: .*to decide: class-path addresses are not supported`,
          'm',
        ),
      );
    expect(code).toBe(1);
  },
);

it('takes archives that are numbered in one file', async () => {
  const { code, out, err } = await imported({
    'site.properties': `arc.0.id=1
arc.0.pacs.host=a.example
arc.0.pacs.aet=A
arc.0.pacs.port=104
arc.1.pacs.host=b.example
arc.1.pacs.aet=B
arc.1.pacs.port=105
arc.1.id=2
arc.1.activate=false
wado.url=http://images.example/wado
aet=OURS
`,
  });
  expect(code).toBe(0);
  expect(err).toMatch(/^disabled archives \(enabled: false\): 2$/m);
  expect((await checked(out)).err).toBe('usable: 1; 0 errors, 0 warnings\n');
  expect(out).toMatch(/host: b\.example/);
});

it('names each line that is not known, and shows neither values nor torn-off parts', async () => {
  const { code, out, err } = await imported({
    'dicom-a.properties': `${ARCHIVE}foo.bar=hunter2\n  secret4711 and more\nwado.url=http://other.example\nstore=C:\\users\n`,
  });
  expect(code).toBe(1);
  expect(err).toMatch(/^dicom-a\.properties:6 wado\.url: not needed: line 9 sets it again$/m);
  expect(err).toMatch(/^dicom-a\.properties:7 foo\.bar: not known: ignored$/m);
  expect(err).toMatch(/^dicom-a\.properties:8 \(a line that is not NAME=VALUE\): not known: /m);
  expect(err).toMatch(/^dicom-a\.properties:10 store: to decide: it contains \\u .*; not known: /m);
  expect(err).not.toMatch(/hunter2|secret4711/);
  expect(out).toContain('url: http://other.example');
  // Every line has its line in the report.
  for (let line = 1; line <= 10; line++) expect(err).toMatch(new RegExp(`^dicom-a\\.properties:${line} `, 'm'));
});

it('keeps a placeholder that no file fills in, and says so until the environment has it', async () => {
  const files = { 'dicom-a.properties': ARCHIVE.replace('ct.example/wado', '${wado.server}/wado') };
  const { code, out, err } = await imported(files);
  expect(out).toContain('http://${wado.server}/wado');
  expect(code).toBe(1);
  expect(err).toMatch(/^to decide: dicom-a\.properties:6: .*wado\.server/m);
  const env = { WADO_SERVER: 'images.example' };
  expect((await imported(files, undefined, env)).code).toBe(0);
  expect((await checked(out, env)).code).toBe(0);
});

it('says where what check finds comes from', async () => {
  const { code, err } = await imported({ 'dicom-a.properties': ARCHIVE.replace('11112', 'dicom') });
  expect(code).toBe(1);
  expect(err).toMatch(/^to decide: dicom-a\.properties:4: .*dicom-connector\.port: found "dicom"/m);
});

describe('a guard never opens', () => {
  it.each([
    ['hosts.allow=*.example.org', /hosts\.allow: taken as hosts\.allow; to decide: 1 of its 1 hosts/, '127.0.0.1'],
    [
      'encrypt.key=hunter2',
      /encrypt\.key: taken as .*cryptography\.enabled.*; to decide: callers must/,
      'enabled: true',
    ],
  ])('%s', async (line, said, written) => {
    const { code, out, err } = await imported({ 'dicom-a.properties': `${ARCHIVE}${line}\n` });
    expect(code).toBe(1);
    expect(err).toMatch(said);
    expect(out).toContain(written);
    expect(err).not.toContain('hunter2');
    expect((await checked(out)).code).toBe(0);
  });
});

it.each([
  ['tls.mode=3DES', 'mode: AES', /pacs\.tls\.mode: taken as .*tls\.mode; to decide: this mode is not secure/],
  ['wado.request.tsuid=*', 'transfer-syntax-uid: "*"', /tsuid: taken as .*transfer-syntax-uid$/m],
  ['tls.mode=false', 'dicom-connector', /pacs\.tls\.mode: not needed: no TLS/],
])('pacs.%s', async (line, written, said) => {
  const { out, err } = await imported({ 'dicom-a.properties': `${ARCHIVE}pacs.${line}\n` });
  expect(out).toContain(written);
  expect(err).toMatch(said);
});

it('moves parameters of the WADO address to where Weasis takes them, decodes a login, names what it assumes', async () => {
  const text = ARCHIVE.replace('/wado', '/wado?aet=X').replace('aet=OURS\n', '');
  const { code, out, err } = await imported({ 'dicom-a.properties': `${text}web.login=dmlld2VyOmh1bnRlcjI=\n` });
  expect(out).toContain('url: http://ct.example/wado\n');
  expect(out).toMatch(/additionnalParameters: "?&aet=X/);
  expect(out).toMatch(/login: viewer\n\s+password: hunter2/);
  expect(out).toContain('calling-aet: PACS-CONNECTOR');
  expect(err).toMatch(
    /^to decide: dicom-a\.properties: archive 2001: no property contains the AE title of this server/m,
  );
  expect(code).toBe(1);
});

it('writes & for one that is escaped as in HTML', async () => {
  const text = ARCHIVE.replace('/wado\n', '/wado?aet=X&amp;b=1\n');
  const { code, out, err } = await imported({
    'dicom-a.properties': `${text}wado.addparams=&amp;transferSyntax=*&#38;c=2&amp;amp;d=3\n`,
  });
  expect(out).toContain('additionnalParameters: "&aet=X&b=1&transferSyntax=*&c=2&d=3"');
  expect(err).toMatch(/^dicom-a\.properties:7 wado\.addparams: taken as .*additionnalParameters with & for &amp;/m);
  expect(err).toMatch(/^dicom-a\.properties:6 wado\.url: taken as .*additionnalParameters with & for &amp;/m);
  expect(code).toBe(0);
  expect((await checked(out)).err).toBe('usable: 2001; 0 errors, 0 warnings\n');
  const lone = await imported({ 'dicom-a.properties': `${ARCHIVE}wado.addparams=&amp;\n` });
  expect(lone.out).not.toContain('additionnalParameters');
  expect(lone.code).toBe(0);
});

it('writes a new file that only its owner may read, and never over another', async () => {
  await writeFile(join(folder, 'dicom-a.properties'), ARCHIVE);
  const output = join(folder, 'site.yml');
  const args = ['import', join(folder, 'dicom-a.properties'), '--output', output];
  expect(await runCli(args)).toMatchObject({ code: 0, out: '' });
  expect((await stat(output)).mode & 0o777).toBe(0o600);
  const before = await readFile(output, 'utf8');
  expect(await runCli(args)).toMatchObject({
    code: 1,
    err: expect.stringContaining(
      'the file exists. Name another file, or remove it. [server.import.output-not-written]',
    ),
  });
  expect(await readFile(output, 'utf8')).toBe(before);
});

it('says so where a file is missing, names nothing, or holds no archive', async () => {
  expect(await runCli(['import', join(folder, 'no.properties')])).toMatchObject({
    code: 1,
    out: '',
    err: expect.stringContaining('cannot be read (ENOENT)'),
  });
  expect((await runCli(['import'])).code).toBe(2);
  const { code, err } = await imported({ 'main.properties': 'arc.config.list=dicom-gone.properties\n' });
  expect(code).toBe(1);
  expect(err).toMatch(/^main\.properties:1 arc\.config\.list: to decide: .*put it beside main\.properties/m);
  expect(err).toMatch(/^to decide: these files contain no archive/m);
});
