import { describe, expect, it } from '@jest/globals';
import { renderProblem } from './problems.js';
import { type ConfigNode } from './node.js';
import { parseYaml } from './yaml.js';

/** The nodes as plain values, for comparison. */
function plain(node: ConfigNode | undefined): unknown {
  if (!node) return undefined;
  if (node.kind === 'scalar') return node.text;
  if (node.kind === 'list') return node.items.map(plain);
  if (node.kind === 'map') return Object.fromEntries([...node.entries].map(([key, { value }]) => [key, plain(value)]));
  return `invalid: ${node.found}`;
}

function read(text: string): unknown {
  const { root, problems } = parseYaml('a.yml', text, 0);
  expect(problems).toEqual([]);
  return plain(root);
}

function faults(text: string): string[] {
  return parseYaml('a.yml', text, 0).problems.map(renderProblem);
}

it('keeps scalars as they were written, whatever YAML makes of them', () => {
  const values = ['0123', '1e5', '0x1F', 'yes', '1.0', '2024-01-31', '12:30:45', '+41', '.5', 'True', '0o17', '1_000'];
  for (const value of values) expect(read(`a: ${value}`)).toEqual({ a: value });
  expect(read(`a: "x\\ty"\nb: 'it''s'\nc: |\n  two\n  lines\nd: >-\n  folded\n  text`)).toEqual({
    a: 'x\ty',
    b: "it's",
    c: 'two\nlines\n',
    d: 'folded text',
  });
});

it('opens dotted keys, together with nested ones, and leaves [bracketed.names] whole', () => {
  expect(read('a.b.c: 1\na.b.d: 2\na:\n  e: 3\n"[x.y]": 4\nf:\n  "[p.q]":\n    r.s: 5')).toEqual({
    a: { b: { c: '1', d: '2' }, e: '3' },
    'x.y': '4',
    f: { 'p.q': { r: { s: '5' } } },
  });
});

it('follows anchors, aliases and merge keys; own keys win, then the first map merged in', () => {
  const text = `
one: &one { a: 1, b: 1 }
two: &two { b: 2, c: 2 }
both: { <<: [*one, *two], d: 3 }
over: { <<: *one, a: 9 }
list: [*one, *two]`;
  expect(read(text)).toMatchObject({
    both: { a: '1', b: '1', c: '2', d: '3' },
    over: { a: '9', b: '1' },
    list: [
      { a: '1', b: '1' },
      { b: '2', c: '2' },
    ],
  });
});

it('gives the place of each value, that of an alias at its anchor', () => {
  const { root } = parseYaml('a.yml', 'x: &x\n  y: 1\nz: *x\n', 0);
  const z = root!.entries.get('z')!;
  expect(z.keyPlace).toEqual({ file: 'a.yml', line: 3, column: 1 });
  expect(z.value.kind === 'map' && z.value.entries.get('y')!.value.place).toEqual({
    file: 'a.yml',
    line: 2,
    column: 6,
  });
});

it('merges several documents of one file', () => {
  expect(read('a: 1\nb: 1\n---\nb: 2\n---\n# nothing\n')).toEqual({ a: '1', b: '2' });
});

it('reads Windows line ends, JSON, and JSON with tabs', () => {
  expect(read('a:\r\n  b: 1\r\n  c: "x"\r\n')).toEqual({ a: { b: '1', c: 'x' } });
  expect(read('{\r\n\t"a": {\r\n\t\t"b": [1, true]\r\n\t}\r\n}\r\n')).toEqual({ a: { b: ['1', 'true'] } });
});

it.each(['', '# only a comment', '---\n', '\uFEFFa: 1'])('reads %j', (text) => {
  expect(parseYaml('a.yml', text, 0).problems).toEqual([]);
});

it('keeps a key that is set twice as a fault of that key only', () => {
  expect(read('a: 1\nb: 2\na: 3')).toEqual({ a: 'invalid: a second value (the first is in line 1)', b: '2' });
  expect(read('a: {x: 1}\na: {y: 2}')).toEqual({ a: 'invalid: a second value (the first is in line 1)' });
  expect(read('a.b: 1\na.b: 2')).toEqual({ a: { b: 'invalid: a second value (the first is in line 1)' } });
  expect(read('a: 1\na.b: 2')).toEqual({ a: 'invalid: a second value (the first is in line 1)' });
});

