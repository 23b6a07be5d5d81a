import { LaunchError } from '@pacs-connectors/connector-core';
import { codes } from './error-codes.js';

/**
 * Rejects an identifier that an archive would also match against others: `*` and `?` are wildcards (PS3.4 C.2.2.2.4), and `\`
 * separates values (PS3.5 6.4). No viewer that searches an archive itself can escape them.
 *
 * @param remedy what the caller can do, a sentence.
 * @throws LaunchError (`viewer.identifier.wildcard`)
 */
export function rejectWildcards(parameter: string, value: string, remedy: string): void {
  if (/[*?\\]/.test(value))
    throw new LaunchError(
      parameter,
      `contains * or ? or \\, so the archive would also find other identifiers. ${remedy}`,
      codes['viewer.identifier.wildcard'],
    );
}
