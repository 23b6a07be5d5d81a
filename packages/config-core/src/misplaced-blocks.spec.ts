import { describe, expect, it } from '@jest/globals';
import { load, problemsOf } from './testing/samples.js';

const BLOCK = `db-connector:
  uri: jdbc:sqlite:archive.db
  query:
    select: select 1
`;
const PEER = 'dicom-connector:\n  calling-aet: US\n  aet: THEM\n  host: pacs.example\n  port: 104\n';
const WADO = 'wado:\n  authentication:\n    basic:\n      url: http://pacs.example/wado\n';

function indent(text: string, spaces: number): string {
  return text.replace(/^(?=.)/gm, ' '.repeat(spaces));
}

/** A connector without its block of that indentation. */
function main(type: string, id = 'main'): string {
  return indent(`${id}:\n  type: ${type}\n  wado.authentication.basic.url: http://pacs.example/wado\n`, 4);
}

const HEAD = 'connector:\n  config:\n';

it.each([
  ['DICOM', 2, PEER],
  ['DB', 2, BLOCK],
  ['DB', 4, BLOCK.replace('select 1', 'select 1\n    patient-id-column: x')],
])('a key line that alone is indented too much is named: %s, by %i', async (type, by, block) => {
  const before = HEAD + indent(`main:\n  type: ${type}\n${indent(block, 2)}`, 4);
  const wado = indent(WADO, 6).replace('wado:', `${' '.repeat(by)}wado:`);
  const place = `1.yml:${before.split('\n').length}:${7 + by}`;
  const [problem, ...others] = await problemsOf(`${before}${wado}      timeout: 20s\n`);
  expect(others).toEqual([]);
  expect(problem).toContain(place);
  expect(problem).toMatch(
    new RegExp(
      `: found wado with too many spaces before it, expected it below main: indent it by ${by} fewer spaces \\[configuration\\.block\\.misplaced\\]$`,
    ),
  );
});

