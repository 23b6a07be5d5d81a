/**
 * An error that nobody expected, for the log: its class, its code and where it came from.
 *
 * Its message is left out unless the JavaScript engine wrote it: a library's may hold the statement that failed with its
 * values, or a connection's password.
 */
export function describeUnexpected(error: unknown): string {
  if (!(error instanceof Error)) return `${typeof error} thrown`;
  const engine = ENGINE_ERRORS.some((type) => error.constructor === type);
  const { code } = error as NodeJS.ErrnoException;
  const what = [error.name, code && `(${code})`, engine && `: ${error.message}`].filter(Boolean).join(' ');
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return [what, ...frames.slice(0, 20)].join('\n');
}

const ENGINE_ERRORS = [TypeError, ReferenceError, RangeError];
