import { type Dialect } from './dialect.js';
import { type Token } from './lexer.js';

/**
 * What a word is in the structure of a SELECT. `tail`: begins one of the clauses that come after WHERE.
 */
export type ClauseRole = 'from' | 'where' | 'tail' | 'setOperator';
export interface Refused {
  refused: string;
  remedy?: string;
}

/** Words that begin another statement in Transact-SQL, which needs no semicolon between two statements. All are reserved. */
const TRANSACT_STATEMENTS = new Set(
  (
    'alter backup begin bulk checkpoint close commit create dbcc deallocate declare delete deny drop dump exec execute ' +
    'goto grant if insert kill load merge open print raiserror reconfigure restore return revert revoke rollback save ' +
    'set setuser shutdown truncate update use waitfor while'
  ).split(' '),
);

/** After these words of a FOR come clauses at the end of a select: locks, and results as XML or JSON. */
const FOR_CLAUSES = new Set(['update', 'share', 'no', 'key', 'read', 'xml', 'json', 'browse']);
/** After these, FOR belongs to a table: a period of a temporal table, or the use of an index hint. */
const FOR_TABLES = new Set(['system_time', 'join', 'order', 'group']);

/**
 * Returns the role of the word at `at`; `undefined` if it is a name or part of an expression. Words inside of parentheses are not
 * looked at.
 *
 * A word is a name after a dot and after AS. Other reserved words are always clauses. Words that some engine allows as names are
 * recognised by the word after them.
 */
export function clauseAt(
  tokens: readonly Token[],
  at: number,
  dialect: Dialect,
  afterFrom: boolean,
): ClauseRole | Refused | undefined {
  const token = tokens[at];
  if (token?.kind !== 'word' || isName(tokens, at)) return undefined;
  const next = tokens[at + 1];
  const nextWord = next?.kind === 'word' ? next.text : undefined;
  const previousWord = wordBefore(tokens, at);
  const { engine } = dialect;
  switch (token.text) {
    case 'select':
      return { refused: 'a second SELECT with nothing between the two', remedy: 'Write one SELECT.' };
    case 'into':
      return { refused: 'INTO: the rows would be written elsewhere', remedy: 'Remove it.' };
    case 'from':
      return roleOfFrom(tokens, at, afterFrom);
    case 'where':
      return 'where';
    case 'having':
      return 'tail';
    case 'group':
      if (previousWord === 'within' && next?.text === '(') return undefined;
      return nextWord === 'by' ? 'tail' : { refused: 'GROUP without BY' };
    case 'order':
      if (engine === 'oracle' && nextWord === 'siblings') return 'tail';
      return nextWord === 'by' ? 'tail' : { refused: 'ORDER without BY' };
    case 'union':
    case 'intersect':
    case 'except':
      return roleOfSetOperator(token, next);
    case 'minus':
      return engine === 'oracle' ? roleOfSetOperator(token, next) : undefined;
    case 'limit':
      return dialect.limit ? 'tail' : undefined;
    case 'offset':
      if (engine === 'postgresql') return 'tail';
      return next?.kind === 'number' || next?.text === '(' ? 'tail' : undefined;
    case 'fetch':
      if (nextWord === 'first' || nextWord === 'next') return 'tail';
      return engine === 'postgresql' ? { refused: 'FETCH without FIRST or NEXT' } : undefined;
    case 'window':
      return tokens[at + 2]?.text === 'as' && tokens[at + 3]?.text === '(' ? 'tail' : undefined;
    case 'for':
      if (FOR_CLAUSES.has(nextWord ?? '')) return 'tail';
      if (FOR_TABLES.has(nextWord ?? '')) return undefined;
      if (previousWord === 'partition' || previousWord === 'subpartition') return undefined;
      return { refused: 'a FOR of an unknown kind' };
    case 'lock':
      return engine === 'mysql' && nextWord === 'in' ? 'tail' : undefined;
    case 'procedure':
      return engine === 'mysql' ? { refused: 'PROCEDURE', remedy: 'Remove it.' } : undefined;
    case 'start':
      return engine === 'oracle' && nextWord === 'with' ? 'tail' : undefined;
    case 'connect':
      return engine === 'oracle' && nextWord === 'by' ? 'tail' : undefined;
    case 'qualify':
      return engine === 'oracle' && (next?.kind === 'word' || next?.text === '(') ? 'tail' : undefined;
    case 'option':
      return engine === 'mssql' && next?.text === '(' ? 'tail' : undefined;
    default:
      // INNER MERGE JOIN is a hint.
      return engine === 'mssql' && TRANSACT_STATEMENTS.has(token.text) && nextWord !== 'join'
        ? { refused: `${token.text.toUpperCase()}, which begins another statement`, remedy: 'Write one SELECT.' }
        : undefined;
  }
}

/** Returns the role of FROM. In `a IS [NOT] DISTINCT FROM b` and PostgreSQL's `ROWS FROM (f(1), …)` it is not a clause. */
function roleOfFrom(tokens: readonly Token[], at: number, afterFrom: boolean): ClauseRole | undefined {
  if (wordBefore(tokens, at) === 'distinct' && ['is', 'not'].includes(wordBefore(tokens, at - 1) ?? ''))
    return undefined;
  if (afterFrom && wordBefore(tokens, at) === 'rows' && tokens[at + 1]?.text === '(') return undefined;
  return 'from';
}

function roleOfSetOperator(operator: Token, next: Token | undefined): ClauseRole | Refused {
  if (next?.text === '(' || (next?.kind === 'word' && ['select', 'all', 'distinct'].includes(next.text))) {
    return 'setOperator';
  }
  const name = operator.text.toUpperCase();
  return { refused: `${name} without a SELECT after it`, remedy: 'Only SELECT is understood.' };
}

/** Returns whether the word at `at` is a column, a table or an alias, whatever it says: `t.order`, `x AS "from"`, `x AS from`. */
function isName(tokens: readonly Token[], at: number): boolean {
  const before = tokens[at - 1];
  if (before?.text === '.') return true;
  return before?.kind === 'word' && before.text === 'as' && tokens[at - 2]?.text !== '.';
}

function wordBefore(tokens: readonly Token[], at: number): string | undefined {
  const token = tokens[at - 1];
  return token?.kind === 'word' && tokens[at - 2]?.text !== '.' ? token.text : undefined;
}
