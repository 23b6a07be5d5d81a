/** A field name (RFC 9110 5.1): a token. */
export const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** Names that Java's HTTP client sets itself and refuses from others. */
export const SET_BY_JAVA = /^(?:host|connection|content-length|expect|upgrade)$/i;
/** What a value cannot contain (RFC 9110 5.5), and tabs: Weasis 4.7.1 ends at them. */
export const REFUSED_IN_HEADER = /[^\x20-\x7e\xa0-\xff]/;

/**
 * Why Weasis, a Java program, cannot send a header: newer releases fetch no image then, and say nothing.
 *
 * @returns what completes "found …" and "expected …"; it holds no value.
 */
export function headerFault(name: string, value: string): { found: string; expected: string } | undefined {
  if (!HEADER_NAME.test(name))
    return {
      found: `the name ${JSON.stringify(name)}`,
      expected: 'the name of a header (RFC 9110 5.1), such as X-Site',
    };
  if (SET_BY_JAVA.test(name))
    return { found: name, expected: 'a header that callers may set: Weasis would fetch no image, remove it' };
  if (REFUSED_IN_HEADER.test(value))
    return {
      found: 'a value with a control character, or one that is not in ISO 8859-1',
      expected: 'a value that a header can hold (RFC 9110 5.5)',
    };
  if (value.trim() !== value)
    return {
      found: 'a value with spaces at its ends',
      expected: 'a value without: they cannot be sent (RFC 9110 5.5)',
    };
  return undefined;
}
