import { type IdentifierKind } from '@pacs-connectors/connector-core';
import { codes } from '../errors/error-codes.js';
import { BadParameters } from '../http/bad-parameters.js';
import { parameterOf } from './search-parameters.js';

/**
 * Checks that a search uses only the kinds of identifier of `request.ids`.
 *
 * @param allowed all kinds if it is `undefined`
 * @throws BadParameters
 */
export function requireAllowed(kinds: readonly IdentifierKind[], allowed: readonly IdentifierKind[] | undefined): void {
  const forbidden = kinds.filter((kind) => allowed && !allowed.includes(kind));
  if (forbidden.length > 0)
    throw new BadParameters(
      forbidden.map((kind) => ({
        parameter: parameterOf(kind),
        code: codes['server.parameter.not-allowed'],
        detail: 'is not allowed on this server (request.ids)',
      })),
    );
}
