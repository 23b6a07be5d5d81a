import { relax } from '../document/relaxed-name.js';

// Regular expressions of JSON Schema have no flags, and not every editor supports look-behind: patterns spell both out.

/** Returns a pattern of `letters` in either case: `ab1` → `[aA][bB]1`. */
export function eitherCase(letters: string): string {
  return letters.replace(/[a-z]/gi, (letter) => `[${letter.toLowerCase()}${letter.toUpperCase()}]`);
}

/** Returns a pattern of the spellings that relaxed names allow for `name`: any letter case, `-` and `_` anywhere. */
export function relaxedPattern(name: string): string {
  const letters = [...relax(name)].map((letter) => eitherCase(letter.replace(/[^\w]/, '\\$&')));
  return `[-_]*${letters.join('[-_]*')}[-_]*`;
}

/**
 * Returns a pattern without flags that is equal to `expression`. Returns `undefined` if there is no simple one: for flags other
 * than `i`, and for `i` with a character class.
 */
export function sourceOf(expression: RegExp): string | undefined {
  const { source, flags } = expression;
  if (flags === '') return source;
  if (flags !== 'i' || /\[|\\[pPkuxc]|\(\?</.test(source)) return undefined;
  return source.replace(/\\.|[a-z]/gi, (part) => (part.length > 1 ? part : eitherCase(part)));
}

/** Returns a pattern of the decimal integers from `least` to `most` (0 ≤ least ≤ most), with or without leading zeros. */
export function rangePattern(least: number, most: number): string {
  const alternatives: string[] = [];
  for (let length = String(least).length; length <= String(most).length; length++) {
    const from = Math.max(least, length === 1 ? 0 : 10 ** (length - 1));
    const to = Math.min(most, 10 ** length - 1);
    alternatives.push(...sameLength(String(from), String(to)));
  }
  return `0*(?:${alternatives.join('|')})`;
}

/** Returns patterns of the numbers between two numbers with equally many digits. */
function sameLength(from: string, to: string): string[] {
  if (from === to) return [from];
  const [first, last] = [Number(from[0]), Number(to[0])];
  const restLength = from.length - 1;
  if (restLength === 0) return [digits(first, last)];
  if (first === last) return sameLength(from.slice(1), to.slice(1)).map((rest) => from[0] + rest);
  const any = '[0-9]'.repeat(restLength);
  const [nines, zeros] = ['9'.repeat(restLength), '0'.repeat(restLength)];
  const wholeFirst = from.slice(1) === zeros;
  const wholeLast = to.slice(1) === nines;
  const [low, high] = [wholeFirst ? first : first + 1, wholeLast ? last : last - 1];
  return [
    ...(wholeFirst ? [] : sameLength(from.slice(1), nines).map((rest) => from[0] + rest)),
    ...(low <= high ? [digits(low, high) + any] : []),
    ...(wholeLast ? [] : sameLength(zeros, to.slice(1)).map((rest) => to[0] + rest)),
  ];
}

function digits(from: number, to: number): string {
  return from === to ? String(from) : `[${from}-${to}]`;
}
