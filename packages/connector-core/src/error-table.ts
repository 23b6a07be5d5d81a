/**
 * The stable name of an error or notice, such as `dicom.association.called-ae-unknown`. It consists of the prefix of the
 * package, the thing, and what is wrong with it. Only {@link errorTable} makes codes, so that each is documented.
 */
export type ErrorCode = string & { readonly errorCode: true };

/** A row of an error table, and of `docs/errors.md`. */
export interface ErrorEntry {
  /** A heading of a few words, without a full stop. */
  title: string;
  /** What happened, in one or two sentences. */
  meaning: string;
  /** What an operator or user does about it, in one or two sentences. */
  remedy: string;
  /** The first version that reports it. */
  since: string;
}

/** The errors and notices of one package. */
export interface ErrorTable<Name extends string = string> {
  /** Each code under its own name: `codes['db.login.refused']`. */
  readonly codes: Readonly<Record<Name, ErrorCode>>;
  readonly entries: Readonly<Record<Name, ErrorEntry>>;
}

/** Returns whether a value has the form of an error code: two or three lower-case words, separated by dots. */
export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === 'string' && CODE.test(value);
}

/** Returns `text` with its code in brackets at the end, the form of messages that have no field for the code. */
export function withCode(text: string, code: ErrorCode): string {
  return `${text} [${code}]`;
}

/**
 * Makes the error table of a package.
 *
 * @param entries by code.
 * @throws TypeError if a code is not two or three lower-case words separated by dots, or an entry has an empty text.
 */
export function errorTable<const Name extends string>(entries: Record<Name, ErrorEntry>): ErrorTable<Name> {
  for (const [code, entry] of Object.entries<ErrorEntry>(entries)) {
    if (!isErrorCode(code)) throw new TypeError(`${code} is not an error code such as db.login.refused`);
    const empty = TEXTS.find((text) => entry[text].trim() === '');
    if (empty) throw new TypeError(`the ${empty} of error code ${code} is empty`);
  }
  const codes = Object.fromEntries(Object.keys(entries).map((code) => [code, code])) as Record<Name, ErrorCode>;
  return { codes, entries };
}

const WORD = '[a-z0-9]+(?:-[a-z0-9]+)*';
const CODE = new RegExp(`^${WORD}(?:\\.${WORD}){1,2}$`);
const TEXTS = ['title', 'meaning', 'remedy', 'since'] as const;
