/**
 * The characters that java.net.URI refuses anywhere in an address, inside brackets of a regular expression: those that RFC 2396
 * 2.4.3 excludes, and Unicode's control characters and spaces (seen with OpenJDK 17). Then what no XML document can hold.
 */
export const REFUSED_IN_URI = '\\s\\u0000-\\u001f\\u007f-\\u009f"<>\\\\^`{|}\\ud800-\\udfff\\ufffe\\uffff';

/** Any number of characters of an address but those in `more`; for the JSON Schema too. */
export function uriCharacters(more: string): string {
  return `(?:[^%${REFUSED_IN_URI}${more}]|%[0-9A-Fa-f]{2})*`;
}
