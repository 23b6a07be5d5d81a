/** How a text identifier is asked for so that it means itself. */
export interface LiteralValue {
  /** The value to compare results with. */
  exact: string;
  /** The value to send first. */
  sent: string;
  /**
   * The value to send where that finds nothing: `?` for each character that some servers do not decode or read as an operator,
   * `*` for a run of characters outside of ASCII. Undefined where it is no other.
   */
  pattern?: string;
  /** Some servers do not understand what is sent, and no pattern can be sent instead: it would match nearly everything. */
  isObscure?: true;
  /** Whether what is sent may match other values too, on a server that reads wildcards. */
  isWild: boolean;
}

/** Longest value that is asked for; LO holds 64 characters (PS3.5 6.2), and servers give up at some length of the URL. */
const LONGEST = 256;

/** What can be in no Patient ID or Accession Number: control characters (PS3.5 6.1.3), and nothing at all. */
// eslint-disable-next-line no-control-regex -- these are what is looked for
const IMPOSSIBLE = /[\u0000-\u001f\u007f]/;

/**
 * `value` as a matching key of QIDO-RS, which has no way to escape `*` and `?` (PS3.4 C.2.2.2.4) and no agreed one for `,`
 * and `\`, so that results are compared with the value afterwards ({@link isLiteral}).
 *
 * @returns undefined where no archive can hold the value; `unaskable` where it is all wildcards and would ask for everything.
 */
export function literalValue(value: string): LiteralValue | 'unaskable' | undefined {
  const exact = value.trim();
  if (exact === '' || exact.length > LONGEST || IMPOSSIBLE.test(exact)) return undefined;
  const isWild = /[*?]/.test(exact);
  const hasAnchor = /[A-Za-z0-9]/.test(exact);
  if (isWild && !hasAnchor) return 'unaskable';
  const pattern = exact.replace(/[^\x20-\x7e]+/g, '*').replace(/[^A-Za-z0-9._*-]/g, '?');
  if (pattern === exact) return { exact, sent: exact, isWild };
  return { exact, sent: exact, isWild, ...(hasAnchor ? { pattern } : { isObscure: true }) };
}

/**
 * Whether a result's value is the one that was asked for. One that the server does not give is believed, unless the value
 * that was sent could have matched others.
 */
export function isLiteral(found: string | undefined, asked: LiteralValue, sent: string): boolean {
  if (found === undefined) return sent === asked.exact && !/[*?,\\]/.test(sent);
  return found.trim() === asked.exact;
}

/** UI (PS3.5 9.1): no archive holds a UID of other characters. */
export function isUid(value: string): boolean {
  return /^[0-9.]{1,64}$/.test(value);
}
