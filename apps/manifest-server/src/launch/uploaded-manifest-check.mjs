// Checks one uploaded manifest in a thread of its own: libxml2 works on a document within one call, as long as that takes, and
// only a thread can be ended in the middle of it. Given { text, patterns }, it posts { json, found, bearerTokens } or { wrong }.
import { parentPort, workerData } from 'node:worker_threads';
import { ParseOption, XmlDocument, XmlElement } from 'libxml2-wasm';
import { addressFault, headerFault, xmlFault } from './uploaded-manifest-rules.mjs';

const LISTS = ['arcQuery', 'httpTag', 'Patient', 'Study', 'Series', 'Instance'];
/** Elements that the JSON form of a manifest has; Weasis passes over others, and so does that form. */
const ELEMENTS = [...LISTS, 'Message'];
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
/** The attribute without which Weasis cannot tell one of these from another. */
const UIDS = { Study: 'StudyInstanceUID', Series: 'SeriesInstanceUID', Instance: 'SOPInstanceUID' };
/** Faults that one answer names. */
const MOST_FAULTS = 10;

parentPort?.postMessage(check(workerData));

/** @param {{ text: string, patterns: import('./uploaded-manifest-rules.mjs').Patterns }} manifest */
function check({ text, patterns }) {
  let document;
  try {
    document = XmlDocument.fromString(text, { option: ParseOption.XML_PARSE_NONET | ParseOption.XML_PARSE_NO_XXE });
  } catch (error) {
    if (!error?.details) throw error;
    // What follows the first fault of a line is most often its consequence.
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
 * What keeps Weasis from opening a manifest. It reads elements and attributes by name, whatever else is there, so this is
 * no schema: `manifest.xsd` says what we make, and refuses much that Weasis opens.
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

/** An element in the JSON form of manifests. */
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

/** A number or boolean where the text is one; Weasis passes over one that is not. */
function typed(name, text) {
  if (NUMBERS.includes(name) && /^[+-]?\d{1,15}$/.test(text)) return Number(text);
  return BOOLEANS.includes(name) ? ['true', '1'].includes(text.trim()) : text;
}

/** An attribute without a namespace. */
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
