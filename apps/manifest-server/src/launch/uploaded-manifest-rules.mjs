// Finds what Weasis, a Java program, cannot use in an uploaded manifest. The messages never contain a value of it.
import { isIPv6 } from 'node:net';

/**
 * The patterns of config-core for what Java rejects. The caller passes them, because a thread cannot load TypeScript in tests.
 *
 * @typedef {{ refusedInAddress: RegExp, headerName: RegExp, setByJava: RegExp, refusedInHeader: RegExp }} Patterns
 */

/** The beginnings of libxml2's messages, and our own texts for them. libxml2's texts may contain a value. */
const XML_FAULTS = [
  [/^Opening and ending tag mismatch/, 'an end tag closes another element than the one that is open'],
  [/^Premature end of data/, 'the text ends before every element is closed'],
  [/^Couldn't find end of Start Tag/, 'a start tag is not closed by >'],
  [/^Attribute .* redefined/s, 'an element has the same attribute twice'],
  [/^AttValue: " or '/, 'the value of an attribute is not in quotes'],
  [/^AttValue: /, 'the value of an attribute is not closed by a quote'],
  [/^attributes construct error/, 'blanks are missing between attributes'],
  [/^Specification mandates value/, 'an attribute has no value'],
  [/^(?:xmlParseEntityRef|EntityRef)/, 'an & is not escaped: write &amp;'],
  [/^Entity '/, 'an entity is not defined: XML knows &amp; &lt; &gt; &quot; &apos; and numbers'],
  [/^Unescaped '<'/, 'a < in the value of an attribute is not escaped: write &lt;'],
  [/^Extra content at the end/, 'something follows the end of the outermost element'],
  [/^Start tag expected/, 'the text does not begin with an element'],
  [/^StartTag: invalid element name/, 'a < is not escaped (write &lt;), or begins no element'],
  [/^XML declaration allowed only/, 'something precedes the XML declaration'],
  [/invalid (?:Char|xmlChar) value/, 'a control character that XML does not allow'],
  [/^Namespace prefix/, 'a namespace prefix is not declared'],
  [/^Input is not proper UTF-8/, 'bytes that are not UTF-8'],
];

/**
 * Returns the fault of an XML document as text to add to its line number; empty for an unknown message of libxml2.
 *
 * @param {string} message
 */
export function xmlFault(message) {
  const words = XML_FAULTS.find(([beginning]) => beginning.test(message))?.[1];
  return words === undefined ? '' : `, ${words}`;
}

/**
 * Returns why Weasis cannot build image addresses from an arcQuery's `baseUrl`; `undefined` if it can. An empty `baseUrl` is
 * valid if the images have complete addresses.
 *
 * @param {string | undefined} url
 * @param {Patterns} patterns
 * @returns {string | undefined}
 */
export function addressFault(url, { refusedInAddress }) {
  if (url === undefined) return 'arcQuery baseUrl is missing';
  const [character] = refusedInAddress.exec(url) ?? [];
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
  return schemeFault || empty || fragment.includes('#') ? 'arcQuery baseUrl is not a URL' : undefined;
}

/**
 * Returns the name of a character for a message.
 *
 * @param {string} character
 */
function nameOf(character) {
  if (character === '%') return 'a % that begins no escape';
  return /[!-~]/.test(character) ? character : 'a blank or a control character';
}

/**
 * Returns why Weasis cannot send a header; `undefined` if it can.
 *
 * @param {string} name
 * @param {string} value
 * @param {string} what The element that contains the header.
 * @param {Patterns} patterns
 * @returns {string | undefined}
 */
export function headerFault(name, value, what, { headerName, setByJava, refusedInHeader }) {
  if (!headerName.test(name)) return `${what} key is not the name of a header`;
  if (setByJava.test(name)) return `${what} sets ${name}, which Weasis sets itself: it would fetch no image`;
  if (refusedInHeader.test(value)) return `${what} holds a character that a header cannot`;
  return undefined;
}
