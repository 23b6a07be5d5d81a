import { type Attribute, type Attributes, nameOf } from './attributes.js';
import { tagOf, vrOf } from './dictionary.js';

type Value = string | number | Attributes;

/** Returns attributes by their keywords. An empty text is an attribute without a value; undefined is none. */
export function attributesOf(byKeyword: Record<string, Value | readonly Value[] | undefined>): Attributes {
  const attributes: Attributes = {};
  for (const [keyword, given] of Object.entries(byKeyword)) {
    if (given === undefined) continue;
    const tag = tagOf(keyword);
    attributes[tag] = attributeOf(vrOf(tag), Array.isArray(given) ? (given as Value[]) : [given as Value]);
  }
  return attributes;
}

function attributeOf(vr: string, values: Value[]): Attribute {
  if (values.length === 1 && values[0] === '') return { vr };
  return { vr, Value: vr === 'PN' ? values.map((value) => nameOf(String(value))) : values };
}