describe('a block that is indented too little', () => {
  it('beside its connector became one of its own: one line names both', async () => {
    const { connectors, leftOut, problems } = await load(HEAD + main('DB') + indent(BLOCK, 4));
    expect(connectors).toEqual([]);
    const reason = `1.yml:6:5 connector.config.db-connector: found db-connector at the level of main, so that it became a connector of its own, expected it below main: indent it by 2 more spaces [configuration.block.misplaced]`;
    expect(leftOut).toEqual([{ id: 'main', type: 'DB', reasons: [reason] }]);
    expect(problems).toMatchObject([{ severity: 'error', key: 'connector.config.db-connector', connectorId: 'main' }]);
  });

  it.each([
    ['dicom-connector', 'DICOM', PEER],
    ['wado', 'DICOM', WADO],
    [
      'dicom-web-connector',
      'DICOM_WEB',
      'dicom-web-connector:\n  qido-rs:\n    authentication:\n      basic:\n        server:\n          url: http://a\n',
    ],
    ['search-criteria', 'DICOM', 'search-criteria:\n  deactivated: PATIENT_ID\n'],
    ['weasis', 'DICOM', 'weasis:\n  manifest:\n    requireOnlySOPInstanceUID: true\n'],
  ])('%s is reported as well', async (name, type, block) => {
    const problems = await problemsOf(
      HEAD +
        indent(`main:\n  type: ${type}\n`, 4) +
        (name === 'dicom-connector' ? '' : type === 'DICOM' ? indent(PEER, 6) : '') +
        (name === 'wado' || type === 'DICOM_WEB' ? '' : indent(WADO, 6)) +
        indent(block, 4),
    );
    expect(problems).toEqual([
      expect.stringMatching(
        new RegExp(
          `^error \\S+ connector\\.config\\.${name}: found ${name} at the level of main, .*, expected it below main`,
        ),
      ),
    ]);
  });

  it('is one line with the others of its connector', async () => {
    expect(await problemsOf(HEAD + indent('main:\n', 4) + indent(`type: DB\n${WADO}${BLOCK}`, 4))).toEqual([
      'error 1.yml:4:5 connector.config.type: found type, wado, db-connector at the level of main, so that each became a connector of its own, expected them below main: indent them by 2 more spaces [configuration.block.misplaced]',
    ]);
  });

  it('without any connector above it needs an id', async () => {
    expect(await problemsOf(HEAD + indent(`type: DB\n${WADO}${BLOCK}`, 4))).toEqual([
      'error 1.yml:3:5 connector.config: found type, wado, db-connector directly below config, expected the id of a connector between them: connector.config.ID.type [configuration.block.misplaced]',
    ]);
  });

  it('belongs to the connector above it, else to the one below', async () => {
    const text =
      HEAD +
      main('DICOM', 'a') +
      indent(PEER, 6) +
      main('DB', 'b') +
      indent(BLOCK, 4) +
      main('DICOM', 'c') +
      indent(PEER, 6);
    const { connectors, leftOut } = await load(text);
    expect(connectors.map(({ id }) => id)).toEqual(['a', 'c']);
    expect(leftOut).toMatchObject([{ id: 'b', reasons: [expect.stringContaining('expected it below b')] }]);
    const above = await load(HEAD + indent(BLOCK, 4) + main('DB'));
    expect(above.leftOut).toMatchObject([{ id: 'main', reasons: [expect.stringContaining('expected it below main')] }]);
  });

  it.each([
    ['at the level of config', indent(BLOCK, 2), 'connector.db-connector'],
    ['at the left edge', BLOCK, 'db-connector'],
  ])('%s', async (where, block, key) => {
    const { leftOut, problems } = await load(HEAD + main('DB') + block);
    expect(problems).toHaveLength(1);
    expect(leftOut).toMatchObject([
      {
        id: 'main',
        reasons: [
          expect.stringMatching(
            new RegExp(
              `^1\\.yml:6:\\d ${key}: found db-connector ${where}, expected it below main: indent it by \\d more spaces \\[configuration\\.block\\.misplaced\\]$`,
            ),
          ),
        ],
      },
    ]);
  });

  it('everything of a connector at the level of config', async () => {
    const text = `${HEAD}    main:\n${indent(`type: DB\n${WADO}${BLOCK}`, 2)}`;
    expect(await problemsOf(text)).toEqual([
      'error 1.yml:4:3 connector.type: found type, wado, db-connector at the level of config, expected them below main: indent them by 4 more spaces [configuration.block.misplaced]',
    ]);
  });

  it.each([
    ['query', 'main', 'db-connector', indent('db-connector:\n  uri: jdbc:x\nquery:\n  select: s\n', 6)],
    ['uri, query', 'main', 'db-connector', indent('db-connector:\nuri: jdbc:x\nquery:\n  select: s\n', 6)],
    [
      'query',
      'config',
      'db-connector',
      indent('db-connector:\n  uri: jdbc:x\n', 6) + indent('query:\n  select: s\n', 4),
    ],
  ])('of a block: %s below %s', async (names, where, parent, lines) => {
    const problems = await problemsOf(HEAD + main('DB') + lines);
    expect(problems).toEqual([
      expect.stringMatching(
        new RegExp(
          `found ${names} (?:below|at the level of) ${where === 'config' ? 'main' : where}\\b.*, expected (?:it|them) below ${parent}`,
        ),
      ),
    ]);
  });

  it('two of them, each of its own connector', async () => {
    const text = HEAD + main('DB', 'a') + indent(BLOCK, 4) + main('DB', 'b') + indent(BLOCK, 4);
    const { leftOut } = await load(text);
    expect(leftOut).toEqual([
      { id: 'a', type: 'DB', reasons: [expect.stringContaining('expected it below a')] },
      { id: 'b', type: 'DB', reasons: [expect.stringContaining('expected it below b')] },
    ]);
  });

  it('empty, with its content beside it', async () => {
    const lines = `db-connector:\n${BLOCK.replace('db-connector:\n', '').replace(/^ {2}/gm, '')}`;
    expect(await problemsOf(HEAD + main('DB') + indent('db-connector:\nquery:\n  select: s\n', 4))).toEqual([
      expect.stringMatching(/config\.db-connector: found db-connector at the level of main.*expected it below main/),
      expect.stringMatching(/main\.db-connector\.uri: found nothing/),
      expect.stringMatching(/config\.query: found query at the level of main.*expected it below db-connector/),
    ]);
    expect(await problemsOf(HEAD + main('DB') + indent(lines, 6))).toEqual([
      expect.stringMatching(/main\.uri: found uri, query below main, expected them below db-connector/),
    ]);
    expect(await problemsOf(HEAD + main('DICOM') + indent(PEER, 6) + indent('db-connector:\n  uri:\n', 4))).toEqual([
      'warning 1.yml:11:5 connector.config.db-connector: found no value in it, expected a connector; it is ignored [configuration.connector.empty]',
    ]);
  });

  it('in JSON, without mentioning spaces', async () => {
    const peer = { 'calling-aet': 'A', aet: 'B', host: 'h', port: 104 };
    const own = { type: 'DICOM', 'wado.authentication.basic.url': 'http://a' };
    const text = JSON.stringify({ connector: { config: { main: own, 'dicom-connector': peer } } }, undefined, 2);
    expect(await problemsOf(text)).toEqual([
      expect.stringMatching(/config\.dicom-connector: .* expected it below main \[configuration\.block\.misplaced\]$/),
    ]);
  });

  it('along with optional keys that are beside it', async () => {
    const lines = 'db-connector:\n  uri: jdbc:sqlite:a\n  query:\n  select: s\n  patient-id-column: p\n';
    expect(await problemsOf(HEAD + main('DB') + indent(lines, 6))).toEqual([
      'error 1.yml:9:9 connector.config.main.db-connector.select: found select, patient-id-column below db-connector, expected them below query: indent them by 2 more spaces [configuration.block.misplaced]',
    ]);
    const login = 'wado:\n  authentication:\n    basic.url: http://a\n    login: me\n';
    expect(await problemsOf(`${HEAD}    main:\n      type: DICOM\n${indent(PEER + login, 6)}`)).toEqual([
      expect.stringMatching(
        /^warning .*\.authentication\.login: found an unknown key, without effect, expected it below basic \[configuration\.key\.unknown\]$/,
      ),
    ]);
  });

  it('is a fault of its connector only, and what is wrong in the block is reported at its line', async () => {
    const text = HEAD + main('DICOM') + indent(PEER.replace('104', 'abc'), 4) + main('DICOM', 'good') + indent(PEER, 6);
    const { connectors, problems } = await load(text);
    expect(connectors.map(({ id }) => id)).toEqual(['good']);
    expect(problems.map(({ line, key }) => [line, key])).toEqual([
      [6, 'connector.config.dicom-connector'],
      [10, 'connector.config.main.dicom-connector.port'],
    ]);
  });
});

