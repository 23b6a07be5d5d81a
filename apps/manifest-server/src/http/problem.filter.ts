import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Logger } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { ServerConfiguration } from '../boot/server-configuration.js';
import { BadParameters } from './bad-parameters.js';
import { describeRefusal } from './describe-refusal.js';
import { describeUnexpected } from '../logging/describe-unexpected.js';
import { LoggedParameters } from './logged-parameters.js';
import { parametersProblem, plainProblem, type Problem, PROBLEM_MEDIA_TYPE, ProblemError } from './problem.js';
import { allowedMethods } from './routes.js';

/** Answers whatever was thrown on a request's way as a {@link Problem}, and logs it: for debugging what was refused. */
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
    // The client is gone, or has part of an answer already: nothing more can be said to it.
    if (reply.sent || reply.raw.destroyed) return;
    const { problem, headers } = this.problemOf(error, request);
    if (problem.status === 500) this.logger.error(`request ${request.id} failed: ${describeUnexpected(error)}`);
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
      const detail = `Something unexpected happened. The server's log says more under the request id ${request.id}.`;
      return { problem: plainProblem(500, detail) };
    }
    return { problem: plainProblem(status, DETAILS[status] ?? 'The server cannot answer this request.') };
  }

  private notFound(request: FastifyRequest): { problem: Problem; headers?: Record<string, string> } {
    const { contextPath } = this.configuration;
    const fastify = this.host.httpAdapter.getInstance<FastifyInstance>();
    const methods = allowedMethods(request.url, contextPath, (route) => fastify.hasRoute(route));
    if (methods.length === 0 || methods.includes(request.method))
      return { problem: plainProblem(404, `Nothing is served here. ${contextPath}/api lists what is.`) };
    const allow = methods.join(', ');
    return { problem: plainProblem(405, `This address answers ${allow} only.`), headers: { allow } };
  }
}

/** What is told of the errors that the framework finds; its own texts may repeat parts of the request. */
const DETAILS: Record<number, string> = {
  400: 'The request cannot be read: its path or body is malformed.',
  413: 'The body of the request is too large.',
  414: 'The path of the request is too long.',
  415: 'The media type of the body is not known here.',
  503: 'The server is shutting down.',
};

/** The status that the framework gives an error: an HttpException's, or Fastify's own. */
function statusOf(error: unknown): number {
  const status = error instanceof HttpException ? error.getStatus() : (error as { statusCode?: unknown }).statusCode;
  return typeof status === 'number' && status >= 400 && status <= 599 ? status : 500;
}
