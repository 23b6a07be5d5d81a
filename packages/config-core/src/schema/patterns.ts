import { relax } from '../document/relaxed-name.js';

// JSON Schema's regular expressions have no flags and no look-behind that every editor knows: what is needed is spelled out.

/** `letters` in either case: `ab1` → `[aA][bB]1`. */
export function eitherCase(letters: string): string {
  return letters.replace(/[a-z]/gi, (letter) => `[${letter.toLowerCase()}${letter.toUpperCase()}]`);
}

/** The texts that relaxed names take for `name`: any letter case, `-` and `_` anywhere. */
export function relaxedPattern(name: string): string {
  const letters = [...relax(name)].map((letter) => eitherCase(letter.replace(/[^\w]/, '\\$&')));
  return `[-_]*${letters.join('[-_]*')}[-_]*`;
}

/**
 * The source of `expression` without its flags; `undefined` where that cannot be said in a few words: with a character class
 * and the flag `i`, or with flags that change more than case.
 */
export function sourceOf(expression: RegExp): string | undefined {
  const { source, flags } = expression;
  if (flags === '') return source;
  if (flags !== 'i' || /\[|\\[pPkuxc]|\(\?</.test(source)) return undefined;
  return source.replace(/\\.|[a-z]/gi, (part) => (part.length > 1 ? part : eitherCase(part)));
}

/** The decimal texts, leading zeros or not, of the integers from `least` to `most` (0 ≤ least ≤ most). */
export function rangePattern(least: number, most: number): string {
  const alternatives: string[] = [];
  for (let length = String(least).length; length <= String(most).length; length++) {
    const from = Math.max(least, length === 1 ? 0 : 10 ** (length - 1));
    const to = Math.min(most, 10 ** length - 1);
    alternatives.push(...sameLength(String(from), String(to)));
  }
  return `0*(?:${alternatives.join('|')})`;
}

/** Patterns of the numbers between two of the same number of digits. */
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
