import { type Dialect } from './dialect.js';
import { SelectError } from './select-error.js';

/** A piece of SQL that has a meaning: not a comment, not white space. */
export interface Token {
  /** `name`: a quoted identifier. `word`: a keyword or a bare identifier. */
  kind: 'word' | 'name' | 'string' | 'number' | 'symbol';
  /** Words in lower case; everything else unchanged. */
  text: string;
  start: number;
  /** Offset after the last character. */
  end: number;
  /** For an opening or closing bracket: the index of its partner. */
  partner?: number;
}

/**
 * Reads `sql` as the engine's own lexer does, so that strings, comments and quoted names are never mistaken for structure.
 *
 * Settings that change how text is read are those of a new installation: PostgreSQL with `standard_conforming_strings`,
 * MySQL without `NO_BACKSLASH_ESCAPES`.
 *
 * @throws SelectError if the text cannot be read with certainty
 */
export function tokenize(sql: string, dialect: Dialect): Token[] {
  return new Lexer(sql, dialect).read();
}

const OPENING = new Map([
  ['(', ')'],
  ['[', ']'],
  ['{', '}'],
]);
const CLOSING = new Set(OPENING.values());

/** Characters that look like blanks. Each database reads them differently: as part of a name, a blank or an error. */
// eslint-disable-next-line no-control-regex -- the expression looks for them
const UNCLEAR_BLANK = /[\0-\x08\x0e-\x1f\x7f-\xa0\u1680\u2000-\u200f\u2028-\u202f\u205f\u2060\u3000\ufeff]/;

/** Hints of MySQL in a comment that is executed. Any other text in such a comment may be structure. */
const HARMLESS_EXECUTABLE =
  /^\/\*M?!\d*(?:\s|\b(?:sql_(?:no_cache|cache|calc_found_rows|buffer_result|small_result|big_result)|high_priority|straight_join)\b)*\*\/$/i;

class Lexer {
  private readonly tokens: Token[] = [];
  private readonly open: number[] = [];
  private at = 0;

  constructor(
    private readonly sql: string,
    private readonly dialect: Dialect,
  ) {}

  read(): Token[] {
    // A database that reads text up to NUL would not see the condition behind it.
    const nul = this.sql.indexOf('\0');
    if (nul >= 0) this.fail(nul, 'a NUL character', 'Remove it.');
    for (this.skipBlanks(); this.at < this.sql.length; this.skipBlanks()) this.readToken();
    const unclosed = this.tokens[this.open.at(-1) ?? -1];
    if (unclosed) this.fail(unclosed.start, `a ${unclosed.text} that is never closed`, 'Close it.');
    return this.tokens;
  }

  private readToken(): void {
    const { sql, at, dialect } = this;
    const character = sql[at] ?? '';
    if (UNCLEAR_BLANK.test(character)) this.failBlank(at);
    if (character === "'") return this.push('string', this.quotedEnd(at, "'", dialect.backslashes));
    if (character === '"') {
      // Only MySQL (without ANSI_QUOTES) reads it as a string.
      return this.push(dialect.engine === 'mysql' ? 'string' : 'name', this.quotedEnd(at, '"', dialect.backslashes));
    }
    if (character === '`' && dialect.backtickNames) return this.push('name', this.quotedEnd(at, '`', false));
    if (character === '[' && dialect.bracketNames) return this.push('name', this.bracketNameEnd(at));
    if (/\d/.test(character)) return this.push('number', this.numberEnd(at));
    this.refuseParameter();
    const dollar = dialect.engine === 'postgresql' ? this.dollarQuoteEnd(at) : undefined;
    if (dollar !== undefined) return this.push('string', dollar);
    if (isWordStart(character, dialect)) return this.readWord();
    return this.pushSymbol(character);
  }

