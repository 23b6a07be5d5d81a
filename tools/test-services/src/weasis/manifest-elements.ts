import { gunzipSync } from 'node:zlib';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { type ReleaseRules } from './release.js';

/** An element of an XML or JSON manifest. Its children are in document order. */
export interface Element {
  name: string;
  attributes: Record<string, string>;
  children: Element[];
}

/** The manifest cannot be read; Weasis opens an error dialog. */
export class BrokenManifest extends Error {}

/**
 * Reads the bytes of a manifest. Returns undefined for a well-formed document that is not a manifest.
 *
 * @throws BrokenManifest if the bytes are not well-formed
 */
export function readElements(body: Buffer, encoding: string | undefined, rules: ReleaseRules): Element | undefined {
  const zipped = encoding === 'gzip' || (rules.gzipAndJson && body[0] === 0x1f && body[1] === 0x8b);
  const text = (zipped ? unzip(body) : body).toString('utf8').replace(/^\uFEFF/, '');
  if (rules.gzipAndJson && text.startsWith('{')) return fromJson(text);
  const valid = XMLValidator.validate(text);
  if (valid !== true) throw new BrokenManifest(valid.err.msg);
  // The validator accepts this, and Weasis does not.
  if (/=\s*"[^"<]*&(?!(?:#\d+|#x[\da-fA-F]+|[A-Za-z]\w*);)/.test(text)) throw new BrokenManifest('an & alone');
  const roots = (PARSER.parse(text) as ParsedNode[]).flatMap(elementOf);
  return roots.find(({ name }) => name === 'manifest');
}

function unzip(body: Buffer): Buffer {
  try {
    return gunzipSync(body);
  } catch (error) {
    throw new BrokenManifest((error as Error).message);
  }
}

const PARSER = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  removeNSPrefix: true,
  parseAttributeValue: false,
  htmlEntities: true,
  ignoreDeclaration: true,
  trimValues: false,
});

/** A node of the parser: its name is the key of its children, and `:@` that of its attributes. */
type ParsedNode = Record<string, unknown>;

function elementOf(node: ParsedNode): Element[] {
  const name = Object.keys(node).find((key) => key !== ':@');
  const children = name === undefined ? undefined : node[name];
  if (name === undefined || !Array.isArray(children)) return [];
  const attributes = (node[':@'] ?? {}) as Record<string, string>;
  return [{ name, attributes, children: (children as ParsedNode[]).flatMap(elementOf) }];
}

/** Reads the JSON form. Objects are elements, lists are elements of one name, and everything else is an attribute. */
function fromJson(text: string): Element | undefined {
  let root: unknown;
  try {
    root = JSON.parse(text);
  } catch (error) {
    throw new BrokenManifest((error as Error).message);
  }
  const manifest = (root as { manifest?: unknown }).manifest;
  return isObject(manifest) ? elementFromJson('manifest', manifest) : undefined;
}

function elementFromJson(name: string, object: Record<string, unknown>): Element {
  const element: Element = { name, attributes: {}, children: [] };
  for (const [key, value] of Object.entries(object)) {
    const several = Array.isArray(value) ? (value as unknown[]) : [value];
    if (!isObject(several[0])) {
      if (!Array.isArray(value)) element.attributes[key] = String(value);
    } else element.children.push(...several.filter(isObject).map((child) => elementFromJson(key, child)));
  }
  return element;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
