import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parametersOfUrl } from './query-string.js';

const parametersOf = (url: string) => parametersOfUrl(url).parameters;

describe('the parameters of a URL', () => {
  it('come in order, repeats and empty ones too', () => {
    expect(parametersOf('/manifest?a=1&b=&a=2&c')).toEqual([
      ['a', '1'],
      ['b', ''],
      ['a', '2'],
      ['c', ''],
    ]);
    expect(parametersOf('/manifest?&studyUID=1.2')).toEqual([['studyUID', '1.2']]);
    expect(parametersOf('/manifest')).toEqual([]);
    expect(parametersOf('/manifest?')).toEqual([]);
    expect(parametersOf('/m?a=b=c?d')).toEqual([['a', 'b=c?d']]);
  });

  it('are decoded as forms are', () => {
    expect(parametersOf('/m?patientID=1%5E%5E%5EA%26B&x=a+b%2Bc&%C3%A4=%E5%B1%B1')).toEqual([
      ['patientID', '1^^^A&B'],
      ['x', 'a b+c'],
      ['ä', '山'],
    ]);
  });

  it('may hold UTF-8 that the client did not escape', () => {
    // Node hands over the bytes of the request line as Latin-1.
    const url = Buffer.from('/m?patientID=Ä山').toString('latin1');
    expect(parametersOf(url)).toEqual([['patientID', 'Ä山']]);
  });

  it.each(['a=%zz', 'a=%', 'a=%2', 'a=%FF', 'a=%C3', 'a=%ED%A0%80'])(
    'that cannot be decoded are reported: %s',
    (query) => {
      const { parameters, bad } = parametersOfUrl(`/m?b=1&${query}`);
      expect(parameters).toEqual([['b', '1']]);
      expect(bad.map(({ parameter }) => parameter)).toEqual(['a']);
    },
  );

  it('are what any client encoded', () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1 });
    fc.assert(
      fc.property(fc.array(fc.tuple(text, fc.string({ unit: 'grapheme' }))), (pairs) => {
        const query = pairs.map((pair) => pair.map(encodeURIComponent).join('=')).join('&');
        expect(parametersOfUrl(`/m?${query}`)).toEqual({ parameters: pairs, bad: [] });
        expect(parametersOf(`/m?${new URLSearchParams(pairs).toString()}`)).toEqual(pairs);
      }),
    );
  });
});
