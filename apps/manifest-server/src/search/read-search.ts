import { codes, type ServerErrorCode } from '../errors/error-codes.js';
import { BadParameters, type ParameterError } from '../http/bad-parameters.js';
import { dateTimeIsAfter } from './date-order.js';
import { type BadEscape, type Parameter } from '../http/query-string.js';
import { emptySearch, type Search } from './search.js';
import { SEARCH_PARAMETERS, type SearchParameter } from './search-parameters.js';
import { isUnfilled } from '../http/unfilled.js';
import { Unreadable } from './values.js';

/**
 * The maximum number of different values of one parameter. So many full-length UIDs just fit into the longest request line that the
 * server reads.
 */
export const MAX_VALUES = 1000;

/** The maximum number of errors in one answer. */
const MAX_ERRORS = 50;

const BAD_ESCAPE = 'contains a % that does not begin the %-escape of a UTF-8 character';

const PLACEHOLDER =
  'is a placeholder that the calling page did not fill in. Fill it in on the calling page, or leave it out';

/** It reads each run of blanks once, at its beginning, since one in the middle of a value may be as long as a body. */
const BLANKS_AROUND = /^ +|(?<! ) +$/g;

/** Known names. If one of these cannot be decoded, it is an error; others are ignored with their values. */
const KNOWN = new Set([...SEARCH_PARAMETERS.map(({ name }) => name), 'access_token']);

const IDENTIFIERS = SEARCH_PARAMETERS.filter(({ identifies }) => identifies).map(({ name }) => name);

