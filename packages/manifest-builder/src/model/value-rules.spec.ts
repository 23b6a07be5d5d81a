import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { anyText } from '../testing/arbitrary.js';
import * as rules from './value-rules.js';

type Rule = (value: unknown) => unknown;

function table(name: string, rule: Rule, rows: [unknown, unknown][]): void {
  describe(name, () => {
    it.each(rows)('%j → %j', (value, expected) => expect(rule(value)).toBe(expected));
  });
}

const none = undefined;

table('UI', rules.uiRule, [
  ['1.2.840.10008', '1.2.840.10008'],
  ['1.2.3\0', '1.2.3'],
  [' 1.2.3 ', '1.2.3'],
  ['9'.repeat(64), '9'.repeat(64)],
  ['9'.repeat(65), none],
  ['1.2.x', none],
  ['1.2\\1.3', none],
  ['1.2 .3', none],
  ['', none],
  [none, none],
  [null, none],
]);

table('transfer syntax', rules.transferSyntaxRule, [
  ['1.2.840.10008.1.2.4.80', '1.2.840.10008.1.2.4.80'],
  [' 1.2.840.10008.1.2 ', '1.2.840.10008.1.2'],
  ['*', '*'],
  [' * ', '*'],
  ['**', none],
  ['JPEG', none],
  [none, none],
]);

table('LO', rules.loRule, [
  ['  Thorax  ', 'Thorax'],
  ['a\tb\r\nc\nd', 'a b c d'],
  ['a\x01b\x7fc\x1b', 'abc'],
  ['R\\L', 'R\\L'],
  ['x\ud800y\uffffz', 'x\ufffdy\ufffdz'],
  ['é'.repeat(65), 'é'.repeat(64)],
  ['😀'.repeat(64), '😀'.repeat(64)],
  ['😀'.repeat(70), '😀'.repeat(64)],
  [`a${'😀'.repeat(64)}`, `a${'😀'.repeat(63)}`],
  [`${'a'.repeat(63)} b`, 'a'.repeat(63)],
  ['\0\0 ', none],
  [12, '12'],
  [{}, none],
  [new Date(0), none],
]);

table('PN', rules.pnRule, [
  ['Yamada^Tarou=山田^太郎=やまだ^たろう', 'Yamada^Tarou=山田^太郎=やまだ^たろう'],
  [`Doe^${'J'.repeat(50)}=${'山'.repeat(20)}=や`, `Doe^${'J'.repeat(50)}`],
  [`Doe^J=${'山'.repeat(20)}=${'や'.repeat(60)}`, `Doe^J=${'山'.repeat(20)}`],
  [`=${'山'.repeat(70)}`, `=${'山'.repeat(63)}`],
  ['D'.repeat(70), 'D'.repeat(64)],
  ['Doe^Jane^^^', 'Doe^Jane^^^'],
  ['^^^^', none],
  ['= =', none],
  ['', none],
]);

table('SH', rules.shRule, [
  ['A'.repeat(16), 'A'.repeat(16)],
  ['A'.repeat(17), none],
  [' A-1 ', 'A-1'],
  ['😀'.repeat(16), '😀'.repeat(16)],
]);

table('CS', rules.csRule, [
  ['CT', 'CT'],
  ['ct ', 'CT'],
  ['CT\\SR', 'CT'],
  ['KEY OBJECT_1', 'KEY OBJECT_1'],
  ['CT/PET', none],
  ['A'.repeat(17), none],
  ['\\', none],
  ['', none],
]);

table('sex', rules.sexRule, [
  ['M', 'M'],
  ['m ', 'M'],
  ['MALE', 'M'],
  ['Female', 'F'],
  ['f', 'F'],
  ['O', 'O'],
  ['other', 'O'],
  ['X', 'O'],
  ['A', 'O'],
  ['U', none],
  ['1', none],
  ['constructor', none],
  ['', none],
]);

table('IS', rules.isRule, [
  ['1', 1],
  [' 007 ', 7],
  ['+5', 5],
  ['-3', -3],
  ['-0', 0],
  ['1.0', 1],
  ['1.', 1],
  ['2147483647', 2147483647],
  ['2147483648', none],
  ['-2147483648', -2147483648],
  ['-2147483649', none],
  ['1.5', none],
  ['1e3', none],
  ['0x10', none],
  ['1\\2', none],
  ['one', none],
  ['', none],
  ['9'.repeat(400), none],
  [7, 7],
  [1.5, none],
  [NaN, none],
  [12n, 12],
]);

