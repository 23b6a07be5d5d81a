import { type ErrorCode } from '@pacs-connectors/connector-core';
import { type FastifyRequest } from 'fastify';
import { codes, errors, type ServerErrorCode } from '../errors/error-codes.js';
import { type ParameterError } from './bad-parameters.js';

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

/** The answer to a request that failed (RFC 9457). No member contains a value of the request, which may be a patient's. */
export interface Problem {
  /** A URI that ends in the error code. */
  type: string;
  title: string;
  status: number;
  detail: string;
  /** The errors of parameters. */
  errors?: ParameterError[];
  /** The id of the request in the server's log. */
  requestId?: string;
}

const PREFIX = 'urn:pacs-connectors:error:';

/** Returns the URI of an error code. */
export function problemType(code: ErrorCode): string {
  return PREFIX + code;
}

/** The type of problems of parameters. */
export const BAD_PARAMETERS = problemType(codes['server.request.parameters-invalid']);

/** An error that is answered by a {@link Problem}. */
export class ProblemError extends Error {
  constructor(
    readonly problem: Problem,
    readonly headers: Record<string, string> = {},
  ) {
    super(problem.detail);
  }
}

/**
 * Returns the problem of a request.
 *
 * @param code the error table has its title. {@link generalCode} has one for what only the framework knows.
 */
export function plainProblem(status: number, detail: string, code: ServerErrorCode): Problem {
  return { type: problemType(codes[code]), title: errors.entries[code].title, status, detail };
}

/** Returns the general code of a status, for the errors that the framework finds. */
export function generalCode(status: number): ServerErrorCode {
  return GENERAL_CODES[status] ?? (status < 500 ? 'server.request.refused' : 'server.internal-error');
}

const GENERAL_CODES: Record<number, ServerErrorCode> = {
  400: 'server.request.malformed',
  403: 'server.caller.not-allowed',
  404: 'server.request.address-unknown',
  405: 'server.request.method-not-allowed',
  406: 'server.request.not-acceptable',
  408: 'server.request.timeout',
  413: 'server.request.body-too-large',
  414: 'server.request.address-too-long',
  415: 'server.request.media-type-unsupported',
  421: 'server.request.host-unknown',
  431: 'server.request.address-too-long',
  503: 'server.shutting-down',
};

/** Returns the error code of a problem. */
export function codeOf({ type }: Problem): ErrorCode {
  return codes[type.slice(PREFIX.length) as ServerErrorCode];
}

/** Remembers the problem that a request is answered by. */
export function noteProblem(request: FastifyRequest, problem: Problem): void {
  answered.set(request, problem);
}

/** Returns the error code of the problem that a request was answered by; `undefined` if it had another answer. */
export function answeredCode(request: FastifyRequest): ErrorCode | undefined {
  const problem = answered.get(request);
  return problem && codeOf(problem);
}

const answered = new WeakMap<FastifyRequest, Problem>();

/** Returns the problem of parameters. */
export function parametersProblem(faults: ParameterError[]): Problem {
  return {
    type: BAD_PARAMETERS,
    title: errors.entries['server.request.parameters-invalid'].title,
    status: 400,
    detail: faults.map(({ parameter, detail }) => `${parameter} ${detail}`).join('; '),
    errors: faults.map(({ parameter, code = codes['server.parameter.invalid'], detail }) => ({
      parameter,
      code,
      detail,
    })),
  };
}

/** The schema of problems in the API description. */
export const PROBLEM_SCHEMA = {
  type: 'object',
  description: 'The answer to a request that failed (RFC 9457)',
  required: ['type', 'title', 'status', 'detail'],
  properties: {
    type: { type: 'string', format: 'uri', description: 'Ends in the error code', example: BAD_PARAMETERS },
    title: { type: 'string', example: 'The request cannot be used as it is' },
    status: { type: 'integer', example: 400 },
    detail: { type: 'string', example: 'studyUID is not a UID; expected 1 to 64 digits and dots' },
    errors: {
      type: 'array',
      description: 'What is wrong with each parameter',
      items: {
        type: 'object',
        required: ['parameter', 'code', 'detail'],
        properties: {
          parameter: { type: 'string', example: 'studyUID' },
          code: { type: 'string', example: 'server.parameter.not-a-uid' },
          detail: { type: 'string', example: 'is not a UID; expected 1 to 64 digits and dots' },
        },
      },
    },
    requestId: { type: 'string', description: "The id of the request in the server's log" },
  },
};