/** The rest of an HTML-escaped `&`. It precedes the name of a parameter if an address was copied from the source of a page. */
const HTML_AMPERSAND = '(?:amp|#0*38|#x0*26);';
const ESCAPED_NAME = new RegExp(`^&?${HTML_AMPERSAND}`, 'i');
/** The same without its semicolon, or `&` itself, percent-encoded; only before a name that is known. */
const CUT_ESCAPED_NAME = /^(?:&|&?(?:amp|#0*38|#x0*26))(.+)/i;
/** The rest of an HTML-escaped `&` before a name, in all these forms. */
const AMPERSAND = /^&?(?:amp|#0*38|#x0*26)?;?/i;
const ESCAPED_VALUE = new RegExp(`&${HTML_AMPERSAND}`, 'i');

export interface ReadSearchOptions {
  /** Whether the request must name a patient, study, series or instance. By default, it must. */
  needsIdentifier?: boolean;
  /** Names of the installed viewers. */
  viewers?: readonly string[];
}

/**
 * Reads the search of a request. It ignores unknown names, empty values and repeated values.
 *
 * @throws BadParameters for all parameters that cannot be used, or if the request needs an identifier and has none.
 */
export function readSearch(
  parameters: readonly Parameter[],
  bad: readonly BadEscape[] = [],
  { needsIdentifier = true, viewers = [] }: ReadSearchOptions = {},
): Search {
  const errors: ParameterError[] = bad
    .filter(({ parameter }) => KNOWN.has(parameter))
    .slice(0, MAX_ERRORS)
    .map(({ parameter }) => errorOf(parameter, 'server.parameter.unreadable', BAD_ESCAPE));
  const search = emptySearch();
  const given = valuesByName(parameters);
  errors.push(...escapedNames([...given.keys()]));
  let identified = false;
  for (const parameter of SEARCH_PARAMETERS) {
    const texts = given.get(parameter.name);
    if (!texts) continue;
    const values = readValues(parameter, texts, viewers, errors);
    if (values.length === 0) continue;
    parameter.put(search, values);
    identified ||= parameter.identifies !== undefined;
  }
  const { lowerDateTime, upperDateTime } = search.criteria.filters;
  if (lowerDateTime && upperDateTime && dateTimeIsAfter(lowerDateTime, upperDateTime))
    errors.push(
      errorOf('lowerDateTime', 'server.parameter.contradictory', 'is later than upperDateTime, so no study can match'),
    );
  if (needsIdentifier && !identified && errors.length === 0) errors.push(...nothingNamed([...given.keys()]));
  if (errors.length > 0) throw new BadParameters(errors.slice(0, MAX_ERRORS));
  return search;
}

/** Groups the values by name. */
function valuesByName(parameters: readonly Parameter[]): Map<string, string[]> {
  const given = new Map<string, string[]>();
  for (const [name, value] of parameters) {
    const values = given.get(name);
    if (values) values.push(value);
    else given.set(name, [value]);
  }
  return given;
}

function readValues(
  parameter: SearchParameter,
  texts: string[],
  viewers: readonly string[],
  errors: ParameterError[],
): unknown[] {
  const separate = parameter.multiplicity === 'list' ? texts.flatMap((text) => text.split(',')) : texts;
  const trimmed = separate.map((text) => text.replace(BLANKS_AROUND, ''));
  const distinct = new Set(parameter.flag ? trimmed.map((text) => text || 'true') : trimmed.filter((text) => text));
  if (parameter.multiplicity === 'once' && distinct.size > 1) {
    const detail = `has ${distinct.size} different values; one is allowed`;
    errors.push(errorOf(parameter.name, 'server.parameter.repeated', detail));
    return [];
  }
  if (distinct.size > MAX_VALUES) {
    const detail = `has ${distinct.size} different values; at most ${MAX_VALUES} are allowed. Send several requests`;
    errors.push(errorOf(parameter.name, 'server.parameter.repeated', detail));
    return [];
  }
  const values = new Map<string, unknown>();
  const faults = new Map<string, ServerErrorCode>();
  for (const text of distinct) {
    if (faults.size >= MAX_ERRORS) break;
    try {
      const value = readValue(parameter, text, viewers);
      values.set(JSON.stringify(value), value);
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      faults.set(error.message, error.code);
    }
  }
  for (const [detail, code] of faults) errors.push(errorOf(parameter.name, code, detail));
  return [...values.values()];
}

/** Reads one value of a parameter. @throws Unreadable */
export function readValue(parameter: SearchParameter, text: string, viewers: readonly string[] = []): unknown {
  if (!parameter.forViewer) checkFilled(parameter, text);
  return parameter.read(text, viewers);
}

/** Returns the values of a list, without the blanks around them. */
export function valuesOfList(text: string): string[] {
  return text.split(',').map((value) => value.replace(BLANKS_AROUND, ''));
}

/** @throws Unreadable if the calling page should have replaced or unescaped the text. */
function checkFilled({ name, identifies }: SearchParameter, text: string): void {
  // An archive may be called "archive".
  if (isUnfilled(text, identifies && name)) throw new Unreadable(PLACEHOLDER, 'server.parameter.placeholder');
  if (ESCAPED_VALUE.test(text))
    throw new Unreadable(
      'contains &amp; instead of &: the address was copied from HTML. Write & alone',
      'server.parameter.html-escaped',
    );
}

/** Returns an error for each name that follows an HTML-escaped `&`. */
function escapedNames(names: string[]): ParameterError[] {
  return names
    .filter((name) => ESCAPED_NAME.test(name) || KNOWN.has(CUT_ESCAPED_NAME.exec(name)?.[1] ?? ''))
    .map((name) => {
      const meant = name.replace(AMPERSAND, '').slice(0, 64);
      const detail = `is not a parameter: the address contains &amp; before ${meant}, as copied from HTML. Write & alone`;
      return errorOf(name.slice(0, 64), 'server.parameter.html-escaped', detail);
    });
}

/** Returns an error for each name that looks like a misspelt identifier. */
export function misspeltIdentifiers(names: string[]): ParameterError[] {
  return names.flatMap((name) => {
    const meant = IDENTIFIERS.find((known) => known !== name && known.toLowerCase() === name.toLowerCase());
    return meant
      ? [errorOf(name, 'server.parameter.unknown', `is unknown. Names are case-sensitive: write ${meant}`)]
      : [];
  });
}

/** Returns the errors of misspelt identifiers, or one that says that an identifier is missing. */
function nothingNamed(names: string[]): ParameterError[] {
  const misspelt = misspeltIdentifiers(names);
  if (misspelt.length > 0) return misspelt;
  const detail = `is missing, and so are ${IDENTIFIERS.slice(1).join(', ')}. One of them is required`;
  return [errorOf('patientID', 'server.parameter.missing', detail)];
}

function errorOf(parameter: string, code: ServerErrorCode, detail: string): ParameterError {
  return { parameter, code: codes[code], detail };
}