  private readWord(): void {
    const { sql, at, dialect } = this;
    let end = at + 1;
    while (end < sql.length && dialect.wordPart.test(sql[end] ?? '')) end++;
    const word = sql.slice(at, end).toLowerCase();
    if (UNCLEAR_BLANK.test(word)) this.failBlank(at + word.search(UNCLEAR_BLANK));
    if (sql[end] === "'") {
      if (dialect.engine === 'postgresql' && word === 'e') return this.push('string', this.escapeStringEnd(end));
      if (dialect.engine === 'oracle' && (word === 'q' || word === 'nq')) {
        return this.push('string', this.alternativeQuoteEnd(end));
      }
    }
    this.push('word', end);
  }

  private push(kind: Token['kind'], end: number): void {
    const text = this.sql.slice(this.at, end);
    this.tokens.push({ kind, text: kind === 'word' ? text.toLowerCase() : text, start: this.at, end });
    this.at = end;
  }

  private pushSymbol(character: string): void {
    const start = this.at;
    if ((character === '{' || character === '}') && !this.dialect.braces) {
      const remedy = 'Write what the database itself understands.';
      this.fail(start, `a ${character}: Java's escapes such as {fn …} are not translated here`, remedy);
    }
    this.push('symbol', start + 1);
    const index = this.tokens.length - 1;
    if (OPENING.has(character)) this.open.push(index);
    if (!CLOSING.has(character)) return;
    const partner = this.open.pop();
    const opening = this.tokens[partner ?? -1];
    if (partner === undefined || OPENING.get(opening?.text ?? '') !== character) {
      this.fail(start, `a ${character} without an opening bracket`, 'Remove it, or open it.');
    }
    (opening as Token).partner = index;
    (this.tokens[index] as Token).partner = partner;
  }

  private skipBlanks(): void {
    const { sql, dialect } = this;
    for (;;) {
      const here = this.at;
      const two = sql.slice(here, here + 2);
      if (/[ \t\n\v\f\r]/.test(sql[here] ?? '')) this.at++;
      else if (two === '--' && (dialect.engine !== 'mysql' || (sql[here + 2] ?? ' ') <= ' ')) {
        this.skipLine();
      } else if (sql[here] === '#' && dialect.engine === 'mysql') this.skipLine();
      else if (two === '/*') this.skipBlockComment();
      else return;
    }
  }

  private skipLine(): void {
    // PostgreSQL and others also end a line at a carriage return; the others expect a line feed after it.
    const lineEnd = this.sql.indexOf('\n', this.at);
    const line = this.sql.slice(this.at, lineEnd < 0 ? undefined : lineEnd);
    if (/\r(?!$)/.test(line)) {
      this.fail(
        this.at,
        'a comment with a bare carriage return, which databases read differently',
        'End the line with a line feed.',
      );
    }
    this.at = lineEnd < 0 ? this.sql.length : lineEnd + 1;
  }

  private skipBlockComment(): void {
    const start = this.at;
    const end = this.dialect.nestedComments ? this.nestedCommentEnd(start) : this.sql.indexOf('*/', start + 2) + 2;
    if (end < start + 2) this.fail(start, 'a comment that never ends', 'End it with */.');
    this.at = end;
    this.refuseExecutable(start);
  }

  private nestedCommentEnd(start: number): number {
    let depth = 0;
    const marks = /\/\*|\*\//g;
    marks.lastIndex = start;
    for (let mark = marks.exec(this.sql); mark; mark = marks.exec(this.sql)) {
      depth += mark[0] === '/*' ? 1 : -1;
      if (depth === 0) return marks.lastIndex;
    }
    return -1;
  }

  private refuseExecutable(start: number): void {
    const comment = this.sql.slice(start, this.at);
    if (this.dialect.engine === 'mysql' && /^\/\*M?!/.test(comment) && !HARMLESS_EXECUTABLE.test(comment)) {
      const remedy = 'Write its content without the comment marks, or remove it.';
      this.fail(start, 'a comment that some versions of MySQL or MariaDB execute', remedy);
    }
  }

