import { type DatabaseEngine } from '../jdbc/index.js';
import { clauseAt } from './clauses.js';
import { dialectOf } from './dialect.js';
import { editedText } from './insert-condition.js';
import { tokenize } from './lexer.js';
import { SelectError } from './select-error.js';

/**
 * Returns a site's `*-column` as text for the condition: `p.pat_id` unchanged, anything longer in parentheses.
 *
 * @throws SelectError if it is not one expression
 */
export function columnExpression(text: string, engine: DatabaseEngine): string {
  const dialect = dialectOf(engine);
  const tokens = tokenize(text, dialect);
  const [first, last] = [tokens[0], tokens.at(-1)];
  if (!first || !last)
    throw new SelectError(text, 0, 'A column is empty', 'Name a column of the select, such as p.pat_id.');
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at];
    const loose =
      token?.kind === 'symbol' ? [',', ';'].includes(token.text) : token?.kind === 'word' && token.text === 'as';
    if (token && (loose || clauseAt(tokens, at, dialect, false) !== undefined)) {
      const reason = `The column "${text}" contains ${token.text.toUpperCase()} and is not one expression`;
      throw new SelectError(
        text,
        token.start,
        reason,
        'Write one expression that is valid in the WHERE clause of the select.',
      );
    }
    if (token?.partner !== undefined && token.partner > at) at = token.partner;
  }
  // A constant equals one identifier at most: that one would find every patient, and all others would find none.
  if (tokens.every(({ kind }) => kind !== 'word' && kind !== 'name')) {
    const quotes = engine === 'mysql' && first.text.startsWith('"');
    throw new SelectError(
      text,
      first.start,
      `The column ${text.trim()} is a constant, not a column of the select`,
      quotes
        ? 'Write `…` instead of "…": in MySQL and MariaDB, "…" is a text.'
        : 'Name a column of the select, such as p.pat_id.',
    );
  }
  const isPlain = tokens.every(({ kind, text: part }, index) =>
    index % 2 === 0 ? kind === 'word' || kind === 'name' : part === '.',
  );
  const expression = editedText(text, tokens, dialect, first.start, last.end);
  return isPlain && tokens.length % 2 === 1 ? expression : `(${expression})`;
}
