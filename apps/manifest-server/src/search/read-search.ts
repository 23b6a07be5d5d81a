import { BadParameters, type ParameterError } from '../http/bad-parameters.js';
import { dateTimeIsAfter } from './date-order.js';
import { type BadEscape, type Parameter } from '../http/query-string.js';
import { emptySearch, type Search } from './search.js';
import { SEARCH_PARAMETERS, type SearchParameter } from './search-parameters.js';
import { isUnfilled } from '../http/unfilled.js';
import { Unreadable } from './values.js';

/**
 * Distinct values that one parameter may hold. With full-length UIDs this many just fit into the longest request line that
 * the server reads.
 */
export const MAX_VALUES = 1000;

/** Errors named in one answer; a request that is wrong in more ways is no better described by all of them. */
const MAX_ERRORS = 50;

const PLACEHOLDER =
  'is a placeholder that the calling page did not fill in. Fill it in on the calling page, or leave it out';

/** Each run of blanks is looked at once, where it begins: one in the middle of a value may be as long as a body. */
const BLANKS_AROUND = /^ +|(?<! ) +$/g;

/** Names that mean something: one that cannot be decoded is an error, where another is passed over like its value. */
const KNOWN = new Set([...SEARCH_PARAMETERS.map(({ name }) => name), 'access_token']);

const IDENTIFIERS = SEARCH_PARAMETERS.filter(({ identifies }) => identifies).map(({ name }) => name);

/** An `&` as HTML writes it: in an address that was copied from a page's source, it ends up in front of a parameter's name. */
const HTML_AMPERSAND = '(?:amp|#0*38|#x0*26);';
const ESCAPED_NAME = new RegExp(`^&?${HTML_AMPERSAND}`, 'i');
/** The same without its semicolon, or `&` itself, percent-encoded; only before a name that is known. */
const CUT_ESCAPED_NAME = /^(?:&|&?(?:amp|#0*38|#x0*26))(.+)/i;
/** What is left of it in front of a name. */
const AMPERSAND = /^&?(?:amp|#0*38|#x0*26)?;?/i;
const ESCAPED_VALUE = new RegExp(`&${HTML_AMPERSAND}`, 'i');

/**
 * What a request asks for. Names that are not known are passed over, and so are empty values; the same value twice counts
 * once.
 *
 * @throws BadParameters naming every parameter that cannot be used, or that nothing names a patient, study, series or
 *   instance, where that is needed.
 */
export function readSearch(
  parameters: readonly Parameter[],
  bad: readonly BadEscape[] = [],
  { needsIdentifier = true } = {},
): Search {
  const errors: ParameterError[] = bad
    .filter(({ parameter }) => KNOWN.has(parameter))
    .map(({ parameter, message }) => ({ parameter, detail: message }));
  const search = emptySearch();
  const given = valuesByName(parameters);
  errors.push(...escapedNames([...given.keys()]));
  let identified = false;
  for (const parameter of SEARCH_PARAMETERS) {
    const texts = given.get(parameter.name);
    if (!texts) continue;
    const values = readValues(parameter, texts, errors);
    if (values.length === 0) continue;
    parameter.put(search, values);
    identified ||= parameter.identifies !== undefined;
  }
  const { lowerDateTime, upperDateTime } = search.criteria.filters;
  if (lowerDateTime && upperDateTime && dateTimeIsAfter(lowerDateTime, upperDateTime))
    errors.push({ parameter: 'lowerDateTime', detail: 'is later than upperDateTime; no study can lie between them' });
  if (needsIdentifier && !identified && errors.length === 0) errors.push(...nothingNamed([...given.keys()]));
  if (errors.length > 0) throw new BadParameters(errors.slice(0, MAX_ERRORS));
  return search;
}

/** The values of each name, blanks around them and empty ones gone. */
function valuesByName(parameters: readonly Parameter[]): Map<string, string[]> {
  const given = new Map<string, string[]>();
  for (const [name, value] of parameters) {
    const values = given.get(name);
    if (values) values.push(value);
    else given.set(name, [value]);
  }
  return given;
}

function readValues(parameter: SearchParameter, texts: string[], errors: ParameterError[]): unknown[] {
  const separate = parameter.multiplicity === 'list' ? texts.flatMap((text) => text.split(',')) : texts;
  const trimmed = separate.map((text) => text.replace(BLANKS_AROUND, ''));
  const distinct = new Set(parameter.flag ? trimmed.map((text) => text || 'true') : trimmed.filter((text) => text));
  if (parameter.multiplicity === 'once' && distinct.size > 1) {
    errors.push({ parameter: parameter.name, detail: `has ${distinct.size} different values; one is allowed` });
    return [];
  }
  if (distinct.size > MAX_VALUES) {
    const detail = `has ${distinct.size} different values; at most ${MAX_VALUES} are allowed, ask in several requests`;
    errors.push({ parameter: parameter.name, detail });
    return [];
  }
  const values = new Map<string, unknown>();
  const details = new Set<string>();
  for (const text of distinct) {
    try {
      if (!parameter.handedOn) checkFilled(parameter, text);
      const value = parameter.read(text);
      values.set(JSON.stringify(value), value);
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      details.add(error.message);
    }
  }
  for (const detail of details) errors.push({ parameter: parameter.name, detail });
  return [...values.values()];
}

/** @throws Unreadable where the text is what the calling page should have replaced or unescaped. */
function checkFilled({ name, identifies }: SearchParameter, text: string): void {
  // An archive may be called "archive".
  if (isUnfilled(text, identifies && name)) throw new Unreadable(PLACEHOLDER);
  if (ESCAPED_VALUE.test(text)) throw new Unreadable('holds &amp; where & is meant: its address was copied from HTML');
}

/** An error for each of the names that has the rest of an HTML-escaped `&` before it. */
function escapedNames(names: string[]): ParameterError[] {
  return names
    .filter((name) => ESCAPED_NAME.test(name) || KNOWN.has(CUT_ESCAPED_NAME.exec(name)?.[1] ?? ''))
    .map((name) => ({
      parameter: name.slice(0, 64),
      detail: `is not a parameter: the address contains &amp; before ${name.replace(AMPERSAND, '').slice(0, 64)}, as copied from HTML. Write & alone`,
    }));
}

/** An error for each of the names that looks like a misspelt identifier. */
export function misspeltIdentifiers(names: string[]): ParameterError[] {
  return names.flatMap((name) => {
    const meant = IDENTIFIERS.find((known) => known !== name && known.toLowerCase() === name.toLowerCase());
    return meant ? [{ parameter: name, detail: `is not known; names are case-sensitive, is ${meant} meant?` }] : [];
  });
}

/** Such errors, else one that says what is missing. */
function nothingNamed(names: string[]): ParameterError[] {
  const misspelt = misspeltIdentifiers(names);
  if (misspelt.length > 0) return misspelt;
  const detail = `is needed, or another of ${IDENTIFIERS.slice(1).join(', ')}: nothing names a patient, study, series or instance`;
  return [{ parameter: 'patientID', detail }];
}
