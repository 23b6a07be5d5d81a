import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { MANIFEST_SCHEMA_FILE } from '@pacs-connectors/manifest-builder';
import { ParseOption, XmlDocument, XmlElement, type XmlLibError, XsdValidator } from 'libxml2-wasm';
import { type CachedManifest, type FoundInArchive, tagOf } from '../cache/cached-manifest.js';
import { plainProblem, ProblemError } from '../http/problem.js';

const compress = promisify(gzip);

/**
 * A manifest that was built elsewhere, checked against the schema (`manifest.xsd` of manifest-builder).
 *
 * Document types are refused, and with them every entity: nothing outside the body is looked at, and nothing grows.
 *
 * @param body what arrived as `application/xml`
 * @throws ProblemError 400, 415 or 422 saying what is wrong, and where
 */
export async function readUpload(body: unknown): Promise<CachedManifest> {
  if (!Buffer.isBuffer(body))
    throw new ProblemError(plainProblem(415, 'A manifest is sent as application/xml in the body.'));
  const text = utf8(body);
  // Also where it stands in a comment: a manifest has no use for the word.
  if (/<!DOCTYPE/i.test(text)) throw new ProblemError(plainProblem(422, 'A manifest has no document type (DOCTYPE).'));
  const validator = await schema();
  const document = parsed(text);
  try {
    validator.validate(document);
    const json = Buffer.from(JSON.stringify({ manifest: elementAsJson(document.root) }));
    const [xml, packed] = await Promise.all([compress(text), compress(json)]);
    return {
      status: 200,
      complete: true,
      xml,
      json: packed,
      tag: tagOf(xml, packed),
      found: children(document.root, 'arcQuery').map(foundInUploaded),
    };
  } catch (error) {
    throw notAManifest(error, 'It breaks the schema of manifests');
  } finally {
    document.dispose();
  }
}

let loading: Promise<XsdValidator> | undefined;

function schema(): Promise<XsdValidator> {
  return (loading ??= readFile(MANIFEST_SCHEMA_FILE, 'utf8').then((text) => {
    const document = XmlDocument.fromString(text);
    try {
      return XsdValidator.fromDoc(document);
    } finally {
      document.dispose();
    }
  }));
}

function utf8(body: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    throw new ProblemError(plainProblem(400, 'The manifest is not UTF-8.'));
  }
}

function parsed(text: string): XmlDocument {
  try {
    return XmlDocument.fromString(text, { option: ParseOption.XML_PARSE_NONET | ParseOption.XML_PARSE_NO_XXE });
  } catch (error) {
    throw notAManifest(error, 'It is no well-formed XML');
  }
}

/** libxml2's words name the element, the attribute and the rule; they may repeat a value, so only their place is told. */
function notAManifest(error: unknown, what: string): unknown {
  const details = (error as Partial<XmlLibError>).details;
  if (!details) return error;
  const places = [...new Set(details.map(({ line, message }) => `line ${line}${about(message)}`))].slice(0, 10);
  return new ProblemError(plainProblem(422, `${what}: ${places.join('; ')}.`));
}

/** The element and attribute that a message of libxml2 is about, without the namespace. */
function about(message: string): string {
  const match = /^Element '(?:\{[^}]*\})?([\w:.-]{1,64})'(?:, attribute '(?:\{[^}]*\})?([\w:.-]{1,64})')?/.exec(
    message,
  );
  if (!match) return '';
  return match[2] === undefined ? `, ${match[1]}` : `, ${match[1]} ${match[2]}`;
}

const LISTS = ['arcQuery', 'httpTag', 'Patient', 'Study', 'Series', 'Instance'];
/** Elements that a JSON form has as an empty list where there is none. */
const ALWAYS: Record<string, readonly string[]> = {
  manifest: ['arcQuery'],
  arcQuery: ['Patient'],
  Patient: ['Study'],
  Study: ['Series'],
  Series: ['Instance'],
};
const NUMBERS = ['SeriesNumber', 'InstanceNumber', 'WadoCompressionRate'];
const BOOLEANS = ['requireOnlySOPInstanceUID', 'seriesRetrieve'];

/** An element that has passed the schema, in the JSON form of manifests. */
function elementAsJson(element: XmlElement): Record<string, unknown> {
  const json: Record<string, unknown> = {};
  for (const { name, content, prefix } of element.attrs) if (prefix === '') json[name] = typed(name, content);
  for (const name of ALWAYS[element.name] ?? []) json[name] = [];
  for (const child of children(element)) {
    if (LISTS.includes(child.name)) ((json[child.name] ??= []) as unknown[]).push(elementAsJson(child));
    else json[child.name] = elementAsJson(child);
  }
  return json;
}

function typed(name: string, text: string): unknown {
  if (NUMBERS.includes(name)) return Number(text);
  return BOOLEANS.includes(name) ? ['true', '1'].includes(text.trim()) : text;
}

function children(element: XmlElement, name?: string): XmlElement[] {
  const found: XmlElement[] = [];
  for (let node = element.firstChild; node; node = node.next)
    if (node instanceof XmlElement && (name === undefined || node.name === name)) found.push(node);
  return found;
}

function foundInUploaded(arcQuery: XmlElement): FoundInArchive {
  const below = (elements: XmlElement[], name: string) => elements.flatMap((element) => children(element, name));
  const patients = children(arcQuery, 'Patient');
  const studies = below(patients, 'Study');
  const series = below(studies, 'Series');
  const [message] = children(arcQuery, 'Message');
  const text = (name: string) => message?.attr(name)?.content ?? '';
  return {
    archive: arcQuery.attr('arcId')?.content ?? '',
    patients: patients.length,
    studies: studies.length,
    series: series.length,
    instances: below(series, 'Instance').length,
    message: message && { severity: text('severity'), title: text('title'), description: text('description') },
  };
}