  /** Returns the offset after the quote that closes the one at `start`. A doubled quote is part of the text. */
  private quotedEnd(start: number, quote: string, backslashes: boolean): number {
    for (let at = start + 1; at < this.sql.length; at++) {
      if (backslashes && this.sql[at] === '\\') at++;
      else if (this.sql[at] === quote) {
        if (this.sql[at + 1] !== quote) return at + 1;
        at++;
      }
    }
    return this.fail(start, `a ${quote} that never ends`, `End it with ${quote}.`);
  }

  /** Reads PostgreSQL's E'…', which may continue on the next line: `E'a'⏎'b\''` is one string. */
  private escapeStringEnd(start: number): number {
    const end = this.quotedEnd(start, "'", true);
    const more = /[^\S\n]*\n\s*'/y;
    more.lastIndex = end;
    return more.test(this.sql) ? this.escapeStringEnd(more.lastIndex - 1) : end;
  }

  /** Reads Oracle's q'[…]'. */
  private alternativeQuoteEnd(start: number): number {
    const opening = this.sql[start + 1] ?? '';
    const closing = { '[': ']', '(': ')', '{': '}', '<': '>' }[opening] ?? opening;
    const end = opening === '' ? -1 : this.sql.indexOf(`${closing}'`, start + 2);
    return end < 0 ? this.fail(start, `a q'${opening} that never ends`, `End it with ${closing}'.`) : end + 2;
  }

  /** Reads PostgreSQL's $tag$…$tag$; `undefined` if none begins here. */
  private dollarQuoteEnd(start: number): number | undefined {
    const opening = /\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/y;
    opening.lastIndex = start;
    const tag = opening.exec(this.sql)?.[0];
    if (tag === undefined) return undefined;
    const end = this.sql.indexOf(tag, start + tag.length);
    return end < 0 ? this.fail(start, `a ${tag} that never ends`, `End it with ${tag}.`) : end + tag.length;
  }

  /** Reads SQL Server's [a]]b]. SQLite's names end at the first closing bracket. */
  private bracketNameEnd(start: number): number {
    if (this.dialect.engine === 'mssql') return this.quotedEnd(start, ']', false);
    const end = this.sql.indexOf(']', start);
    return end < 0 ? this.fail(start, 'a [ that never ends', 'End it with ].') : end + 1;
  }

  private numberEnd(start: number): number {
    const number = /0[xX][\da-fA-F]+|\d[\d_]*(?:\.\d+|\.(?!\w))?(?:[eE][+-]?\d+)?/y;
    number.lastIndex = start;
    number.exec(this.sql);
    let end = number.lastIndex;
    if (this.dialect.engine === 'oracle' && /[dDfF]/.test(this.sql[end] ?? '')) end++;
    if (this.dialect.wordPart.test(this.sql[end] ?? '')) {
      const remedy = 'Put a space between them, or quote a name that begins with a digit.';
      this.fail(start, 'a number with a word at its end', remedy);
    }
    return end;
  }

  private refuseParameter(): void {
    const { parameter } = this.dialect;
    parameter.lastIndex = this.at;
    if (!parameter.test(this.sql)) return;
    this.fail(this.at, 'a parameter, which has no value here', 'Write the value itself.');
  }

  private failBlank(offset: number): never {
    const code = (this.sql.codePointAt(offset) ?? 0).toString(16).toUpperCase().padStart(4, '0');
    this.fail(offset, `a special blank (U+${code})`, 'Replace it with a plain space.');
  }

  private fail(offset: number, reason: string, remedy: string): never {
    throw new SelectError(this.sql, offset, `The SQL contains ${reason}`, remedy);
  }
}

function isWordStart(character: string, { engine }: Dialect): boolean {
  return (
    /[A-Za-z_\u0080-\uffff]/.test(character) || ((engine === 'mssql' || engine === 'mysql') && /[#@$]/.test(character))
  );
}
