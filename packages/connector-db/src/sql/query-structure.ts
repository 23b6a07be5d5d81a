import { type Dialect } from './dialect.js';
import { type ClauseRole, clauseAt } from './clauses.js';
import { type Token, tokenize } from './lexer.js';
import { SelectError } from './select-error.js';

/** One `SELECT … FROM … [WHERE …]` whose rows are rows of the whole query. Its numbers are indexes of tokens. */
export interface Branch {
  select: number;
  /** Missing for a `SELECT` without `FROM`. */
  from?: number;
  where?: number;
  /** The first token after the content of FROM or of WHERE. */
  end: number;
  /**
   * False for a branch after EXCEPT, MINUS or INTERSECT. Its rows are never part of the result, and a condition there could bring
   * back rows that the site excludes.
   */
  narrowed: boolean;
  /** The WITH clauses around it, outermost first: first token and the one after the last. */
  withs: readonly (readonly [number, number])[];
}

export interface QueryStructure {
  sql: string;
  tokens: readonly Token[];
  branches: readonly Branch[];
  /** Whether the select groups or limits its rows, so that they depend on all rows that match. */
  groupsOrLimits: boolean;
  /** Whether each row depends on its own tables alone, so that a further condition only leaves out rows. */
  rowsAreIndependent: boolean;
  /** The number of rows that the select returns at most, if it says so. */
  rowLimit?: number;
  /** Offsets of the statement's own text, without what is before it and after its last token (semicolons, comments). */
  start: number;
  end: number;
}

/**
 * Finds the branches of a site's select at its own nesting level.
 *
 * @throws SelectError if the text is not one SELECT, or if its structure is not certain
 */
export function readStructure(sql: string, dialect: Dialect): QueryStructure {
  const tokens = tokenize(sql, dialect);
  let first = 0;
  let last = tokens.length;
  while (tokens[first]?.text === ';') first++;
  while (last > first && tokens[last - 1]?.text === ';') last--;
  if (first === last) throw new SelectError(sql, 0, 'The select is empty', 'Write a SELECT.');
  const extra = tokens.slice(first, last).find(({ kind, text }) => kind === 'symbol' && text === ';');
  if (extra) throw new SelectError(sql, extra.start, 'The SQL contains more than one statement', 'Write one SELECT.');
  const reader = new StructureReader(sql, tokens, dialect);
  const branches = reader.read(first, last);
  return {
    sql,
    tokens,
    branches,
    groupsOrLimits: reader.groupsOrLimits,
    rowLimit: reader.rowLimit,
    rowsAreIndependent: !reader.groupsOrLimits && branches.length === 1 && !tokens.some(dependsOnOtherRows),
    // Comments before the first token stay: they may be hints.
    start: first > 0 ? (tokens[first - 1] as Token).end : 0,
    end: (tokens[last - 1] as Token).end,
  };
}

/** Returns whether a token is that of a window function, of DISTINCT ON, or of Oracle's ROWNUM. */
function dependsOnOtherRows({ kind, text }: Token, index: number, tokens: readonly Token[]): boolean {
  if (kind !== 'word') return false;
  const next = tokens[index + 1];
  if (text === 'on') return tokens[index - 1]?.kind === 'word' && tokens[index - 1]?.text === 'distinct';
  return text === 'rownum' || (text === 'over' && (next?.text === '(' || next?.kind === 'word'));
}

type Withs = Branch['withs'];
const SET_OPERATORS = new Set(['union', 'intersect', 'except', 'minus']);

/** Clauses that let a row depend on other rows. */
const GROUPS_OR_LIMITS = new Set(['group', 'having', 'qualify', 'limit', 'offset', 'fetch']);

class StructureReader {
  groupsOrLimits = false;
  rowLimit?: number;
  private readonly branches: Branch[] = [];

  constructor(
    private readonly sql: string,
    private readonly tokens: readonly Token[],
    private readonly dialect: Dialect,
  ) {}

  read(first: number, last: number): Branch[] {
    this.readQuery(first, last, true, []);
    return this.branches;
  }

