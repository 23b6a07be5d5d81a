import { randomUUID } from 'node:crypto';
import { type IncomingMessage, STATUS_CODES } from 'node:http';
import { type Socket } from 'node:net';
import { Logger } from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { type FastifyError, type FastifyReply, type FastifyRequest } from 'fastify';
import { trackRequests, requestIdOf } from '../logging/request-context.js';
import { describeRefusal } from './describe-refusal.js';
import { generalCode, plainProblem, type Problem, PROBLEM_MEDIA_TYPE } from './problem.js';

const logger = new Logger('HTTP');

/** Largest request line with headers, bytes. It has room for 1,000 full-length UIDs in one URL. */
export const MAX_REQUEST_HEAD = 128 * 1024;

/**
 * Creates Fastify with this server's limits. It ignores repeated and trailing slashes of addresses, and answers its own errors by
 * problems.
 *
 * @param trusts whether the proxy at an address is trusted to state the client's address.
 */
export function createFastify(trusts: (address: string) => boolean = () => false): FastifyAdapter {
  const adapter = new FastifyAdapter({
    http: { maxHeaderSize: MAX_REQUEST_HEAD },
    // Time for a client to send its request, milliseconds.
    requestTimeout: 30_000,
    bodyLimit: 1024 * 1024,
    trustProxy: trusts,
    routerOptions: { ignoreTrailingSlash: true, ignoreDuplicateSlashes: true },
    genReqId: ({ headers }: IncomingMessage) => requestIdOf(headers['x-request-id']) ?? randomUUID(),
    clientErrorHandler: answerUnreadable,
    // Errors of the router, before a handler is found: a path with malformed escapes, or one that is too long.
    frameworkErrors: ({ statusCode = 400 }: FastifyError, request: FastifyRequest, reply: FastifyReply) => {
      const problem = plainProblem(statusCode, 'The path of the request cannot be read.', generalCode(statusCode));
      logger.debug(describeRefusal(request, problem, new Set()));
      void reply
        .status(statusCode)
        .type(PROBLEM_MEDIA_TYPE)
        .send(JSON.stringify({ ...problem, requestId: request.id }));
    },
  });
  trackRequests(adapter.getInstance());
  closeIdleConnections(adapter);
  return adapter;
}

/**
 * Closes connections without a request while the server shuts down. Node.js only closes those that had a request before. The
 * shutdown would wait for connections without any request, which browsers open in advance, and for incomplete requests.
 */
function closeIdleConnections(adapter: FastifyAdapter): void {
  const instance = adapter.getInstance();
  const connections = new Set<Socket>();
  instance.server.on('connection', (socket: Socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
  });
  instance.addHook('preClose', (done) => {
    const timer = setInterval(() => {
      for (const socket of connections) if (!answerOn(socket)) socket.destroy();
    }, 50);
    instance.server.once('close', () => clearInterval(timer));
    done();
  });
}

/** Returns the answer that is being made or sent on a connection. */
function answerOn(socket: Socket): { headersSent: boolean } | null | undefined {
  return (socket as { _httpMessage?: { headersSent: boolean } | null })._httpMessage;
}

/** Answers a request that the parser of Node.js rejects. It has no request object, only the connection. */
function answerUnreadable(error: NodeJS.ErrnoException, socket: Socket): void {
  // The bytes after it are unreadable too. They must be read and dropped: closing a connection with unread bytes resets it, and
  // the client loses the answer.
  if (answered.has(socket)) return;
  answered.add(socket);
  // The answer must not interrupt the answer to an earlier request.
  const answering = answerOn(socket)?.headersSent ?? false;
  if (error.code === 'ECONNRESET' || !socket.writable || answering) {
    socket.destroy();
    return;
  }
  const problem = unreadable(error.code);
  const body = JSON.stringify(problem);
  socket.end(
    [
      `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
      `Content-Type: ${PROBLEM_MEDIA_TYPE}`,
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Connection: close',
      '',
      body,
    ].join('\r\n'),
  );
  socket.resume();
  setTimeout(() => socket.destroy(), DRAIN_MS).unref();
}

const answered = new WeakSet<Socket>();
/** How long the rest of an unreadable request is read and dropped, milliseconds. */
const DRAIN_MS = 2000;

function unreadable(code: string | undefined): Problem {
  if (code === 'HPE_HEADER_OVERFLOW')
    return plainProblem(
      431,
      `Address and headers of the request are larger than ${MAX_REQUEST_HEAD / 1024} KiB together. Send several requests.`,
      'server.request.address-too-long',
    );
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return plainProblem(408, 'The request did not arrive in time.', 'server.request.timeout');
  return plainProblem(400, 'The request cannot be parsed as HTTP.', 'server.request.malformed');
}
