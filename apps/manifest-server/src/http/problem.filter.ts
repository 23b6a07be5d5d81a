import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Logger } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { ServerConfiguration } from '../boot/server-configuration.js';
import { BadParameters } from './bad-parameters.js';
import { describeRefusal } from './describe-refusal.js';
import { coded } from '../logging/coded-message.js';
import { describeUnexpected } from '../logging/describe-unexpected.js';
import { LoggedParameters } from './logged-parameters.js';
import {
  codeOf,
  generalCode,
  noteProblem,
  parametersProblem,
  plainProblem,
  type Problem,
  PROBLEM_MEDIA_TYPE,
  ProblemError,
} from './problem.js';
import { allowedMethods } from './routes.js';

/** Answers every error of a request with a {@link Problem}, and logs it: a refused request at `debug`. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('HTTP');

  constructor(
    private readonly configuration: ServerConfiguration,
    private readonly parameters: LoggedParameters,
    private readonly host: HttpAdapterHost,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    // The client has left, or has received part of an answer.
    if (reply.sent || reply.raw.destroyed) return;
    const { problem, headers } = this.problemOf(error, request);
    noteProblem(request, problem);
    if (problem.status === 500)
      this.logger.error(coded(`request ${request.id} failed: ${describeUnexpected(error)}`, codeOf(problem)));
    else this.logger.debug(describeRefusal(request, problem, this.parameters));
    void reply
      .status(problem.status)
      .headers({ 'cache-control': 'no-store', ...headers })
      .type(PROBLEM_MEDIA_TYPE)
      .send(JSON.stringify({ ...problem, requestId: request.id }));
  }

  private problemOf(error: unknown, request: FastifyRequest): { problem: Problem; headers?: Record<string, string> } {
    if (error instanceof ProblemError) return error;
    if (error instanceof BadParameters) return { problem: parametersProblem(error.errors) };
    const status = statusOf(error);
    if (status === 404) return this.notFound(request);
    if (status === 500) {
      const detail = `An unexpected error occurred. The server's log has details for request id ${request.id}.`;
      return { problem: plainProblem(500, detail, 'server.internal-error') };
    }
    const detail = DETAILS[status] ?? 'The server cannot answer this request.';
    return { problem: plainProblem(status, detail, generalCode(status)) };
  }

  private notFound(request: FastifyRequest): { problem: Problem; headers?: Record<string, string> } {
    const { contextPath } = this.configuration;
    const fastify = this.host.httpAdapter.getInstance<FastifyInstance>();
    const methods = allowedMethods(request.url, contextPath, (route) => fastify.hasRoute(route));
    if (methods.length === 0 || methods.includes(request.method)) {
      const detail = `This address is unknown. ${contextPath}/api lists the addresses.`;
      return { problem: plainProblem(404, detail, 'server.request.address-unknown') };
    }
    const allow = methods.join(', ');
    const detail = `This address does not support the method. Use ${allow}.`;
    return { problem: plainProblem(405, detail, 'server.request.method-not-allowed'), headers: { allow } };
  }
}

/** Details of errors that the framework finds. Its own texts may repeat parts of the request. */
const DETAILS: Record<number, string> = {
  400: 'The request cannot be read: its path or body is malformed.',
  413: 'The body of the request is too large.',
  414: 'The path of the request is too long.',
  415: 'The media type of the body is not supported. Send a search as JSON or as a form, a manifest as application/xml.',
  503: 'The server is shutting down.',
};

/** Returns the status of an error of the framework: of an HttpException, or Fastify's own. */
function statusOf(error: unknown): number {
  const status = error instanceof HttpException ? error.getStatus() : (error as { statusCode?: unknown }).statusCode;
  return typeof status === 'number' && status >= 400 && status <= 599 ? status : 500;
}
