// Checks one uploaded manifest in a thread of its own: libxml2 works on a document within one call, as long as that takes, and
// only a thread can be ended in the middle of it. Given { text, schemaFile }, it posts { json, found, bearerTokens } or { wrong }.
import { readFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { ParseOption, XmlDocument, XmlElement, XsdValidator } from 'libxml2-wasm';

const LISTS = ['arcQuery', 'httpTag', 'Patient', 'Study', 'Series', 'Instance'];
/** Elements that a JSON form has as an empty list where there is none. */
const ALWAYS = {
  manifest: ['arcQuery'],
  arcQuery: ['Patient'],
  Patient: ['Study'],
  Study: ['Series'],
  Series: ['Instance'],
};
const NUMBERS = ['SeriesNumber', 'InstanceNumber', 'WadoCompressionRate'];
const BOOLEANS = ['requireOnlySOPInstanceUID', 'seriesRetrieve'];

/** What a message of libxml2 says of an element or attribute, in words that repeat no value. */
const RULES = [
  [/The attribute '(?:\{[^}]*\})?([\w:.-]{1,64})' is required but missing/, (name) => ` ${name} is missing`],
  [/The attribute '[^']*' is not allowed/, () => ' is not allowed'],
  [/This element is not expected/, () => ' is not expected here'],
  [/Missing child element/, () => ' lacks an element in it'],
];

parentPort?.postMessage(check(workerData));

/** @param {{ text: string, schemaFile: string }} manifest */
function check({ text, schemaFile }) {
  const validator = XsdValidator.fromDoc(XmlDocument.fromString(readFileSync(schemaFile, 'utf8')));
  let document;
  try {
    document = XmlDocument.fromString(text, { option: ParseOption.XML_PARSE_NONET | ParseOption.XML_PARSE_NO_XXE });
  } catch (error) {
    return wrong(error, 'It is no well-formed XML');
  }
  try {
    validator.validate(document);
  } catch (error) {
    return wrong(error, 'It breaks the schema of manifests');
  }
  const arcQueries = children(document.root, 'arcQuery');
  return {
    json: JSON.stringify({ manifest: elementAsJson(document.root) }),
    found: arcQueries.map(foundInUploaded),
    bearerTokens: arcQueries.flatMap(bearerTokensIn),
  };
}

/** libxml2's words name the element, the attribute and the rule; they may repeat a value, so only their place is told. */
function wrong(error, what) {
  if (!error?.details) throw error;
  const places = new Set();
  for (const { line, message } of error.details) if (places.size < 10) places.add(`line ${line}${about(message)}`);
  return { wrong: `${what}: ${[...places].join('; ')}.` };
}

/** The element and attribute that a message of libxml2 is about, without the namespace, and the rule where it is a plain one. */
function about(message) {
  const match = /^Element '(?:\{[^}]*\})?([\w:.-]{1,64})'(?:, attribute '(?:\{[^}]*\})?([\w:.-]{1,64})')?/.exec(
    message,
  );
  if (!match) return '';
  const name = match[2] === undefined ? match[1] : `${match[1]} ${match[2]}`;
  for (const [pattern, words] of RULES) {
    const rule = pattern.exec(message);
    if (rule) return `, ${name}${words(rule[1])}`;
  }
  return `, ${name}`;
}

/** An element that has passed the schema, in the JSON form of manifests. */
function elementAsJson(element) {
  const json = {};
  for (const { name, content, prefix } of element.attrs) if (prefix === '') json[name] = typed(name, content);
  for (const name of ALWAYS[element.name] ?? []) json[name] = [];
  for (const child of children(element)) {
    if (LISTS.includes(child.name)) (json[child.name] ??= []).push(elementAsJson(child));
    else json[child.name] = elementAsJson(child);
  }
  return json;
}

function bearerTokensIn(arcQuery) {
  return children(arcQuery, 'httpTag').flatMap((tag) => {
    const isAuthorization = tag.attr('key')?.content.toLowerCase() === 'authorization';
    const token = /^Bearer +(\S+)$/i.exec(tag.attr('value')?.content ?? '')?.[1];
    return isAuthorization && token ? [token] : [];
  });
}

function typed(name, text) {
  if (NUMBERS.includes(name)) return Number(text);
  return BOOLEANS.includes(name) ? ['true', '1'].includes(text.trim()) : text;
}

function children(element, name) {
  const found = [];
  for (let node = element.firstChild; node; node = node.next)
    if (node instanceof XmlElement && (name === undefined || node.name === name)) found.push(node);
  return found;
}

function foundInUploaded(arcQuery) {
  const below = (elements, name) => elements.flatMap((element) => children(element, name));
  const patients = children(arcQuery, 'Patient');
  const studies = below(patients, 'Study');
  const series = below(studies, 'Series');
  const [message] = children(arcQuery, 'Message');
  const text = (name) => message?.attr(name)?.content ?? '';
  return {
    archive: arcQuery.attr('arcId')?.content ?? '',
    patients: patients.length,
    studies: studies.length,
    series: series.length,
    instances: below(series, 'Instance').length,
    message: message && { severity: text('severity'), title: text('title'), description: text('description') },
  };
}
