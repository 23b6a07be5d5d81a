/**
 * Reports a site's SQL to which a condition cannot be added with certainty. The message says where, why, and what to write
 * instead.
 */
export class SelectError extends Error {
  override readonly name = 'SelectError';

  /**
   * @param sql the site's text
   * @param offset of the problem in the text
   * @param reason a clause that says what was found
   * @param remedy a sentence
   */
  constructor(sql: string, offset: number, reason: string, remedy: string) {
    const before = sql.slice(0, offset).split('\n');
    super(`${reason} (line ${before.length}, column ${(before.at(-1) ?? '').length + 1}). ${remedy}`);
  }
}
