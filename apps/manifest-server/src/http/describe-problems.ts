import { STATUS_CODES } from 'node:http';
import { applyDecorators } from '@nestjs/common';
import { ApiResponse } from '@nestjs/swagger';
import { PROBLEM_MEDIA_TYPE } from './problem.js';

const schema = { $ref: '#/components/schemas/Problem' };

/** Describes the problems that a route may answer, in the API description. */
export function ProblemResponses(...statuses: number[]): MethodDecorator {
  return applyDecorators(
    ...statuses.map((status) =>
      ApiResponse({ status, description: STATUS_CODES[status], content: { [PROBLEM_MEDIA_TYPE]: { schema } } }),
    ),
  );
}
