// Checks one uploaded manifest in a separate thread. libxml2 parses a document within one call of any length, and only ending
// the thread interrupts that. The thread receives { text, patterns }, and posts { json, found, bearerTokens } or { wrong }.
import { parentPort, workerData } from 'node:worker_threads';
import { ParseOption, XmlDocument, XmlElement } from 'libxml2-wasm';
import { addressFault, headerFault, xmlFault } from './uploaded-manifest-rules.mjs';

const LISTS = ['arcQuery', 'httpTag', 'Patient', 'Study', 'Series', 'Instance'];
/** The elements that a manifest has in JSON. Weasis ignores others, and the JSON form leaves them out. */
const ELEMENTS = [...LISTS, 'Message'];
/** The children that an element has in JSON as an empty list if they are missing. */
const ALWAYS = {
  manifest: ['arcQuery'],
  arcQuery: ['Patient'],
  Patient: ['Study'],
  Study: ['Series'],
  Series: ['Instance'],
};
const NUMBERS = ['SeriesNumber', 'InstanceNumber', 'WadoCompressionRate'];
const BOOLEANS = ['requireOnlySOPInstanceUID', 'seriesRetrieve'];
/** The attribute by which Weasis identifies each of these elements. */
const UIDS = { Study: 'StudyInstanceUID', Series: 'SeriesInstanceUID', Instance: 'SOPInstanceUID' };
/** The greatest number of faults in one answer. */
const MOST_FAULTS = 10;

parentPort?.postMessage(check(workerData));

/**
 * Returns the parsed manifest, or `wrong`: a text that says why Weasis cannot open it.
 *
 * @param {{ text: string, patterns: import('./uploaded-manifest-rules.mjs').Patterns }} manifest
 */
function check({ text, patterns }) {
  let document;
  try {
    document = XmlDocument.fromString(text, { option: ParseOption.XML_PARSE_NONET | ParseOption.XML_PARSE_NO_XXE });
  } catch (error) {
    if (!error?.details) throw error;
    // Further faults of a line mostly result from its first one.
    const faults = new Map();
    for (const { line, message } of error.details.slice(0, MOST_FAULTS))
      if (!faults.has(line)) faults.set(line, `line ${line}${xmlFault(message)}`);
    return { wrong: `The XML is broken: ${[...faults.values()].join('; ')}.` };
  }
  const faults = faultsIn(document.root, patterns);
  if (faults.length > 0) return { wrong: `Weasis cannot open it: ${faults.join('; ')}.` };
  const arcQueries = children(document.root, 'arcQuery');
  return {
    json: JSON.stringify({ manifest: elementAsJson(document.root) }),
    found: arcQueries.map(foundInUploaded),
    bearerTokens: arcQueries.flatMap(bearerTokensIn),
  };
}

/**
 * Returns the faults that keep Weasis from opening a manifest. Weasis reads elements and attributes by name, and ignores all
 * others. `manifest.xsd` cannot be used here: it describes our own manifests, and rejects many that Weasis opens.
 */
function faultsIn(root, patterns) {
  const faults = [];
  const note = (element, words) => {
    if (words && faults.length < MOST_FAULTS) faults.push(`line ${element.line}, ${words}`);
  };
  const arcQueries = children(root, 'arcQuery');
  if (root.name !== 'manifest') note(root, 'the outermost element is not manifest');
  else if (arcQueries.length === 0) note(root, 'manifest holds no arcQuery');
  for (const arcQuery of arcQueries) {
    note(arcQuery, addressFault(textOf(arcQuery, 'baseUrl'), patterns));
    note(arcQuery, headerFault('Authorization', textOf(arcQuery, 'webLogin') ?? '', 'arcQuery webLogin', patterns));
    let afterPatient = false;
    for (const child of children(arcQuery)) {
      if (child.name === 'httpTag') note(child, tagFault(child, afterPatient, patterns));
      afterPatient ||= child.name === 'Patient';
    }
    for (const patient of children(arcQuery, 'Patient')) noteMissingUids(patient, 'Study', note);
  }
  return faults;
}

function tagFault(tag, afterPatient, patterns) {
  const [key, value] = [textOf(tag, 'key'), textOf(tag, 'value')];
  if (key === undefined || value === undefined) return `httpTag ${key === undefined ? 'key' : 'value'} is missing`;
  if (afterPatient)
    return 'httpTag comes after Patient, where Weasis does not send it: move it before the first Patient';
  return headerFault(key, value, 'httpTag', patterns);
}

function noteMissingUids(parent, name, note) {
  for (const element of children(parent, name)) {
    if (!textOf(element, UIDS[name])?.trim()) note(element, `${name} ${UIDS[name]} is missing`);
    const [next] = ALWAYS[name] ?? [];
    if (next) noteMissingUids(element, next, note);
  }
}

/** Returns an element in the JSON form of manifests. */
function elementAsJson(element) {
  const json = {};
  for (const { name, content, prefix } of element.attrs)
    if (prefix === '' && !ELEMENTS.includes(name)) json[name] = typed(name, content);
  for (const name of ALWAYS[element.name] ?? []) json[name] = [];
  for (const child of children(element)) {
    if (LISTS.includes(child.name)) (json[child.name] ??= []).push(elementAsJson(child));
    else if (ELEMENTS.includes(child.name)) json[child.name] = elementAsJson(child);
  }
  return json;
}

function bearerTokensIn(arcQuery) {
  return children(arcQuery, 'httpTag').flatMap((tag) => {
    const isAuthorization = textOf(tag, 'key')?.toLowerCase() === 'authorization';
    const token = /^Bearer +(\S+)$/i.exec(textOf(tag, 'value') ?? '')?.[1];
    return isAuthorization && token ? [token] : [];
  });
}

/** Returns an attribute as a number or boolean if it has that type. Weasis ignores malformed values. */
function typed(name, text) {
  if (NUMBERS.includes(name) && /^[+-]?\d{1,15}$/.test(text)) return Number(text);
  return BOOLEANS.includes(name) ? ['true', '1'].includes(text.trim()) : text;
}

/** Returns the value of an attribute without a namespace. */
function textOf(element, name) {
  return element.attr(name)?.content;
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
  const text = (name) => (message && textOf(message, name)) ?? '';
  return {
    archive: textOf(arcQuery, 'arcId') ?? '',
    patients: patients.length,
    studies: studies.length,
    series: series.length,
    instances: below(series, 'Instance').length,
    message: message && { severity: text('severity'), title: text('title'), description: text('description') },
  };
}
