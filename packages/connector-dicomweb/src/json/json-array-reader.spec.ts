import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { JsonArrayReader, JsonFormatError } from './json-array-reader.js';

/** Returns what the reader makes of `bytes`, which come in pieces that end at `cuts`. */
function read(bytes: Buffer, cuts: readonly number[] = []): object[] {
  const elements: object[] = [];
  const reader = new JsonArrayReader((element) => elements.push(element));
  let from = 0;
  for (const cut of [...cuts].map((place) => place % (bytes.length + 1)).sort((a, b) => a - b)) {
    reader.write(bytes.subarray(from, cut));
    from = cut;
  }
  reader.write(bytes.subarray(from));
  reader.end();
  return elements;
}

describe('JsonArrayReader', () => {
  it('returns what JSON.parse returns, wherever the pieces are cut', () => {
    const objects = fc.array(fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue()), { maxLength: 8 });
    const layout = fc.constantFrom(undefined, 1, '\t');
    fc.assert(
      fc.property(objects, layout, fc.array(fc.nat(), { maxLength: 12 }), (elements, space, cuts) => {
        const text = JSON.stringify(elements, undefined, space);
        expect(read(Buffer.from(text), cuts)).toEqual(JSON.parse(text));
      }),
    );
  });

  it('accepts a byte order mark, white space, and quotes and braces in strings', () => {
    expect(read(Buffer.from('\ufeff \r\n[ ]\n'))).toEqual([]);
    const tricky = [{ a: '}]"\\' }, { 'b{"': '\\"' }];
    const bytes = Buffer.from(JSON.stringify(tricky));
    for (let cut = 0; cut < bytes.length; cut++) expect(read(bytes, [cut])).toEqual(tricky);
  });

  it('throws if JSON.parse does, or if the body is not an array of objects', () => {
    for (const text of [
      '',
      ' ',
      '{}',
      '[{}',
      '[{"a":1},',
      '[1]',
      '[[]]',
      '["a"]',
      '[{}] []',
      '[{} {}]',
      'null',
      '[{a:1}]',
    ]) {
      expect(() => read(Buffer.from(text))).toThrow(JsonFormatError);
    }
  });

  it('never shows what was in the text', () => {
    const message = (() => {
      try {
        read(Buffer.from('[{"00100010": Muster^Erika}]'));
        return '';
      } catch (error) {
        return String(error);
      }
    })();
    expect(message).toContain('broken');
    expect(message).not.toContain('Muster');
  });

  it('holds one element at most', () => {
    const reader = new JsonArrayReader(() => undefined, 1000);
    reader.write(Buffer.from('[{"a":"'));
    for (let n = 0; n < 100; n++) reader.write(Buffer.alloc(100, 'x'));
    reader.write(Buffer.from('"}]'));
    expect(() => reader.end()).toThrow('longer than 1000 bytes');
  });

  it.each([
    ['too long', `{"a":"${'x'.repeat(300)}"}`],
    ['broken', '{"a":[}}'],
    ['in Latin-1', '{"a":"\xfc"}'],
    ['null', 'null'],
    ['a number', '-1.5e3'],
  ])('leaves out and counts one element that is %s', (_, bad) => {
    const bytes = Buffer.from(`[{"n":1}, ${bad} ,{"n":2},{"n":"}"}]`, 'latin1');
    for (let size = 1; size < 100; size += 7) {
      const elements: object[] = [];
      const reader = new JsonArrayReader((element) => elements.push(element), 200);
      for (let from = 0; from < bytes.length; from += size) reader.write(bytes.subarray(from, from + size));
      reader.end();
      expect([elements, reader.skipped]).toEqual([[{ n: 1 }, { n: 2 }, { n: '}' }], 1]);
    }
  });
});
