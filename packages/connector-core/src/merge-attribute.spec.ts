import { expect, it } from '@jest/globals';
import { mergeAttribute } from './merge-attribute.js';

interface Node {
  text?: string;
  number?: number;
  list?: string[];
}

function merged(node: Node, other: Node): Node {
  const result = { ...node };
  for (const name of ['text', 'number', 'list'] as const) mergeAttribute(result, other, name);
  return result;
}

it.each<[Node, Node, Node]>([
  [{}, { text: 'a', number: 1, list: ['CT'] }, { text: 'a', number: 1, list: ['CT'] }],
  [{ text: 'a' }, { text: 'ab' }, { text: 'ab' }],
  [{ text: 'b' }, { text: 'a' }, { text: 'a' }],
  [{ number: 90 }, { number: 100 }, { number: 100 }],
  [{ list: ['CT'] }, { list: ['CT', 'SR'] }, { list: ['CT', 'SR'] }],
  [{ text: 'a' }, { text: undefined }, { text: 'a' }],
])('%j and %j are merged to %j, in either order', (a, b, expected) => {
  expect(merged(a, b)).toEqual(expected);
  expect(merged(b, a)).toEqual(expected);
});

it('does not read other attributes', () => {
  const node: Node = { text: 'a' };
  mergeAttribute(node, { text: 'ab', number: 1 }, 'number');
  expect(node).toEqual({ text: 'a', number: 1 });
});
