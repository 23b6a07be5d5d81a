import { withoutUserInfo } from '@pacs-connectors/connector-core';

/**
 * Describes an unexpected error for the log: its class, its code and its stack.
 *
 * The message is included only if the JavaScript engine wrote it. That of a library may contain a statement with its values, or
 * a password.
 */
export function describeUnexpected(error: unknown): string {
  if (!(error instanceof Error)) return `${typeof error} thrown`;
  const engine = ENGINE_ERRORS.some((type) => error.constructor === type);
  const { code } = error as NodeJS.ErrnoException;
  const what = [error.name, code && `(${code})`, engine && `: ${withoutUserInfo(error.message)}`]
    .filter(Boolean)
    .join(' ');
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return [what, ...frames.slice(0, 20)].join('\n');
}

const ENGINE_ERRORS = [TypeError, ReferenceError, RangeError];
