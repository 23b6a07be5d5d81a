/** A site's SQL that a condition cannot be added to for certain. The message says where, why, and what to write instead. */
export class SelectError extends Error {
  override readonly name = 'SelectError';

  /**
   * @param sql the text it is about
   * @param offset where in it
   * @param reason what was found, a clause
   * @param remedy a sentence
   */
  constructor(sql: string, offset: number, reason: string, remedy: string) {
    const before = sql.slice(0, offset).split('\n');
    super(`${reason} (line ${before.length}, column ${(before.at(-1) ?? '').length + 1}). ${remedy}`);
  }
}
