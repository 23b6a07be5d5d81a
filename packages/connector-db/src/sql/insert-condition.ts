import { type Dialect } from './dialect.js';
import { type Token } from './lexer.js';
import { type Branch, type QueryStructure } from './query-structure.js';
import { SelectError } from './select-error.js';

/** Text that replaces another, or that is inserted if `start` is `end`. */
interface Edit {
  start: number;
  end: number;
  text: string;
}

/**
 * Returns the site's select with a condition in its branches.
 *
 * @param condition makes the condition's text, once for each branch in the order of the text; with `undefined`, the branch stays
 *   unchanged
 */
export function insertCondition(
  structure: QueryStructure,
  dialect: Dialect,
  condition: (branch: Branch) => string | undefined,
): string {
  const edits: Edit[] = [];
  for (const branch of structure.branches) {
    const text = branch.from === undefined ? undefined : condition(branch);
    if (text !== undefined) edits.push(...editsOf(structure, branch, text));
  }
  return editedText(structure.sql, structure.tokens, dialect, structure.start, structure.end, edits);
}

/** Returns the edits that add the condition. `WHERE old` becomes `WHERE (old) AND condition`, so an OR in `old` stays inside. */
function editsOf({ sql, tokens }: QueryStructure, branch: Branch, condition: string): Edit[] {
  const { where, end } = branch;
  const last = tokenAt(tokens, end - 1);
  const dangling = last.kind === 'word' && (tokens[end - 2] as Token).text !== '.' ? last.text : '';
  if (['or', 'not'].includes(dangling) || (where === undefined && dangling === 'and')) {
    const place = where === undefined ? 'FROM' : 'WHERE';
    const reason = `The select is not understood: its ${place} ends in ${dangling.toUpperCase()}`;
    throw new SelectError(sql, last.start, reason, 'Remove it: the condition is added with AND.');
  }
  if (where === undefined) return [insertion(last.end, ` where ${condition}`)];
  // Sites' selects end in WHERE or in AND, because older servers appended their condition.
  const cut = dangling === 'and' ? [{ start: last.start, end: last.end, text: '' }] : [];
  const lastOld = tokenAt(tokens, end - 1 - cut.length);
  if (lastOld === tokens[where]) return [...cut, insertion(lastOld.end, ` ${condition}`)];
  return [insertion(tokenAt(tokens, where + 1).start, '('), insertion(lastOld.end, `) and ${condition}`), ...cut];
}

/**
 * Returns `sql` from `start` to `end` with `edits`. Question marks that PostgreSQL's Java driver requires doubled
 * (`data ?? 'key'`) become single.
 */
export function editedText(
  sql: string,
  tokens: readonly Token[],
  dialect: Dialect,
  start: number,
  end: number,
  edits: readonly Edit[] = [],
): string {
  const all = [...edits];
  if (dialect.engine === 'postgresql') {
    let undoubledTo = 0;
    for (const [index, token] of tokens.entries()) {
      const next = tokens[index + 1];
      const doubled = token.text === '?' && next?.text === '?' && next.start === token.end;
      if (!doubled || token.start < start || token.end >= end || token.start < undoubledTo) continue;
      undoubledTo = next.end;
      all.push({ start: token.start, end: token.end, text: '' });
    }
  }
  all.sort((a, b) => a.start - b.start);
  let text = '';
  let at = start;
  for (const edit of all) {
    text += sql.slice(at, edit.start) + edit.text;
    at = edit.end;
  }
  return text + sql.slice(at, end);
}

function insertion(at: number, text: string): Edit {
  return { start: at, end: at, text };
}

function tokenAt(tokens: readonly Token[], index: number): Token {
  return tokens[index] as Token;
}
