import { matchIdentifier } from '@pacs-connectors/connector-core';

/** A text identifier as a matching key that means the text itself. */
export interface LiteralValue {
  /** The value that results are compared with. */
  exact: string;
  /** The value that is sent first. */
  sent: string;
  /**
   * The value that is sent if the first finds nothing. It has `?` for each character that some servers do not decode or read as an
   * operator, and `*` for characters outside of ASCII. Unset if it is the same.
   */
  pattern?: string;
  /** Some servers do not understand the value, and a pattern would match nearly everything. */
  isObscure?: true;
  /** Whether the value may match others too, on a server that supports wildcards. */
  isWild: boolean;
}

/** The longest value that is sent. LO has 64 characters at most (PS3.5 6.2), and servers limit the length of URLs. */
const LONGEST = 256;

/** Control characters, which no Patient ID or Accession Number contains (PS3.5 6.1.3). */
// eslint-disable-next-line no-control-regex -- control characters are what the pattern must find
const IMPOSSIBLE = /[\u0000-\u001f\u007f]/;

/**
 * Returns `value` as a matching key of QIDO-RS. The standard cannot escape `*` and `?` (PS3.4 C.2.2.2.4), and servers differ about
 * `,` and `\`. So results are compared with the value afterwards ({@link isLiteral}).
 *
 * @returns `undefined` if no archive can contain the value; `unsearchable` if it is all wildcards and would match everything.
 */
export function literalValue(value: string): LiteralValue | 'unsearchable' | undefined {
  const exact = value.trim();
  if (exact === '' || exact.length > LONGEST || IMPOSSIBLE.test(exact)) return undefined;
  const isWild = /[*?]/.test(exact);
  const hasAnchor = /[A-Za-z0-9]/.test(exact);
  if (isWild && !hasAnchor) return 'unsearchable';
  const pattern = exact.replace(/[^\x20-\x7e]+/g, '*').replace(/[^A-Za-z0-9._*-]/g, '?');
  if (pattern === exact) return { exact, sent: exact, isWild };
  return { exact, sent: exact, isWild, ...(hasAnchor ? { pattern } : { isObscure: true }) };
}

/**
 * Returns whether one of a result's values is the requested one. If the server does not return the value, the result counts, unless what
 * was sent could have matched other values.
 */
export function isLiteral(found: string | undefined, asked: LiteralValue, sent: string): boolean {
  if (found === undefined) return sent === asked.exact && !/[*?,\\]/.test(sent);
  return matchIdentifier(asked.exact, found) === 'same';
}
