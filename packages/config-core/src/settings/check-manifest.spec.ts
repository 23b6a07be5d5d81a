import { describe, expect, it } from '@jest/globals';
import { checkConfiguration } from '../check.js';
import { type KnownPlugin } from './known-plugin.js';
import { readConfiguration } from '../read-configuration.js';
import { renderProblem } from '../document/problems.js';

// What Weasis, a Java program, cannot use of the settings that reach it by the manifest. The characters were tried with
// java.net.URI and java.net.http of OpenJDK 17.

class NoSettings {}
const plugins: KnownPlugin[] = [
  { type: 'FILES', settings: NoSettings },
  { type: 'WEB', settings: NoSettings, queryMode: 'DICOM_WEB' },
  { type: 'BROKEN', settings: NoSettings, queryMode: 'SQL' as never },
];

/** The problems of one connector with these keys, `error key: …` each. */
async function problemsOf(keys: object, { type = 'FILES', global = {}, env = {} } = {}): Promise<string[]> {
  const connector = { type, 'wado.authentication.basic.url': 'http://pacs.example/wado', ...keys };
  // JSON is YAML; one value a line.
  const text = JSON.stringify({ ...global, 'connector.config': { a: connector } }, null, 1);
  const document = await readConfiguration([{ name: 'a.yml', text }], env);
  const { problems, leftOut, connectors } = checkConfiguration(document, plugins);
  const errors = problems.filter(({ severity }) => severity === 'error');
  expect([leftOut.length, connectors.length]).toEqual(errors.length > 0 ? [1, 0] : [0, 1]);
  for (const { line } of problems) expect(text.split('\n')[(line ?? 0) - 1]).toMatch(/".+": /);
  return problems.map(
    (problem) => `${problem.severity} ${renderProblem(problem).replace(/^\S+ connector\.config\.a\./, '')}`,
  );
}

/** The problems of a retrieve address. */
const ofUrl = (url: string) => problemsOf({ 'wado.authentication.basic.url': url });