describe('a block that is indented too much', () => {
  it.each([
    ['wado', indent(WADO, 6) + indent(BLOCK, 8)],
    ['authentication', indent(WADO, 6) + indent(BLOCK, 10)],
    ['search-criteria', indent(WADO, 6) + indent('search-criteria:\n  deactivated:\n', 6) + indent(BLOCK, 8)],
    ['httpTags', indent(`${WADO}    httpTags:\n      X-A: b\n`, 6) + indent(BLOCK, 12)],
  ])('below %s', async (where, lines) => {
    const problems = await problemsOf(`${HEAD}    main:\n      type: DB\n${lines}`);
    expect(problems).toEqual([
      expect.stringMatching(
        new RegExp(
          `^error \\S+ \\S+\\.${where}\\.db-connector: found db-connector below ${where}, expected it below main: indent it by \\d fewer spaces \\[configuration\\.block\\.misplaced\\]$`,
        ),
      ),
    ]);
  });

  it('that is not required: without effect, and where it belongs', async () => {
    const criteria = '      search-criteria:\n        deactivated: PATIENT_ID\n';
    const text =
      HEAD +
      main('DICOM') +
      indent(PEER, 6) +
      indent('wado:\n  authentication:\n    force-basic: false\n', 6) +
      indent(criteria, 2);
    expect(await problemsOf(text)).toEqual([
      expect.stringMatching(
        /^warning \S+ \S+\.wado\.search-criteria: found an unknown key, without effect, expected it directly below main \[configuration\.key\.unknown\]$/,
      ),
    ]);
  });

  it('and a connector inside another is missed', async () => {
    const { connectors, problems } = await load(
      HEAD + main('DICOM', 'a') + indent(PEER, 6) + indent(main('DB', 'b') + indent(BLOCK, 6), 2),
    );
    expect(connectors.map(({ id }) => id)).toEqual(['a']);
    expect(problems).toMatchObject([
      {
        severity: 'error',
        key: 'connector.config.a.b',
        code: 'configuration.block.misplaced',
        found: 'a connector below another, without effect',
        expected: 'it beside a: indent it by 2 fewer spaces',
      },
    ]);
    expect(problems[0]).not.toHaveProperty('connectorId');
  });
});