table('DA', rules.daRule, [
  ['20200229', '20200229'],
  ['20210229', none],
  ['19000229', none],
  ['20000229', '20000229'],
  ['2020-02-29', '20200229'],
  ['2020/02/29', '20200229'],
  ['1993.08.22', '19930822'],
  ['2020-02-29T10:11:12Z', '20200229'],
  ['2020-02-29 00:00:00', '20200229'],
  ['2020-0229', none],
  ['20200431', none],
  ['20201301', none],
  ['20200100', none],
  ['00000101', none],
  ['20200101-20200201', none],
  ['2020', none],
  ['', none],
]);

table('TM', rules.tmRule, [
  ['10', '10'],
  ['1011', '1011'],
  ['101112', '101112'],
  ['101112.5', '101112.5'],
  ['10:11:12', '101112'],
  ['10:11', '1011'],
  ['10:11:12.1234567', '101112.123456'],
  ['101112.', '101112'],
  ['235960', '235960'],
  ['240000', none],
  ['1060', none],
  ['10:1112', none],
  ['1011-1213', none],
  ['10:11:12+02', none],
  ['101', none],
  ['', none],
]);

table('URI', rules.uriRule, [
  ['https://pacs.example.org:8443/wado?a=1&b=%20', 'https://pacs.example.org:8443/wado?a=1&b=%20'],
  [' http://x/a b|"c" ', 'http://x/a%20b%7C%22c%22'],
  ['http://x/%zz', 'http://x/%25zz'],
  ['http://[::1]:8080/wado', 'http://[::1]:8080/wado'],
  ['https://user@pacs.example.org/a:b@c', 'https://user@pacs.example.org/a:b@c'],
  ['../wado?a=b:c#d', '../wado?a=b:c#d'],
  ['http://x/[1]?[2]#[3]#', 'http://x/%5B1%5D?%5B2%5D#%5B3%5D%23'],
  ['http://x:port/', 'http://x%3Aport/'],
  [':8080/wado', '%3A8080/wado'],
  ['', ''],
  [none, ''],
]);

table('percent', rules.percentRule, [
  [1, 1],
  [100, 100],
  [0, none],
  [101, none],
  [1.5, none],
  ['80', none],
]);

table('messages', rules.linesRule, [
  ['a\r\nb\rc\td\n', 'a\nb\nc\td'],
  ['a\x01b', 'ab'],
]);

it('writes tags as the viewer reads them', () => {
  expect(rules.tagsRule([0x00100010, 0xfffee000])).toBe('0x00100010,0xFFFEE000');
  expect(rules.tagsRule([-1, 0x1_0000_0000, 1.5, NaN])).toBeUndefined();
  expect(rules.tagsRule([])).toBeUndefined();
});

describe('for any text', () => {
  const forms: [string, Rule, RegExp][] = [
    ['UI', rules.uiRule, /^[0-9.]{1,64}$/],
    ['LO', rules.loRule, /^[^\t\n\r]{1,64}$/u],
    ['PN', rules.pnRule, /^[^\t\n\r]{1,64}$/u],
    ['SH', rules.shRule, /^[^\t\n\r]{1,16}$/u],
    ['CS', rules.csRule, /^[A-Z0-9 _]{1,16}$/],
    ['DA', rules.daRule, /^\d{8}$/],
    ['TM', rules.tmRule, /^\d\d(\d\d(\d\d(\.\d{1,6})?)?)?$/],
  ];
  it.each(forms)('%s gives its form or nothing, and the same again', (_name, rule, form) => {
    fc.assert(
      fc.property(anyText, (text) => {
        const value = rule(text);
        if (value === undefined) return;
        expect(value).toMatch(form);
        expect(rule(value)).toBe(value);
      }),
      { numRuns: 500 },
    );
  });

  it('texts hold nothing that XML forbids', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        for (const value of [rules.textRule(text), rules.linesRule(text)])
          // XML 1.0, 2.2: Char.
          expect(value ?? '').toMatch(/^[\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u);
      }),
      { numRuns: 1000 },
    );
  });
});

it('spends no time on values of megabytes', () => {
  const start = process.cpuUsage();
  for (const text of [
    ' '.repeat(4e6) + 'x',
    'x' + ' \0'.repeat(2e6) + 'x',
    '='.repeat(4e6),
    '1'.repeat(4e6),
    '😀'.repeat(2e6),
  ])
    for (const rule of [
      rules.loRule,
      rules.pnRule,
      rules.shRule,
      rules.uiRule,
      rules.csRule,
      rules.isRule,
      rules.daRule,
    ])
      rule(text);
  expect(process.cpuUsage(start).user / 1000).toBeLessThan(2000);
});
