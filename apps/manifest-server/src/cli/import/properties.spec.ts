import { expect, it } from '@jest/globals';
import { parseProperties } from './properties.js';

const read = (text: string | Buffer) =>
  parseProperties(typeof text === 'string' ? Buffer.from(text, 'latin1') : text).map(({ key, value }) => [key, value]);

it.each([
  ['a=b', ['a', 'b']],
  ['a:b', ['a', 'b']],
  ['a b', ['a', 'b']],
  ['  a  =  b  ', ['a', 'b  ']],
  ['a = = b', ['a', '= b']],
  ['a::b', ['a', ':b']],
  ['a', ['a', '']],
  ['a=', ['a', '']],
  ['a\\=b\\:c\\ d=e', ['a=b:c d', 'e']],
  ['a=C:\\\\pacs\\\\x', ['a', 'C:\\pacs\\x']],
  ['a=\\t\\n\\q', ['a', '\t\nq']],
  ['a=M\\u00fcller', ['a', 'Müller']],
  ['a=M\xfcller', ['a', 'Müller']],
  ['a=b # no comment', ['a', 'b # no comment']],
  ['a=b\\\n   c\\\r\n\t d', ['a', 'bcd']],
  ['a=b\\\\\n', ['a', 'b\\']],
  ['a=b\\', ['a', 'b']],
  ['a=b\\\n# c', ['a', 'b# c']],
])('%j', (text, expected) => expect(read(text)).toEqual([expected]));

it('takes UTF-8 where it is valid, with or without a byte order mark', () => {
  expect(read(Buffer.from('\ufeffa=Müller', 'utf8'))).toEqual([['a', 'Müller']]);
  expect(read(Buffer.from('a=Müller', 'utf8'))).toEqual([['a', 'Müller']]);
});

it('skips comments and empty lines, and knows where each property starts', () => {
  const text = '# one\n\n  ! two\na=1\\\n  2\r\nb 3\rc:4';
  expect(parseProperties(Buffer.from(text))).toEqual([
    { key: 'a', value: '12', line: 4, hasSeparator: true },
    { key: 'b', value: '3', line: 6, hasSeparator: false },
    { key: 'c', value: '4', line: 7, hasSeparator: true },
  ]);
});

it('says where Java would refuse the line', () => {
  expect(parseProperties(Buffer.from('store=C:\\users\\pacs'))).toEqual([
    { key: 'store', value: 'C:userspacs', line: 1, hasSeparator: true, problem: expect.stringContaining('\\u') },
  ]);
});