  /** Reads `[WITH …] branch {UNION … branch} [ORDER BY …]`, which must fill all tokens from `at` to `last`. */
  private readQuery(at: number, last: number, narrowed: boolean, outerWiths: Withs): void {
    const begin = at;
    if (this.isWord(at, 'with')) at = this.skipWith(at, last);
    const withs: Withs = at > begin ? [...outerWiths, [begin, at]] : outerWiths;
    let branchNarrowed = narrowed;
    for (;;) {
      at = this.readBranch(at, last, branchNarrowed, withs);
      if (at === last) return;
      const operator = this.word(at) ?? '';
      if (!SET_OPERATORS.has(operator)) return this.checkTail(at, last);
      // Whichever operator binds tighter, a branch adds rows if it is the first or follows UNION.
      branchNarrowed = narrowed && operator === 'union';
      at++;
      if (this.isWord(at, 'all') || this.isWord(at, 'distinct')) at++;
    }
  }

  /** Reads one branch; returns the index of what follows it: a set operator, a clause of the whole, or `last`. */
  private readBranch(at: number, last: number, narrowed: boolean, withs: Withs): number {
    const token = this.tokens[at];
    if (at < last && token?.text === '(' && token.partner !== undefined) {
      this.readQuery(at + 1, token.partner, narrowed, withs);
      return token.partner + 1;
    }
    if (at < last && this.isWord(at, 'select')) return this.readSelect(at, last, narrowed, withs);
    const found = at < last ? (token?.text ?? '').toUpperCase() : 'its end';
    return this.fail(Math.min(at, last - 1), `expected SELECT, found ${found}`, 'Only SELECT is understood.');
  }

  private readSelect(select: number, last: number, narrowed: boolean, withs: Withs): number {
    let from: number | undefined;
    let where: number | undefined;
    let end: number | undefined;
    let at = select + 1;
    if (this.dialect.engine === 'mssql' && this.isWord(at, 'top')) {
      this.groupsOrLimits = true;
      this.readLimit(at);
    }
    for (; at < last; at++) {
      const role = this.roleAt(at, from !== undefined);
      if (role === 'setOperator') break;
      if (role === 'from') {
        if (from !== undefined || end !== undefined) this.fail(at, 'a second FROM of one SELECT');
        from = at;
      } else if (role === 'where') {
        if (from === undefined || where !== undefined || end !== undefined) {
          this.fail(at, 'a WHERE that is not the only one after a FROM');
        }
        where = at;
      } else if (role === 'tail') end ??= at;
      at = this.skip(at);
    }
    end ??= at;
    if (narrowed && from === undefined) {
      this.fail(select, 'a SELECT without FROM has no column to compare', 'Add FROM to every SELECT.');
    }
    if (from !== undefined && end - from < 2) this.fail(from, 'a FROM with nothing after it', 'Name the tables.');
    if (from === undefined && end !== undefined && end < at) this.fail(end, 'a clause before any FROM');
    this.branches.push({ select, from, where, end, narrowed, withs });
    return at;
  }

  /** Checks the clauses after the last of several branches: only clauses of the whole may follow. */
  private checkTail(at: number, last: number): void {
    if (this.roleAt(at, true) !== 'tail') {
      this.fail(at, `${(this.tokens[at]?.text ?? '').toUpperCase()} after a query in parentheses`);
    }
    for (; at < last; at = this.skip(at) + 1) {
      const role = this.roleAt(at, true);
      if (role !== 'tail' && role !== undefined) this.fail(at, 'an unexpected clause');
    }
  }

  private roleAt(at: number, afterFrom: boolean): ClauseRole | undefined {
    const role = clauseAt(this.tokens, at, this.dialect, afterFrom);
    if (role === 'tail' && GROUPS_OR_LIMITS.has(this.word(at) ?? '')) {
      this.groupsOrLimits = true;
      this.readLimit(at);
    }
    if (typeof role === 'object') this.fail(at, role.refused, role.remedy);
    return role as ClauseRole | undefined;
  }

  /** Reads `LIMIT n`, `LIMIT offset, n`, `FETCH FIRST n ROWS` or `TOP (n)` at `at`, if it names a number. */
  private readLimit(at: number): void {
    const number = (index: number) => {
      const token = this.tokens[index];
      return token?.kind === 'number' ? Number(token.text) : undefined;
    };
    const limits: Record<string, () => number | undefined> = {
      limit: () => number(this.tokens[at + 2]?.text === ',' ? at + 3 : at + 1),
      fetch: () => (this.isWord(at + 2, 'row') ? 1 : this.isPercent(at + 3) ? undefined : number(at + 2)),
      top: () => {
        const first = this.tokens[at + 1]?.text === '(' ? at + 2 : at + 1;
        return this.isPercent(first + 1) || this.isPercent(first + 2) ? undefined : number(first);
      },
    };
    const limit = limits[this.word(at) ?? '']?.();
    if (limit !== undefined) this.rowLimit = Math.min(this.rowLimit ?? limit, limit);
  }

