import { describe, expect, it } from '@jest/globals';
import { dicomConnector, load, problemsOf } from './testing/samples.js';
import { SymmetricCipher } from './values/cipher.js';

describe('values', () => {
  it.each([
    ['104', {}, 104],
    ['"104"', {}, 104],
    ['"${PORT:104}"', {}, 104],
    ['"${PORT:104}"', { PORT: '11112' }, 11_112],
    ['0x68', {}, 104],
    ['00104', {}, 104],
  ])('port: %s', async (port, env, expected) => {
    const { connectors } = await load(dicomConnector('', port), env);
    expect(connectors).toMatchObject([{ settings: { peer: { port: expected } } }]);
  });

  it.each([
    ['abc', '"abc"'],
    ['0', '"0"'],
    ['65536', '"65536"'],
    ['1.5', '"1.5"'],
    ['10_4', '"10_4"'],
    ['[104]', 'a list'],
    ['{a: b}', 'a map'],
    ['${PORT:x}', '"x" (from "${PORT:x}")'],
    ['99999999999999999999', '"99999999999999999999"'],
  ])('port: %s is refused', async (port, found) => {
    const { leftOut, problems } = await load(dicomConnector('', port.includes('{') ? `"${port}"` : port));
    expect(leftOut.map(({ id }) => id)).toEqual(['pacs']);
    if (port === '{a: b}') return;
    expect(problems).toMatchObject([{ found, expected: 'an integer from 1 to 65535' }]);
  });

  it('a number that YAML 1.1 reads as octal is reported', async () => {
    expect(await problemsOf(dicomConnector('', '0104'))).toEqual([
      expect.stringMatching(/^warning .*port: found "0104", expected no leading zero: it is read as 104 here/),
    ]);
    expect(await problemsOf(dicomConnector('', '"0104"'))).toEqual([]);
  });

  it.each([
    ['true', true],
    ['yes', true],
    ['On', true],
    ['FALSE', false],
    ['no', false],
    ['off', false],
    ['0', false],
  ])('a boolean written %s', async (text, expected) => {
    const { connectors } = await load(dicomConnector(`      weasis.manifest.requireOnlySOPInstanceUID: ${text}\n`));
    expect(connectors[0]!.manifest.requireOnlySopInstanceUid).toBe(expected);
  });

  it.each([
    '0123',
    '1e5',
    '0x10',
    'yes',
    '1.0',
    '12:30',
    '2024-01-01',
    '-x',
    "'null'",
    '"~"',
    '" padded "',
    '+1',
    '.inf',
  ])('a password written %s is that text', async (text) => {
    const { connectors } = await load(dicomConnector(`      wado.authentication.basic.password: ${text}\n`));
    expect(connectors[0]!.retrieval.basic!.password).toBe(text.replace(/^["']|["']$/g, ''));
  });

  it.each(['', '~', 'null', '""', '${EMPTY}', '${UNSET:}'])('a password written %j is not set', async (text) => {
    const yaml = dicomConnector(`      wado.authentication.basic.password: ${text}\n`);
    const { connectors } = await load(yaml, { EMPTY: '' });
    expect(connectors[0]!.retrieval.basic!.password).toBeUndefined();
  });

  it('a password written null is not set either, with a warning; in quotes it is that text', async () => {
    const yaml = (text: string) => dicomConnector(`      wado.authentication.basic.password: ${text}\n`);
    expect(await problemsOf(yaml('null'))).toEqual([
      expect.stringMatching(/^warning .*password: found null without quotes/),
    ]);
    expect(await problemsOf(yaml('~'))).toEqual([]);
    expect((await load(yaml('"null"'))).connectors[0]!.retrieval.basic!.password).toBe('null');
  });

  it.each(['“hunter2”', '„hunter2“', '‘hunter2’', '«hunter2»', '”hunter2”'])(
    'typographic quotes, as word processors make them, are reported: %s',
    async (password) => {
      const basic = (value: string) =>
        dicomConnector(
          `      wado.authentication.basic.password: ${value}\n      wado.authentication.basic.login: me\n`,
        );
      const [problem, ...more] = await problemsOf(basic(password));
      expect(problem).toMatch(
        /^warning 1\.yml:7:\d+ \S+\.password: found typographic quotes around the value, expected straight ones \(' or "\); these are part of the value \[configuration\.value\.ambiguous\]$/,
      );
      expect(problem).not.toContain('hunter2');
      expect(more).toEqual([]);
      expect(await problemsOf(basic(`'${password}'`))).toEqual([]);
    },
  );

  it('a placeholder that nothing resolves is named', async () => {
    expect(await problemsOf(dicomConnector('', '"${PACS_PORT}"'))).toEqual([
      expect.stringMatching(/port: found \$\{PACS_PORT\}, expected PACS_PORT set in the environment, or a default/),
    ]);
  });

  it('two layouts with two values: the first is used, with a warning; the same value twice is fine', async () => {
    const rate = (second: number) =>
      `      wado.authentication.compression-rate: 10\n      weasis.manifest.compression-rate: ${second}\n` +
      `      weasis.manifest.transfer-syntax-uid: '*'\n`;
    const { connectors, problems } = await load(dicomConnector(rate(20)));
    expect(connectors[0]!.manifest.compressionRate).toBe(10);
    expect(problems).toMatchObject([
      {
        severity: 'warning',
        line: 8,
        key: 'connector.config.pacs.weasis.manifest.compression-rate',
        found: 'another value ("20")',
      },
    ]);
    expect(await problemsOf(dicomConnector(rate(10)))).toEqual([]);
  });

  it('deadlines: their own, else that of all', async () => {
    const timeouts = async (more: string) =>
      (await load(dicomConnector(more))).connectors.map((found) => found.timeoutMs);
    expect(await timeouts('')).toEqual([25_000]);
    expect(await timeouts('  timeout: 500ms\n')).toEqual([500]);
    expect(await timeouts('      timeout: 5\n  timeout: 500ms\n')).toEqual([5000]);
    expect(await problemsOf(dicomConnector('      timeout: soon\n'))).toEqual([
      expect.stringMatching(
        /timeout: found "soon", expected a time such as 30s or 500ms from 1ms to 1h \[configuration\.value\.invalid\]$/,
      ),
    ]);
  });
});

describe('deadlines that are longer than Weasis waits', () => {
  it.each([
    ['connector.timeout', '  timeout: 31s\n', '31s'],
    ['connector.timeout', '  timeout: 2m\n', '120s'],
    ['connector.config.pacs.timeout', '      timeout: 30.5\n', '30.5s'],
  ])('%s is warned of at its line', async (key, yaml, found) => {
    const { problems } = await load(dicomConnector(yaml));
    expect(problems).toEqual([
      expect.objectContaining({ severity: 'warning', key, found, line: expect.anything() as unknown }),
    ]);
    expect(problems[0]?.expected).toContain('at most 27s: Weasis waits 30 s');
  });

  it('others are not', async () => {
    expect(await problemsOf(dicomConnector('  timeout: 30s\n'))).toEqual([]);
    expect(await problemsOf(dicomConnector('      timeout: 5s\n'))).toEqual([]);
  });
});

describe('ciphers', () => {
  const key = { ENCRYPT_KEY: 'the key' };
  const password = (value: string) => dicomConnector(`      wado.authentication.basic.password: '${value}'\n`);
  const encrypted = (text: string, mode: 'gcm' | 'cbc' = 'gcm', salt?: string) =>
    `{cipher}${new SymmetricCipher('the key', salt).encrypt(text, mode)}`;
  const read = async (yaml: string, env: Record<string, string>) =>
    (await load(yaml, env)).connectors[0]?.retrieval.basic?.password;

  it('are read in both modes, with a salt or without', async () => {
    expect(await read(password(encrypted('s3cret')), key)).toBe('s3cret');
    expect(await read(password(encrypted('s3cret', 'cbc')), key)).toBe('s3cret');
    expect(await read(password(encrypted('s3cret', 'gcm', '0123')), { ...key, ENCRYPT_SALT: '0123' })).toBe('s3cret');
  });

  it('may come from the environment; what they hold is final', async () => {
    expect(await read(password('${PASSWORD}'), { ...key, PASSWORD: encrypted('s3cret') })).toBe('s3cret');
    expect(await read(password(`\${PASSWORD:${encrypted('s3cret')}}`), key)).toBe('s3cret');
    expect(await read(password(encrypted('${HOME}{cipher}x')), { ...key, HOME: '/root' })).toBe('${HOME}{cipher}x');
  });

  it.each([
    [encrypted('x'), {}, 'a {cipher} value and no key for it, expected ENCRYPT_KEY set in the environment'],
    [encrypted('x'), { ENCRYPT_KEY: 'other' }, 'a ciphertext made with another key'],
    [encrypted('x'), { ...key, ENCRYPT_SALT: 'salt!' }, 'a salt that is not hexadecimal'],
    ['{cipher}plain text', key, 'a ciphertext that is not hexadecimal'],
    ['{cipher}00', key, 'a ciphertext that is too short'],
  ])('%s is an error of its connector', async (value, env, reason) => {
    const { leftOut } = await load(password(value), env);
    expect(leftOut).toMatchObject([{ id: 'pacs', reasons: [expect.stringContaining(reason)] }]);
  });
});