describe('invalid YAML is reported with file, line and column', () => {
  it.each([
    ['a:\n\tb: 1', /^a\.yml:2:1: found a tab as indentation, expected spaces \[configuration\.yaml\.broken\]$/],
    [
      'a: [1\nb: 2',
      /^a\.yml:2:\d+: found no closing bracket, expected one: a \[ or \{ before this line is never closed \[configuration\.yaml\.broken\]$/,
    ],
    ['a: "x', /^a\.yml:1:\d+: found no closing quote/],
    ['ok: 1\na: b: c', /^a\.yml:2:\d+: found a value that contains a colon and a space and is not quoted/],
    ['{"a": 1,,}', /^a\.yml:1:\d+: found broken YAML \(.+\), expected valid YAML \[configuration\.yaml\.broken\]$/],
    ['password: {cipher}00ff', /^a\.yml:1:\d+: found a value that begins with { and is not quoted, expected quotes/],
    [
      '- a\n- b',
      /^a\.yml:1:1: found a list, expected a map of keys, without "- " before each \[configuration\.value\.invalid\]$/,
    ],
    ['just text', /^a\.yml:1:1: found a single value, expected a map of keys \[configuration\.value\.invalid\]$/],
    ['<?xml version="1.0"?>\n<a>b</a>', /^a\.yml:1:1: found XML, expected YAML \[configuration\.file\.not-yaml\]$/],
    ['a: *nowhere', /^a\.yml:1:4: found .*(alias|YAML)/],
    ['? [x]\n: 1', /^a\.yml:1:3: found a key that is not a text/],
    ['a:\n  <<: text', /^a\.yml:2:7: found a single value to be merged/],
  ])('%j', (text, expected) => {
    const found = faults(text);
    expect(found.length).toBeGreaterThan(0);
    expect(found[0]).toMatch(expected);
  });

  it.each([
    ['basic:\n  url:http://a\n  login: b', 2, 'the key url without a space after its colon, expected "url: …"'],
    ['basic:\n  login: b\n  url:http://a', 3, 'the key url without a space after its colon, expected "url: …"'],
    ['main:\n  type:DB\n  wado: {}', 2, 'the key type without a space after its colon, expected "type: …"'],
    ['a:\n  b: 1\nport = 104\nb: 2', 3, 'a line such as port=…, expected "port: …"'],
    [
      'a: 1\nsomething\nb: 2',
      2,
      'a line without a colon, expected "key: value", or quotes around a text of several lines',
    ],
    ['a: @x', 1, `a value that begins with @ and is not quoted, expected quotes: '@…'`],
    ['a: %x', 1, `a value that begins with % and is not quoted, expected quotes: '%…'`],
    ['a: `x', 1, "a value that begins with ` and is not quoted, expected quotes: '`…'"],
    ['a: {{token}}', 1, `a value that begins with { and is not quoted, expected quotes: '{…'`],
    ['a: {{token}}/x', 1, `a value that begins with { and is not quoted, expected quotes: '{…'`],
    ['a: [x]y', 1, `a value that begins with [ and is not quoted, expected quotes: '[…'`],
    ['a: >x', 1, `a value that begins with > and is not quoted, expected quotes: '>…'`],
    ['a: |x', 1, `a value that begins with | and is not quoted, expected quotes: '|…'`],
    ['a: *x', 1, `a value that begins with *, as aliases do, and is not quoted, expected quotes: '*…'`],
    ['a: b: c', 1, 'a value that contains a colon and a space and is not quoted, expected quotes around the value'],
    ['a: "x"y', 1, 'text after a closing quote, expected quotes around the whole value, or none'],
    ['a: "x\nb: 1', 2, 'no closing quote, expected one: a quote before this line is never closed'],
    ['a:\n    b: 1\n  c: 2', 3, 'c with an indentation that no key above has, expected 4 spaces (as b) or 0 (as a)'],
    [
      'a:\n    b: 1\n  "c d": 2',
      3,
      'a line with an indentation that no key above has, expected 4 spaces (as b) or 0 (as a)',
    ],
    [
      'a: 1\n  b: 2',
      1,
      'a value and, indented below it, keys, expected one of the two: keys of one level have the same indentation',
    ],
    ['```yaml\na: 1\n```', 1, 'a code fence (```) of a Markdown page, expected YAML alone'],
    ['a:\n\u00a0\u00a0b: 1\nc: 2', 2, 'a no-break space as indentation, expected spaces'],
  ])('as what it is: %j', (text, line, expected) => {
    expect(faults(text).map((fault) => fault.replace(/^a\.yml:(\d+):\d+:/, '$1'))).toContainEqual(
      `${line} found ${expected} [configuration.yaml.broken]`,
    );
  });

  it('as a fault of one key where the rest can be used', () => {
    expect(read('a: &x\nb: !x\nc: !x text\nd: &y text\ne: *y')).toEqual({
      a: 'invalid: a value that begins with & and is not quoted',
      b: 'invalid: a value that begins with ! and is not quoted',
      c: 'text',
      d: 'text',
      e: 'text',
    });
  });

  it('without its text: it may be a password', () => {
    for (const text of [
      'password: "hunter2" hunter2',
      'password: @hunter2',
      "password: 'hunter2",
      'a: &x hunter2: 3: 4',
      'password: *hunter2',
      'password: %hunter2',
      'password: >hunter2',
      'a: 1\nhunter2\nb: 2',
      'password: hun: ter2: hunter2',
      '{{hunter2}}',
    ]) {
      for (const line of faults(text)) expect(line).not.toContain('hunter2');
    }
  });
});

describe('a key line of a block that alone has the wrong indentation', () => {
  const TEXT = `connector:
  config:
    main:
      type: DB
      db-connector:
        uri: jdbc:sqlite:x
        query:
          select: >-
            select db-connector: from x
          patient-id-column: x
        user: reader
      wado:
        authentication:
          basic.url: http://a
      timeout: 20s
    peer:
      dicom-connector:
        host: a
      wado.authentication.basic.url: http://a
    web:
      dicom-web-connector:
        qido-rs.url: http://a
      type: DICOM_WEB
`;
  const LINES = TEXT.split('\n');

  it.each([
    ['db-connector', 'main', [-6, -4, -2, -1, 1, 2, 4]],
    ['query', 'db-connector of main', [-8, -4, -2, -1, 1, 2, 4]],
    ['wado', 'main', [-6, -4, -2, -1, 1, 4]],
    ['dicom-connector', 'peer', [-6, -4, -2, -1, 1, 2, 4]],
    ['dicom-web-connector', 'web', [-6, -4, -2, -1, 1, 2, 4]],
  ])('%s is named with its connector and the way back', (name, parent, moves) => {
    const index = LINES.findIndex((line) => line.trim() === `${name}:`);
    for (const by of moves) {
      const indentation = LINES[index]!.search(/\S/) + by;
      const broken = LINES.with(index, `${' '.repeat(indentation)}${name}:`).join('\n');
      const [few, more] = by < 0 ? ['few', 'more'] : ['many', 'fewer'];
      const number = Math.abs(by);
      expect(faults(broken)).toEqual([
        `a.yml:${index + 1}:${indentation + 1}: found ${name} with too ${few} spaces before it, expected it below ${parent}: indent it by ${number} ${more} space${number === 1 ? '' : 's'} [configuration.block.misplaced]`,
      ]);
    }
  });

  it('is not blamed for a sibling that alone is wrong, nor for another fault', () => {
    const sibling = TEXT.replace('        user: reader', '       user: reader');
    expect(faults(sibling)).toEqual([
      'a.yml:11:1: found user with an indentation that no key above has, expected 8 spaces (as query) or 6 (as db-connector) [configuration.yaml.broken]',
    ]);
    expect(faults(TEXT.replace('user: reader', 'user: @reader'))).toEqual([
      "a.yml:11:15: found a value that begins with @ and is not quoted, expected quotes: '@…' [configuration.yaml.broken]",
    ]);
  });
});

it('refuses alias bombs and aliases inside their own anchor, at once', () => {
  const bomb = ['a0: &a0 [x, x, x, x, x, x, x, x, x]'];
  for (let level = 1; level < 12; level++) {
    bomb.push(
      `a${level}: &a${level} [${Array(9)
        .fill(`*a${level - 1}`)
        .join(', ')}]`,
    );
  }
  const start = performance.now();
  expect(faults(bomb.join('\n'))[0]).toContain('aliases that stand for too many values');
  expect(performance.now() - start).toBeLessThan(30_000);
  expect(faults('a: &a\n  b: *a')[0]).toMatch(/nested too deeply, or an alias inside its own anchor/);
});