  private isPercent(at: number): boolean {
    return this.isWord(at, 'percent');
  }

  /** Returns the last token of what begins at `at`: a bracket's partner, the end of an index hint, or `at` itself. */
  private skip(at: number): number {
    const token = this.tokens[at];
    if (token?.partner !== undefined && token.partner > at) return token.partner;
    if (this.dialect.engine !== 'mysql' || token?.text !== 'for') return at;
    // USE INDEX FOR ORDER BY (…)
    return this.isWord(at + 2, 'by') && (this.isWord(at + 1, 'order') || this.isWord(at + 1, 'group')) ? at + 2 : at;
  }

  /** Skips `WITH name [(columns)] AS [[NOT] MATERIALIZED] (query), …`; returns the index after it. */
  private skipWith(at: number, last: number): number {
    const { engine } = this.dialect;
    at++;
    if (this.isWord(at, 'recursive') && engine !== 'mssql' && engine !== 'oracle') at++;
    if (engine === 'oracle' && (this.isWord(at, 'function') || this.isWord(at, 'procedure'))) {
      this.fail(at, 'a WITH that declares a function', 'Create the function in the database.');
    }
    for (;;) {
      at = this.skipCommonTable(at, last);
      if (this.tokens[at]?.text !== ',' || at >= last) return at;
      at++;
    }
  }

  private skipCommonTable(at: number, last: number): number {
    if (this.dialect.engine === 'mssql' && this.isWord(at, 'xmlnamespaces')) {
      const partner = this.tokens[at + 1]?.partner;
      if (partner !== undefined) return partner + 1;
    }
    let next = this.afterNameAndAs(at);
    if (next === undefined)
      this.fail(Math.min(at, last - 1), 'a WITH that cannot be read', 'Write WITH name AS (SELECT …).');
    if (this.isWord(next, 'not')) next++;
    if (this.isWord(next, 'materialized')) next++;
    const partner = this.tokens[next]?.text === '(' ? this.tokens[next]?.partner : undefined;
    if (partner === undefined) this.fail(next, 'a WITH that cannot be read', 'Write WITH name AS (SELECT …).');
    this.checkReads(next + 1);
    return this.skipSearchAndCycle(partner + 1, last);
  }

  /** Returns the index after `name [(columns)] AS`; `undefined` if this is not here. */
  private afterNameAndAs(at: number): number | undefined {
    const kind = this.tokens[at]?.kind;
    if (kind !== 'word' && kind !== 'name') return undefined;
    const columns = this.tokens[at + 1]?.text === '(' ? this.tokens[at + 1]?.partner : undefined;
    const as = columns === undefined ? at + 1 : columns + 1;
    return this.isWord(as, 'as') ? as + 1 : undefined;
  }

  /** Rejects a common table that writes (PostgreSQL's `WITH x AS (DELETE …)`). */
  private checkReads(at: number): void {
    while (this.tokens[at]?.text === '(') at++;
    if (!['select', 'with', 'values', 'table'].includes(this.word(at) ?? '')) {
      this.fail(at, 'a WITH that is not a query', 'Only SELECT is understood.');
    }
  }

  /** Skips `SEARCH DEPTH FIRST BY a, b SET c` and `CYCLE a SET b …` after a recursive common table. */
  private skipSearchAndCycle(at: number, last: number): number {
    if (!this.isWord(at, 'search') && !this.isWord(at, 'cycle')) return at;
    for (; at < last; at++) {
      if (this.isWord(at, 'select') || this.tokens[at]?.text === '(') return at;
      if (this.tokens[at]?.text === ',' && this.afterNameAndAs(at + 1) !== undefined) return at;
    }
    return at;
  }

  private word(at: number): string | undefined {
    const token = this.tokens[at];
    return token?.kind === 'word' ? token.text : undefined;
  }

  private isWord(at: number, word: string): boolean {
    return this.word(at) === word;
  }

  private fail(
    at: number,
    reason: string,
    remedy = 'Put the SQL into a view, or into SELECT * FROM (…) with the columns named from outside.',
  ): never {
    throw new SelectError(this.sql, this.tokens[at]?.start ?? 0, `The select is not understood: ${reason}`, remedy);
  }
}
