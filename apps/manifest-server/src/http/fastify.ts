import { randomUUID } from 'node:crypto';
import { type IncomingMessage, STATUS_CODES } from 'node:http';
import { type Socket } from 'node:net';
import { Logger } from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { type FastifyError, type FastifyReply, type FastifyRequest } from 'fastify';
import { nameRequests, requestIdOf } from '../logging/request-context.js';
import { describeRefusal } from './describe-refusal.js';
import { plainProblem, type Problem, PROBLEM_MEDIA_TYPE } from './problem.js';

const logger = new Logger('HTTP');

/** Longest request line with headers, bytes: room for 1,000 full-length UIDs in one URL. */
export const MAX_REQUEST_HEAD = 128 * 1024;

/**
 * Fastify with this server's limits, its addresses read leniently and its errors told as problems.
 *
 * @param trusts whether a proxy of this address is believed when it says whom it asks for.
 */
export function createFastify(trusts: (address: string) => boolean = () => false): FastifyAdapter {
  const adapter = new FastifyAdapter({
    http: { maxHeaderSize: MAX_REQUEST_HEAD },
    // Time a client has to send its request, milliseconds.
    requestTimeout: 30_000,
    bodyLimit: 1024 * 1024,
    trustProxy: trusts,
    routerOptions: { ignoreTrailingSlash: true, ignoreDuplicateSlashes: true },
    genReqId: ({ headers }: IncomingMessage) => requestIdOf(headers['x-request-id']) ?? randomUUID(),
    clientErrorHandler: answerUnreadable,
    // The router's own errors, before any handler of ours is known: a path whose escapes are malformed, one too long.
    frameworkErrors: ({ statusCode = 400 }: FastifyError, request: FastifyRequest, reply: FastifyReply) => {
      const problem = plainProblem(statusCode, 'The path of the request cannot be read.');
      logger.debug(describeRefusal(request, problem, new Set()));
      void reply
        .status(statusCode)
        .type(PROBLEM_MEDIA_TYPE)
        .send(JSON.stringify({ ...problem, requestId: request.id }));
    },
  });
  nameRequests(adapter.getInstance());
  closeConnectionsThatEnd(adapter);
  return adapter;
}

/**
 * While the server closes, a connection lives as long as its request. Node itself closes those that are kept alive, but not
 * those on which nothing was asked yet (browsers open some ahead), nor half a request: closing would wait for them.
 */
function closeConnectionsThatEnd(adapter: FastifyAdapter): void {
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

/** The answer that is being made or sent on a connection. */
function answerOn(socket: Socket): { headersSent: boolean } | null | undefined {
  return (socket as { _httpMessage?: { headersSent: boolean } | null })._httpMessage;
}

/** Answers a request that Node's parser gives up on: there is no request object, only the connection. */
function answerUnreadable(error: NodeJS.ErrnoException, socket: Socket): void {
  // What comes after is unreadable too and must be heard no further, but a connection closed on unread bytes is reset, and
  // the answer is lost with it.
  if (answered.has(socket)) return;
  answered.add(socket);
  // Nor may it stand in the middle of the answer to a request before it.
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
  setTimeout(() => socket.destroy(), LINGER).unref();
}

const answered = new WeakSet<Socket>();
/** How long the rest of an unreadable request is taken in and dropped, milliseconds. */
const LINGER = 2000;

function unreadable(code: string | undefined): Problem {
  if (code === 'HPE_HEADER_OVERFLOW')
    return plainProblem(
      431,
      `Address and headers of the request are over ${MAX_REQUEST_HEAD / 1024} KiB together. Ask in several requests.`,
    );
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return plainProblem(408, 'The request did not arrive in time.');
  return plainProblem(400, 'This is no HTTP request that can be read.');
}