describe('a connector that is not below connector.config', () => {
  const own = indent(main('DB').replace(/^ {4}/gm, ''), 0) + indent(BLOCK, 2);

  it.each([
    ['beside an empty config', `connector:\n  config:\n${indent(own, 2)}`, 'connector.main', 'main beside config'],
    ['without config', `connector:\n${indent(own, 2)}`, 'connector.main', 'main directly below connector'],
    ['at the left edge', `connector:\n  config:\n${own}`, 'main', 'main at the left edge'],
    ['below a config at the left edge', `connector:\nconfig:\n${indent(own, 2)}`, 'config', 'config at the left edge'],
    [
      'below default and config at the left edge',
      `default: main\nconfig:\n${indent(own, 2)}`,
      'config',
      'config at the left edge',
    ],
  ])('%s', async (_, text, key, found) => {
    const problems = await problemsOf(text);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(
      new RegExp(`^error 1\\.yml:\\d+:\\d+ ${key}: found ${found}, expected it below connector(?:\\.config)?`),
    );
  });

  it('is reported where others are right', async () => {
    const good = HEAD + main('DICOM', 'good') + indent(PEER, 6);
    const { connectors, problems } = await load(good + indent(own, 2) + own.replace('main', 'other'));
    expect(connectors.map(({ id }) => id)).toEqual(['good']);
    expect(await problemsOf(`${good}config:\n${indent(own, 2)}`)).toEqual([
      expect.stringMatching(
        /^warning \S+ config: found config at the left edge, without effect, expected it below connector: indent config and everything below it \[configuration\.block\.misplaced\]$/,
      ),
    ]);
    expect(problems).toMatchObject([
      { severity: 'warning', key: 'connector.main', found: 'main beside config, without effect' },
      { severity: 'warning', key: 'other', found: 'other at the left edge, without effect' },
    ]);
  });

  it('default at the left edge, beside connector, is reported where it names connectors', async () => {
    const good = HEAD + main('DICOM', 'good') + indent(PEER, 6);
    expect(await problemsOf(`default: good\n${good}`)).toEqual([
      'warning 1.yml:1:1 default: found default at the left edge, without effect, expected it below connector [configuration.block.misplaced]',
    ]);
    expect(await problemsOf(`default: dark\n${good}`)).toEqual([]);
  });
});

it('a connector that has the name of a key and no type costs itself only', async () => {
  const good = HEAD + main('DICOM', 'good') + indent(PEER, 6);
  const { connectors, leftOut } = await load(good + main('DICOM', 'weasis').replace('type', 'typ') + indent(PEER, 6));
  expect(connectors.map(({ id }) => id)).toEqual(['good']);
  expect(leftOut).toMatchObject([{ id: 'weasis', reasons: [expect.stringContaining('weasis.type: found nothing')] }]);
});

it('other programs’ keys, templates and ids that are also names of keys are left alone', async () => {
  const good = HEAD + main('DICOM', 'wado') + indent(PEER, 6);
  const others = `wado: { url: http://other }\ndb-connector: { pool: 3 }\nconfig: { theme: dark }\ndefault: { a: b }\nuri: a\n`;
  expect(await problemsOf(others + good)).toEqual([]);
  const template = `wado: &wado\n  authentication.basic.url: http://a\n${HEAD}    main:\n      type: DICOM\n      wado: *wado\n${indent(PEER, 6)}`;
  expect(await problemsOf(template)).toEqual([]);
  for (const use of ['main: *all', 'main:\n      <<: *all\n      timeout: 5s']) {
    const whole = `x-template: &all\n  type: DICOM\n${indent(PEER + WADO, 2)}${HEAD}    ${use}\n`;
    expect(await problemsOf(whole)).toEqual([]);
  }
});
