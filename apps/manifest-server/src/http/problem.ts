import { STATUS_CODES } from 'node:http';
import { type ErrorCode } from '@pacs-connectors/connector-core';
import { codes, errors, type ServerErrorCode } from '../errors/error-codes.js';
import { type ParameterError } from './bad-parameters.js';

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

/** RFC 9457: why a request has no other answer. No member holds a value of the request: it may be a patient's. */
export interface Problem {
  /** Ends in the error code. */
  type: string;
  title: string;
  status: number;
  detail: string;
  /** What is wrong with each parameter. */
  errors?: ParameterError[];
  /** Names this request in the server's log. */
  requestId?: string;
}

/** The URI of an error code. */
export function problemType(code: ErrorCode): string {
  return `urn:pacs-connectors:error:${code}`;
}

/** The type of parameters that cannot be used. */
export const BAD_PARAMETERS = problemType(codes['server.request.parameters-invalid']);

/** A request that is answered by a {@link Problem}. */
export class ProblemError extends Error {
  constructor(
    readonly problem: Problem,
    readonly headers: Record<string, string> = {},
  ) {
    super(problem.detail);
  }
}

/**
 * The problem of a request.
 *
 * @param code of the server's error table, which has the title.
 */
export function plainProblem(status: number, detail: string, code?: ServerErrorCode): Problem {
  if (!code) return { type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status, detail };
  return { type: problemType(codes[code]), title: errors.entries[code].title, status, detail };
}

/** The problem of parameters that cannot be used. */
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

/** The problem's shape, for the description of the API. */
export const PROBLEM_SCHEMA = {
  type: 'object',
  description: 'RFC 9457: why a request has no other answer',
  required: ['type', 'title', 'status', 'detail'],
  properties: {
    type: { type: 'string', format: 'uri', description: 'Tells kinds of problem apart', example: BAD_PARAMETERS },
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
    requestId: { type: 'string', description: "Names this request in the server's log" },
  },
};
