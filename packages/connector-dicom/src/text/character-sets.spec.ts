import { describe, expect, it } from '@jest/globals';
import { encodeIso2022, encodeText, isCharacterSet, normalizeTerm } from '@pacs-connectors/connector-core';
import { Tag } from '../dimse/tags.js';
import { identifierOf } from '../search/identifier.js';
import { PYDICOM_TEXTS } from '../testing/pydicom-texts.js';
import { DataSetText } from './data-set-text.js';

/** The bytes of an element, as `\xNN` escapes and ASCII. */
function bytes(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

function textOf(characterSet: string | undefined, value: Buffer, tag: number = Tag.patientName, undeclared?: string) {
  const dataSet = new Map([[tag, value]]);
  if (characterSet !== undefined) dataSet.set(Tag.specificCharacterSet, bytes(characterSet));
  return new DataSetText(dataSet, { undeclared }).get(tag);
}

describe('text of an answer', () => {
  it.each([
    ['ISO_IR 6', 'Smith^John', 'Smith^John'],
    ['ISO_IR 100', 'Buc^J\xe9r\xf4me', 'Buc^Jérôme'],
    ['ISO_IR 101', 'Wa\xb3\xeasa^Lech', 'Wałęsa^Lech'],
    ['ISO_IR 109', '\xd8u\xb6a^\xc5etta', 'Ĝuĥa^Ċetta'],
    ['ISO_IR 110', '\xc0boli\xf1\xb9^\xaeanis', 'Āboliņš^Žanis'],
    ['ISO_IR 144', '\xbb\xee\xda\xe1\xd5\xdc\xd1\xe3\xe0\xd3', 'Люксембург'],
    ['ISO_IR 127', '\xe2\xc8\xc7\xe6\xea^\xe4\xe6\xd2\xc7\xd1', 'قباني^لنزار'],
    ['ISO_IR 126', '\xc4\xe9\xef\xed\xf5\xf3\xe9\xef\xf2', 'Διονυσιος'],
    ['ISO_IR 138', '\xf9\xf8\xe5\xef^\xe3\xe1\xe5\xf8\xe4', 'שרון^דבורה'],
    ['ISO_IR 148', '\xc7avu\xfeo\xf0lu', 'Çavuşoğlu'],
    ['ISO_IR 166', '\xca\xc1\xaa\xd2\xc2', 'สมชาย'],
    ['ISO_IR 13', '\xd4\xcf\xc0\xde^\xc0\xdb\xb3', 'ﾔﾏﾀﾞ^ﾀﾛｳ'],
  ])('%s', (characterSet, value, expected) => {
    expect(textOf(characterSet, bytes(value))).toBe(expected);
  });

  it.each([
    ['ISO_IR 192', Buffer.from('Wang^XiaoDong=王^小东='), 'Wang^XiaoDong=王^小东='],
    ['GB18030', bytes('Wang^XiaoDong=\xcd\xf5^\xd0\xa1\xb6\xab='), 'Wang^XiaoDong=王^小东='],
    ['GBK', bytes('\xd5\xc5^\xc8\xfd'), '张^三'],
  ])('%s, groups of a name kept', (characterSet, value, expected) => {
    expect(textOf(characterSet, value)).toBe(expected);
  });

  // The examples of PS3.5 Annexes H, I and K.
  it.each([
    [
      'PS3.5 H.3.1',
      '\\ISO 2022 IR 87',
      'Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B=\x1b$B$d$^$@\x1b(B^\x1b$B$?$m$&\x1b(B',
      'Yamada^Tarou=山田^太郎=やまだ^たろう',
    ],
    [
      'PS3.5 H.3.2',
      'ISO 2022 IR 13\\ISO 2022 IR 87',
      '\xd4\xcf\xc0\xde^\xc0\xdb\xb3=\x1b$B;3ED\x1b(J^\x1b$BB@O:\x1b(J=\x1b$B$d$^$@\x1b(J^\x1b$B$?$m$&\x1b(J',
      'ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう',
    ],
    [
      'PS3.5 I.2',
      '\\ISO 2022 IR 149',
      'Hong^Gildong=\x1b$)C\xfb\xf3^\x1b$)C\xd1\xce\xd4\xd7=\x1b$)C\xc8\xab^\x1b$)C\xb1\xe6\xb5\xbf',
      'Hong^Gildong=洪^吉洞=홍^길동',
    ],
    [
      'PS3.5 K.2',
      '\\ISO 2022 IR 58',
      'Zhang^XiaoDong=\x1b$)A\xd5\xc5^\x1b$)A\xd0\xa1\xb6\xab=',
      'Zhang^XiaoDong=张^小东=',
    ],
    ['JIS X 0212', '\\ISO 2022 IR 87\\ISO 2022 IR 159', '\x1b$(D0!\x1b(B^A', '丂^A'],
    ['Latin-1, then Greek', 'ISO 2022 IR 100\\ISO 2022 IR 126', 'Buc^J\xe9r\xf4me \x1b-F\xc4\xe9', 'Buc^Jérôme Δι'],
  ])('ISO 2022: %s', (_, characterSet, value, expected) => {
    expect(textOf(characterSet, bytes(value))).toBe(expected);
  });

  it('ends a code extension at the delimiters of a name, and not at bytes that look like them', () => {
    // After `^` G1 is Latin-1 again, though no escape sequence says so.
    expect(textOf('ISO 2022 IR 100\\ISO 2022 IR 126', bytes('\x1b-F\xc4^\xc4'))).toBe('Δ^Ä');
    // 0x5E is not a caret within two bytes of JIS X 0208.
    expect(textOf('\\ISO 2022 IR 87', bytes('\x1b$B$^\x1b(B'))).toBe('ま');
  });

  it('without a declaration: UTF-8 where it is that, else Latin-1, else what is configured', () => {
    expect(textOf(undefined, Buffer.from('Müller'))).toBe('Müller');
    expect(textOf(undefined, bytes('M\xfcller'))).toBe('Müller');
    expect(textOf('', bytes('\xc4\xe9'), Tag.patientName, 'ISO_IR 126')).toBe('Δι');
    expect(textOf('ISO_IR 100', bytes('M\xfcller'), Tag.patientName, 'ISO_IR 126')).toBe('Müller');
  });

  it.each(['ISO_IR 192\\ISO 2022 IR 87', 'ISO_IR 192\\ISO_IR 100'])('reads UTF-8 beside other terms: %s', (terms) => {
    expect(textOf(terms, Buffer.from('山田'))).toBe('山田');
  });

  it('takes a term that nobody defined for none', () => {
    expect(textOf('ISO_IR 999', Buffer.from('Müller'))).toBe('Müller');
  });

  it('takes padding away, and an empty value for none', () => {
    expect(textOf('ISO_IR 100', bytes(' A^B  '))).toBe('A^B');
    expect(textOf('ISO_IR 100', bytes('2.25.1\0'), Tag.studyInstanceUid)).toBe('2.25.1');
    expect(textOf('ISO_IR 100', bytes('  '))).toBeUndefined();
  });
});

describe('text of a question', () => {
  it.each([
    ['Müller', 'ISO_IR 100', 'M\xfcller'],
    ['Διον', 'ISO_IR 126', '\xc4\xe9\xef\xed'],
    ['Wałęsa', 'ISO_IR 101', 'Wa\xb3\xeasa'],
    ['ﾔﾏﾀﾞ', 'ISO_IR 13', '\xd4\xcf\xc0\xde'],
    ['小东', 'GB18030', '\xd0\xa1\xb6\xab'],
    ['plain', 'ISO_IR 6', 'plain'],
  ])('%s in %s', (text, term, expected) => {
    expect(encodeText(text, term)).toEqual(bytes(expected));
  });

  it.each([
    ['ID 山田-1', 'ISO 2022 IR 87', 'ID \x1b$B;3ED\x1b(B-1'],
    ['山', 'ISO 2022 IR 87', '\x1b$B;3\x1b(B'],
    ['A홍B길', 'ISO 2022 IR 149', 'A\x1b$)C\xc8\xabB\xb1\xe6'],
    ['王1', 'ISO 2022 IR 58', '\x1b$)A\xcd\xf51'],
  ])('%s in %s, and back', (text, term, expected) => {
    const written = encodeIso2022(text, term);
    expect(written).toEqual(bytes(expected));
    expect(textOf(`\\${term}`, written as Buffer, Tag.patientId)).toBe(text);
    expect(encodeIso2022(`${text}ÿ`, term)).toBeUndefined();
  });

  it('is declared as what it was written in, and in UTF-8 where that cannot hold it', () => {
    const declared = (value: string, term: string) => {
      const query = {
        level: 'STUDY' as const,
        match: new Map([[Tag.patientId, value]]),
        returnKeys: [Tag.specificCharacterSet],
      };
      const elements = identifierOf(query, term);
      return elements.find(({ tag }) => tag === Tag.specificCharacterSet)?.value.toString();
    };
    expect(declared('山', 'ISO 2022 IR 87')).toBe('\\ISO 2022 IR 87');
    expect(declared('Müller', 'ISO_IR 100')).toBe('ISO_IR 100');
    expect(declared('山', 'ISO_IR 100')).toBe('ISO_IR 192');
    // Empty, it is a return key.
    expect(declared('plain', 'ISO 2022 IR 87')).toBe('');
  });

  it('says where a character set cannot write it', () => {
    expect(encodeText('王', 'ISO_IR 100')).toBeUndefined();
    expect(encodeText('é', 'ISO_IR 6')).toBeUndefined();
    expect(encodeText('王', 'ISO_IR 192')).toEqual(Buffer.from('王'));
  });
});

describe('text that breaks its declaration', () => {
  const encodings: [string, string, string][] = [
    // Two-byte sets as the first value, without escape sequences.
    ['ISO 2022 IR 149', '\xb1\xe8^\xc3\xb6\xbc\xf6', '김^철수'],
    ['ISO_IR 149', '\xb1\xe8^\xc3\xb6\xbc\xf6', '김^철수'],
    ['ISO 2022 IR 58', '\xc0\xee^\xc4\xc8', '李^娜'],
    ['ISO 2022 58', '\xc0\xee^\xc4\xc8', '李^娜'],
    ['ISO 2022 GBK', '\xc0\xee^\xc4\xc8', '李^娜'],
    // Shift_JIS, EUC-JP and UTF-8 that are declared otherwise.
    ['ISO_IR 13', '\x8d\xb2\x93\xa1^\x89\xd4', '佐藤^花'],
    ['ISO 2022 IR 13\\ISO 2022 IR 87', '\x8d\xb2\x93\xa1^\x89\xd4', '佐藤^花'],
    ['ISO 2022 IR 87', '\xba\xb4\xc6\xa3^\xb2\xd6', '佐藤^花'],
    ['ISO_IR 192', 'Garc\xeda', 'García'],
  ];
  it.each(encodings)('is read as what it is: %s', (term, value, expected) => {
    expect(textOf(term, bytes(value))).toBe(expected);
  });

  it('keeps text that is valid in its declaration', () => {
    expect(textOf('ISO_IR 13', bytes('\xbb\xc4\xb3^\xca\xc5'))).toBe('ｻﾄｳ^ﾊﾅ');
    expect(textOf('ISO_IR 100', bytes('\xc3\xbc'))).toBe('Ã¼');
  });

  it('is corrected by character-sets, for the declared set only', () => {
    const corrections = new Map([['ISO_IR 100', 'WINDOWS-1250']]);
    const read = (declared: string, value: Buffer) =>
      new DataSetText(
        new Map([
          [Tag.specificCharacterSet, bytes(declared)],
          [Tag.patientName, value],
        ]),
        { corrections },
      ).get(Tag.patientName);
    expect(read('ISO_IR 100', bytes('\x8aim\xf9nek'))).toBe('Šimůnek');
    expect(read('iso-ir 100', bytes('\x8aim\xf9nek'))).toBe('Šimůnek');
    expect(read('ISO_IR 101', bytes('\xa9im\xf9nek'))).toBe('Šimůnek');
  });

  it('is reported as guessed only if it is not ASCII', () => {
    let guesses = 0;
    const read = (value: Buffer) =>
      new DataSetText(new Map([[Tag.patientName, value]]), { onGuess: () => (guesses += 1) }).get(Tag.patientName);
    expect([read(bytes('Miller')), guesses]).toEqual(['Miller', 0]);
    expect([read(bytes('M\xfcller')), guesses]).toEqual(['Müller', 1]);
  });
});

it.each(['ISO_IR 144', '\\ISO 2022 IR 87', 'GB18030', 'windows-1251', 'shift_jis', 'ISO 2022 IR 13\\ISO 2022 IR 87'])(
  'has a decoder for %s',
  (value) => expect(isCharacterSet(value)).toBe(true),
);

it.each(['ISO_IR 9', 'latin-nine', 'ISO 2022 IR 1000', '\\nonsense'])('has no decoder for %s', (value) =>
  expect(isCharacterSet(value)).toBe(false),
);

it.each(PYDICOM_TEXTS)('is decoded as pydicom decodes it: %s, %s', (terms, hex, text) => {
  expect(textOf(terms, Buffer.from(hex, 'hex'))).toBe(text);
});

it('knows the spellings of archives', () => {
  const spellings = ['iso_ir_100', 'ISO-IR 100', 'ISO IR 100', 'ISO8859-1', 'UTF-8', 'ISO_2022_IR_87', ''];
  expect(spellings.map(normalizeTerm)).toEqual([
    ...Array(4).fill('ISO_IR 100'),
    'ISO_IR 192',
    'ISO 2022 IR 87',
    'ISO_IR 6',
  ]);
});
