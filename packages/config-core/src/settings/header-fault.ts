/** A field name (RFC 9110 5.1): a token. */
export const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** Names that Java's HTTP client sets itself, and rejects from callers. */
export const SET_BY_JAVA = /^(?:host|connection|content-length|expect|upgrade)$/i;
/** Characters that a value cannot contain (RFC 9110 5.5), and tabs, at which Weasis 4.7.1 exits. */
export const REFUSED_IN_HEADER = /[^\x20-\x7e\xa0-\xff]/;

/**
 * Returns why Weasis, a Java program, cannot send a header. Newer releases fetch no image then, without a message. The texts
 * complete "found …" and "expected …", and contain no value.
 */
export function headerFault(name: string, value: string): { found: string; expected: string } | undefined {
  if (!HEADER_NAME.test(name))
    return {
      found: `the name ${JSON.stringify(name)}`,
      expected: 'the name of a header (RFC 9110 5.1), such as X-Site',
    };
  if (SET_BY_JAVA.test(name))
    return { found: name, expected: 'a header that Java programs may set: Weasis would fetch no image. Remove it' };
  if (REFUSED_IN_HEADER.test(value))
    return {
      found: 'a value with a control character, or one that is not in ISO 8859-1',
      expected: 'a value that a header can hold (RFC 9110 5.5)',
    };
  if (value.trim() !== value)
    return {
      found: 'a value with spaces at its ends',
      expected: 'a value without them: they cannot be sent (RFC 9110 5.5)',
    };
  return undefined;
}
