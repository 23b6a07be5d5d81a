import { describe, expect, it } from '@jest/globals';
import { isLiteral, literalValue } from './literal-value.js';

describe('literalValue', () => {
  it.each(['', '  ', 'a\u0000', 'a\nb', 'x'.repeat(257)])(
    'does not search for what no archive can contain: %j',
    (value) => {
      expect(literalValue(value)).toBeUndefined();
    },
  );

  it.each(['*', '????', '*?', '/* */'])('does not search for everything: %s', (value) => {
    expect(literalValue(value)).toBe('unsearchable');
  });

  it.each([
    ['123-A_b.c', undefined],
    ['A 17', 'A?17'],
    ['MR*7', undefined],
    ['M^R 7', 'M?R?7'],
    ['Müller1', 'M*ller1'],
    ['a,b', 'a?b'],
    ['a\\b', 'a?b'],
    ['-.', undefined],
  ])('sends %s, and then %s', (value, pattern) => {
    expect(literalValue(` ${value} `)).toEqual({
      exact: value,
      sent: value,
      isWild: value.includes('*'),
      ...(pattern === undefined ? {} : { pattern }),
    });
  });
});

it.each(['&', 'ＡＢ', 'é'])('marks a value that no pattern can replace: %s', (value) => {
  expect(literalValue(value)).toEqual({ exact: value, sent: value, isWild: false, isObscure: true });
});

describe('isLiteral', () => {
  const asked = { exact: 'A*', sent: 'A*', isWild: true };
  it('takes the value itself, and no other that a wildcard matches', () => {
    expect(isLiteral('A* ', asked, 'A*')).toBe(true);
    expect(isLiteral('AB', asked, 'A*')).toBe(false);
    expect(isLiteral('B\\A*', asked, 'A*')).toBe(true);
    expect(isLiteral('a*', asked, 'A*')).toBe(false);
  });

  it('accepts results without the value if nothing else could match', () => {
    const plain = { exact: 'AB', sent: 'AB', isWild: false };
    expect(isLiteral(undefined, plain, 'AB')).toBe(true);
    expect(isLiteral(undefined, asked, 'A*')).toBe(false);
    expect(isLiteral(undefined, plain, 'A?')).toBe(false);
  });
});
