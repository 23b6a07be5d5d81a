import { type ConnectorError, LaunchError, withFullStop } from '@pacs-connectors/connector-core';
import { codes, type ServerErrorCode } from '../errors/error-codes.js';
import { BadParameters } from '../http/bad-parameters.js';
import { plainProblem, ProblemError } from '../http/problem.js';

/** Returns the error of one parameter of a launch. */
export function invalidParameter(
  parameter: string,
  detail: string,
  code: ServerErrorCode = 'server.parameter.invalid',
): BadParameters {
  return new BadParameters([{ parameter, code: codes[code], detail }]);
}

/** Returns the error of a launch that is not possible, with a code of the server. */
export function launchError(
  parameters: string | readonly string[],
  detail: string,
  code: ServerErrorCode,
): LaunchError {
  return new LaunchError(parameters, detail, codes[code]);
}

/** Returns the answer to a launch that is not possible: 400 with each parameter. */
export function launchProblem({ parameters, detail, code }: LaunchError): BadParameters {
  return new BadParameters(parameters.map((parameter) => ({ parameter, ...(code && { code }), detail })));
}

/**
 * Returns the answer to a launch for which an archive failed: 504 or 502; 401 with the challenge of RFC 6750 3 if the caller can
 * correct it with a token.
 */
export function archiveProblem({
  connectorId,
  kind,
  message,
  remedy,
  code,
  tokenNeeded,
}: ConnectorError): ProblemError {
  const detail = [`Archive ${connectorId} could not be searched: ${withFullStop(message)}`, remedy, `[${code}]`]
    .filter(Boolean)
    .join(' ');
  if (tokenNeeded)
    return new ProblemError(plainProblem(401, detail, 'server.launch.token-needed'), {
      'www-authenticate': 'Bearer realm="pacs-connectors"',
    });
  return new ProblemError(plainProblem(kind === 'timeout' ? 504 : 502, detail, 'server.launch.archive-failed'));
}
