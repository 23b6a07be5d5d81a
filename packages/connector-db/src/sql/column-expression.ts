import { type DatabaseEngine } from '../jdbc/index.js';
import { clauseAt } from './clauses.js';
import { dialectOf } from './dialect.js';
import { editedText } from './insert-condition.js';
import { tokenize } from './lexer.js';
import { SelectError } from './select-error.js';

/**
 * A site's `*-column` as it stands in the condition: `p.pat_id` as it is, anything longer in parentheses.
 *
 * @throws SelectError where it is not one expression
 */
export function columnExpression(text: string, engine: DatabaseEngine): string {
  const dialect = dialectOf(engine);
  const tokens = tokenize(text, dialect);
  const [first, last] = [tokens[0], tokens.at(-1)];
  if (!first || !last)
    throw new SelectError(text, 0, 'A column is empty', 'Name a column of the select, p.pat_id say.');
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at];
    const loose =
      token?.kind === 'symbol' ? [',', ';'].includes(token.text) : token?.kind === 'word' && token.text === 'as';
    if (token && (loose || clauseAt(tokens, at, dialect, false) !== undefined)) {
      const reason = `The column "${text}" holds ${token.text.toUpperCase()} and is not one expression`;
      throw new SelectError(
        text,
        token.start,
        reason,
        'Write one expression that is valid in the WHERE of the select.',
      );
    }
    if (token?.partner !== undefined && token.partner > at) at = token.partner;
  }
  // Compared with a constant, every identifier but one finds nothing without a word, and that one finds everybody.
  if (tokens.every(({ kind }) => kind !== 'word' && kind !== 'name')) {
    const quotes = engine === 'mysql' && first.text.startsWith('"');
    throw new SelectError(
      text,
      first.start,
      `The column ${text.trim()} is a constant and no column of the select`,
      quotes ? 'Write `…` for "…": to MySQL and MariaDB, "…" is a text.' : 'Name a column of the select, p.pat_id say.',
    );
  }
  const isPlain = tokens.every(({ kind, text: part }, index) =>
    index % 2 === 0 ? kind === 'word' || kind === 'name' : part === '.',
  );
  const expression = editedText(text, tokens, dialect, first.start, last.end);
  return isPlain && tokens.length % 2 === 1 ? expression : `(${expression})`;
}
