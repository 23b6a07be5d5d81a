/**
 * The characters that java.net.URI rejects anywhere in an address, for a character class of a regular expression. These are the
 * characters that RFC 2396 2.4.3 excludes, Unicode's control characters and spaces (observed with OpenJDK 17), and what XML
 * cannot contain.
 */
export const REFUSED_IN_URI = '\\s\\u0000-\\u001f\\u007f-\\u009f"<>\\\\^`{|}\\ud800-\\udfff\\ufffe\\uffff';

/** Returns a pattern of any number of characters of an address, without those in `more`. */
export function uriCharacters(more: string): string {
  return `(?:[^%${REFUSED_IN_URI}${more}]|%[0-9A-Fa-f]{2})*`;
}
