import { describe, expect, it } from '@jest/globals';
import { modalityValues, valuesOf } from './values.js';

describe('values of one element', () => {
  it.each<[string | undefined, string[]]>([
    ['A1\\A2', ['A1', 'A2']],
    ['A1 \\ A2\0', ['A1', 'A2']],
    ['A 1', ['A 1']],
    ['\\A2\\', ['A2']],
    ['', []],
    [' ', []],
    [undefined, []],
  ])('%j are %j', (text, expected) => expect(valuesOf(text)).toEqual(expected));
});

describe('modalities', () => {
  it.each<[string[], string[]]>([
    [['CT\\SR'], ['CT', 'SR']],
    [
      ['CT', 'SR'],
      ['CT', 'SR'],
    ],
    [
      ['CT\\SR', 'PT'],
      ['CT', 'SR', 'PT'],
    ],
    [['CT, SR'], ['CT', 'SR']],
    [['ct/sr '], ['CT', 'SR']],
    [['US', 'US'], ['US']],
    [['', ' \0'], []],
  ])('%j are %j', (texts, expected) => expect(modalityValues(texts)).toEqual(expected));
});
