// What Weasis, a Java program, cannot use of an uploaded manifest. No sentence repeats a value.
import { isIPv6 } from 'node:net';

/** What java.net.URI refuses anywhere: the characters that RFC 2396 2.4.3 excludes, and blanks and controls of Unicode. */
// eslint-disable-next-line no-control-regex -- control characters are what is looked for
const REFUSED = /[\s\u0000-\u001f\u007f-\u009f"<>\\^`{|}]|%(?![0-9A-Fa-f]{2})/;

/**
 * Why Weasis cannot make addresses of images out of an arcQuery's `baseUrl`. An empty one is right beside whole addresses.
 *
 * @param {string | undefined} url
 * @returns {string | undefined}
 */
export function addressFault(url) {
  if (url === undefined) return 'arcQuery baseUrl is missing';
  const [character] = REFUSED.exec(url) ?? [];
  if (character !== undefined)
    return `arcQuery baseUrl holds ${nameOf(character)}, which Weasis refuses: write it as %XX`;
  const [, scheme, rest = '', fragment = ''] = /^([^:/?#]*:)?([^#]*)(?:#([^]*))?$/.exec(url) ?? [];
  const [, authority, path] = /^(?:\/\/([^/?]*))?([^?]*)/.exec(rest) ?? [];
  const host = /\[([^\]]*)\](?::\d*)?$/.exec(authority ?? '')?.[1];
  const brackets = host === undefined ? `${authority ?? ''}${path ?? ''}` : (path ?? '');
  if (/[[\]]/.test(brackets) || (host !== undefined && !isIPv6(host.replace(/%.*/, ''))))
    return 'arcQuery baseUrl holds [ or ] outside an IPv6 address, which Weasis refuses: write %5B and %5D';
  const schemeFault = scheme !== undefined && !/^[A-Za-z][A-Za-z0-9+.-]*:$/.test(scheme);
  const empty = (scheme !== undefined && rest === '') || rest === '//';
  return schemeFault || empty || fragment.includes('#') ? 'arcQuery baseUrl is no URL' : undefined;
}

/** @param {string} character */
function nameOf(character) {
  if (character === '%') return 'a % that begins no escape';
  return /[!-~]/.test(character) ? character : 'a blank or a control character';
}

/** Names that Java's HTTP client sets itself and refuses from others. */
const SET_BY_JAVA = /^(?:host|connection|content-length|expect|upgrade)$/i;

/**
 * Why Weasis cannot send a header.
 *
 * @param {string} name
 * @param {string} value
 * @param {string} what the element that has it
 * @returns {string | undefined}
 */
export function headerFault(name, value, what) {
  // RFC 9110 5.1: a token.
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)) return `${what} key is not the name of a header`;
  if (SET_BY_JAVA.test(name)) return `${what} sets ${name}, which Weasis sets itself: it would fetch no image`;
  // RFC 9110 5.5, without tabs: Weasis 4.7.1 ends at them.
  if (/[^\x20-\x7e\xa0-\xff]/.test(value)) return `${what} holds a character that a header cannot`;
  return undefined;
}