describe('an address that Weasis makes the addresses of images of', () => {
  it.each([
    'http://pacs',
    'https://pacs.example:8443/a-b/wado',
    'HTTP://pacs.example./wado/',
    'http://10.0.0.1:80/wado',
    'http://1host/x',
    'http://[::1]:8080/wado',
    "http://pacs/a;b=c,d/(e)'!*~$&+=@:_.",
    'http://pacs/ä/😀/%7Baet%7D',
  ])('may be %s', async (url) => expect(await ofUrl(url)).toEqual([]));

  const refused = [
    ...'"<>\\^`{|}',
    '?',
    '#',
    ' ',
    '%',
    '%4/',
    '%zz',
    '[',
    ']',
    '\u0001',
    '\n',
    '\u007f',
    '\u0085',
    '\u00a0',
    '\u2003',
    '\ud800',
    '\uffff',
  ];
  it.each(refused)('must not contain %j in its path', async (text) => {
    const [problem, ...more] = await ofUrl(`https://pacs.example/a${text}b/wado`);
    expect(more).toEqual([]);
    expect(problem).toMatch(/^error wado\.authentication\.basic\.url: found ".*", expected .*without .*Weasis/);
  });

  it.each([...'"<>\\^`{|} '])('must not contain %j in its host', async (text) => {
    expect((await ofUrl(`https://pa${text}cs.example/wado`))[0]).toMatch(/^error wado\.authentication\.basic\.url: /);
  });

  it.each([
    ['https://pacs.example/{aet}/wado', /without \{ .*write %7B/],
    ['https://pacs.example/wado?aet=X', /without \? .*appends/],
    ['https://pacs.example:0/wado', /without port 0 .*write the port/],
    ['http://[::1]:00', /without port 0/],
  ])('%s: the reason is reported', async (url, reason) => expect((await ofUrl(url))[0]).toMatch(reason));

  it('is checked wherever it is configured, placeholders resolved', async () => {
    const server = { url: 'http://pacs', context: 'wado?x' };
    const second = { 'wado.authentication.basic.url': null, 'wado.authentication.basic.server': server };
    expect(await problemsOf(second)).toEqual([
      expect.stringMatching(/^error wado\.authentication\.basic\.server: .*without \?/),
    ]);
    expect(await problemsOf({ 'wado.authentication.oauth2.url': 'http://pacs/|' })).toEqual([
      expect.stringMatching(/^error wado\.authentication\.oauth2\.url: .*without \|/),
    ]);
    expect(await problemsOf({ 'wado.authentication.url': 'http://pacs/^' })).toEqual([
      expect.stringMatching(/^error wado\.authentication\.url: .*without \^/),
    ]);
    expect(await ofUrl('${PACS:http://pacs}/wado')).toEqual([]);
    const keys = { 'wado.authentication.basic.url': '${PACS}/wado' };
    expect(await problemsOf(keys, { env: { PACS: 'http://{host}' } })).toEqual([
      expect.stringMatching(/^error .*without \{/),
    ]);
  });

  it.each(['my_host', 'host-', '-host', 'pacs.1a', 'pacs..example', 'bücher.example', '10.1'])(
    'has a warning for the host %s: Java knows no such name',
    async (host) =>
      expect(await ofUrl(`http://${host}:8080/wado`)).toEqual([
        expect.stringMatching(/^warning wado\.authentication\.basic\.url: .*host name/),
      ]),
  );

  it('has a warning for a login in it, which is not shown', async () => {
    const [problem] = await ofUrl('http://user:sesame@pacs/wado');
    expect(problem).toMatch(/^warning wado\.authentication\.basic\.url: .*basic\.login/);
    expect(problem).not.toContain('sesame');
  });
});

describe('a login', () => {
  const ofBasic = (basic: object) =>
    problemsOf(
      Object.fromEntries(Object.entries(basic).map(([key, value]) => [`wado.authentication.basic.${key}`, value])),
    );

  it('may hold anything that Basic authentication can carry', async () => {
    expect(await ofBasic({ login: 'Jürgen Ä', password: 'a:b"{}%' })).toEqual([]);
  });

  it.each([
    ['a colon in the name', { login: 'a:b', password: 'x' }, 'error wado.authentication.basic.login'],
    ['a line end in the password', { login: 'a', password: 'sesame\n' }, 'error wado.authentication.basic.password'],
    ['a password alone', { password: 'sesame' }, 'warning wado.authentication.basic.password'],
  ])('is reported with %s', async (_name, basic, expected) => {
    const [problem, ...more] = await ofBasic(basic);
    expect(more).toEqual([]);
    expect(problem?.slice(0, expected.length)).toBe(expected);
    expect(problem).not.toContain('sesame');
  });
});

it.each([
  [{ 'basic.password': 'sesame', 'basic.url': 'pacs' }, ['error basic.url', 'warning basic.password']],
  [{ 'basic.password': 'sesame', 'oauth2.url': 'pacs' }, ['error oauth2.url', 'warning basic.password']],
  [{ 'basic.url': 'http://my_host/', 'oauth2.url': 'pacs' }, ['error oauth2.url', 'warning basic.url']],
  [{ 'basic.password': 'sesame', 'basic.login': 'a:b' }, ['error basic.login']],
])('an error of the retrieval hides no warning: %j', async (keys, expected) => {
  const problems = await problemsOf(
    Object.fromEntries(Object.entries(keys).map(([key, value]) => [`wado.authentication.${key}`, value])),
  );
  const named = problems.map((problem) => problem.split(':', 1)[0]!.replace('wado.authentication.', ''));
  expect(named.sort()).toEqual(expected);
});

describe.each(['wado.authentication', 'weasis.manifest'])('%s', (place) => {
  const of = (key: string, value: unknown, options = {}) => problemsOf({ [`${place}.${key}`]: value }, options);

  it.each(['*', '1.2.840.10008.1.2.4.80', ' * '])('transfer-syntax-uid may be %j', async (value) => {
    expect(await of('transfer-syntax-uid', value)).toEqual([]);
  });

  it.each(['as it is', '**', '1.2.840.10008.1.2.4.', '01.2', '1', `1.${'2'.repeat(63)}`, 'JPEG'])(
    'transfer-syntax-uid must not be %j',
    async (value) =>
      expect(await of('transfer-syntax-uid', value)).toEqual([
        expect.stringMatching(/^error \S+\.transfer-syntax-uid: found .*expected the UID of a transfer syntax/),
      ]),
  );

  it('compression-rate counts only beside a transfer syntax', async () => {
    expect(await of('compression-rate', 80)).toEqual([
      expect.stringMatching(
        /^warning \S+\.compression-rate: .*transfer-syntax-uid as well: .* \[configuration\.key\.unused\]$/,
      ),
    ]);
    const both = { [`${place}.compression-rate`]: 80, 'weasis.manifest.transfer-syntax-uid': '1.2.840.10008.1.2.4.50' };
    expect(await problemsOf(both)).toEqual([]);
  });

  it.each([
    ['weasis.manifest.additionnalParameters', 'a=b'],
    ['separate', 'perhaps'],
    ['timeout', 'soon'],
    ['wado.authentication.basic.url', 'pacs'],
  ])('compression-rate has its warning beside an error of %s', async (key, value) => {
    const problems = await problemsOf({ [`${place}.compression-rate`]: 80, [key]: value });
    expect(problems.map((problem) => problem.split(':', 1)[0]).sort()).toEqual([
      `error ${key}`,
      `warning ${place}.compression-rate`,
    ]);
  });

  it('compression-rate is not blamed where the transfer syntax is the fault', async () => {
    const keys = { [`${place}.compression-rate`]: 80, 'wado.authentication.transfer-syntax-uid': 'JPEG' };
    expect(await problemsOf(keys)).toEqual([
      expect.stringMatching(/^error wado\.authentication\.transfer-syntax-uid: /),
    ]);
  });

  it('both are not asked for by DICOMweb', async () => {
    const web = { type: 'WEB' };
    expect(await of('transfer-syntax-uid', '*', web)).toEqual([]);
    expect(await of('compression-rate', 80, web)).toEqual([
      expect.stringMatching(/^warning \S+\.compression-rate: .*httpTags\.Accept/),
    ]);
    const both = { [`${place}.compression-rate`]: 80, [`${place}.transfer-syntax-uid`]: '1.2.840.10008.1.2.4.50' };
    expect(await problemsOf(both, web)).toEqual([
      expect.stringMatching(/^warning \S+\.transfer-syntax-uid: .*httpTags\.Accept/),
    ]);
  });

  it.each(['additionnalParameters', 'additionalParameters'])('%s continue an address', async (key) => {
    for (const value of ['&transferSyntax=*&anonymize=yes', '&a[0]=%7B', '&ä=/?:@'])
      expect(await of(key, value)).toEqual([]);
    for (const value of ['anonymize=yes', '&a=b c', '&a={b}', '&a=%', '&a=b#c', '&a=b\u0007', '&a="b"', '&a=b|c'])
      expect(await of(key, value)).toEqual([expect.stringMatching(/^error \S+Parameters: .*expected &name=value/)]);
    for (const value of ['&amp;a=*', '&a=1&amp;b=2', '&#38;a=1', '&#x26;a=1', '&', '&&', '&=1', '&AMP;a=1'])
      expect(await of(key, value)).toEqual([
        expect.stringMatching(/^error \S+Parameters: .*expected &name=value with & alone \(not &amp;\)/),
      ]);
    expect(await of(key, '&ampere=1&&x=')).toEqual([]);
    expect(await of(key, '?a=b')).toEqual([
      expect.stringMatching(/^error \S+Parameters: .*expected parameters that begin with &/),
    ]);
    expect(await of(key, '?a=b', { type: 'WEB' })).toEqual([]);
    expect(await of(key, '&a=b', { type: 'WEB' })).toEqual([]);
  });

  it('overrideDicomTags has a warning where images are listed by DICOMweb', async () => {
    const tags = ['PatientName', '0x00100020'];
    expect(await of('overrideDicomTags', tags)).toEqual([]);
    expect(await of('overrideDicomTags', tags, { type: 'WEB' })).toEqual([
      expect.stringMatching(/^warning \S+\.overrideDicomTags: .*Weasis would show no image/),
    ]);
    const global = { 'connector.dicom-web-level-limit': 'SERIE' };
    expect(await of('overrideDicomTags', tags, { type: 'WEB', global })).toEqual([]);
  });

  it('httpTags are headers that Java sends', async () => {
    const good = { Accept: 'multipart/related; type="application/dicom"', 'X.Dotted': '"é"', "!#$%&'*+.^_`|~": 'x' };
    expect(await of('httpTags', good)).toEqual([]);
  });

  it('httpTags without any are not set', async () => {
    for (const value of [null, {}, '', { 'X-Site': null }]) expect(await of('httpTags', value)).toEqual([]);
  });

  it('httpTags must not set the header of a login or a token', async () => {
    const tags = { [`${place}.httpTags`]: { authorization: 'Basic c2VzYW1l' } };
    expect(await problemsOf(tags)).toEqual([]);
    for (const more of ['wado.authentication.basic.login', 'wado.authentication.oauth2.url']) {
      const problems = await problemsOf({ ...tags, [more]: more.endsWith('url') ? 'http://pacs' : 'u' });
      expect(problems).toEqual([expect.stringMatching(/^warning \S+\.httpTags: .*one of them/)]);
    }
  });

  it.each(['Host', 'host', 'Connection', 'content-length', 'Expect', 'UPGRADE'])(
    'httpTags must not set %s, which Java refuses',
    async (name) =>
      expect(await of('httpTags', { 'X-Site': 'a', [name]: 'b' })).toEqual([
        expect.stringMatching(
          new RegExp(`^error \\S+\\.httpTags\\.${name}: found ${name}, .*Weasis would fetch no image`),
        ),
      ]),
  );

  it.each([...'"(),/:;<=>?@[\\]{}', ' ', 'é', '\u0001', '\u007f'])(
    'httpTags must not have %j in a name',
    async (text) => {
      const problems = await of('httpTags', { [`X${text}y`]: 'sesame' });
      expect(problems).toEqual([expect.stringMatching(/^error \S+\.httpTags\..*the name of a header/)]);
      expect(problems[0]).not.toContain('sesame');
    },
  );

  it.each(['\u0001', '\n', '\t', '\u007f', '\u0085', '€', '😀', ' '])(
    'httpTags must not have %j at the end of a value',
    async (text) => {
      const problems = await of('httpTags', { 'X-Site': `sesame${text}` });
      expect(problems).toEqual([
        expect.stringMatching(/^error \S+\.httpTags\.X-Site: found a value with .*RFC 9110 5\.5/),
      ]);
      expect(problems[0]).not.toContain('sesame');
    },
  );
});

it('a plug-in that names a queryMode of its own is an error of its connectors', async () => {
  expect(await problemsOf({}, { type: 'BROKEN' })).toEqual([expect.stringMatching(/^error .*queryMode "SQL"/)]);
});
