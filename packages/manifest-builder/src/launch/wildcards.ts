import { LaunchError } from './launch-error.js';

/**
 * Refuses an identifier that an archive would match against other ones too: `*` and `?` are wildcards (PS3.4 C.2.2.2.4), and
 * `\` separates values (PS3.5 6.4). No viewer that asks an archive itself can escape them.
 *
 * @param instead completes the message: what the caller can do
 * @throws LaunchError
 */
export function refuseWildcards(parameter: string, value: string, instead: string): void {
  if (/[*?\\]/.test(value))
    throw new LaunchError(
      parameter,
      `${parameter} holds * or ? or \\, which the archive would take for other identifiers too; ${instead}`,
    );
}
