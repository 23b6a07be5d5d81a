import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { type Caller } from '@pacs-connectors/connector-core';
import { type FastifyRequest } from 'fastify';
import { codes } from '../errors/error-codes.js';
import { BadParameters } from './bad-parameters.js';
import { parametersOfRequest } from './request-parameters.js';
import { isUnfilledToken } from './unfilled.js';

/**
 * Returns the caller of a request. Its bearer token is in the `Authorization` header (RFC 6750 2.1) or in the parameter
 * `access_token`, which dcm4chee-arc's UI uses, also in a posted search. The token is passed on without validation. A repeated
 * word `Bearer` is removed. A placeholder that the calling page did not fill in (`access_token`, `undefined`,
 * `{{access_token}}`) is not a token.
 *
 * @throws BadParameters (`server.request.token-invalid`) if header and parameter have different tokens, or the token has
 * characters that tokens cannot have.
 */
export function callerOf(request: FastifyRequest): Caller {
  const header = /^Bearer +(.*)$/i.exec(request.headers.authorization ?? '')?.[1];
  const tokens = new Set<string>();
  const take = (value: string, blank: string) => {
    const token = value.trim().replace(/^(?:Bearer(?:\s+|$))+/i, '');
    if (!isUnfilledToken(token)) tokens.add(token.replaceAll(' ', blank));
  };
  if (header !== undefined) take(header, ' ');
  for (const [name, value] of parametersOfRequest(request).parameters)
    // A + that the sender did not escape arrives as a blank. Tokens have no blanks.
    if (name === 'access_token') take(value, '+');
  const [bearerToken] = tokens;
  if (tokens.size > 1) throw badToken('differs from the token of the Authorization header, or comes twice');
  if (bearerToken === undefined) return {};
  // RFC 6750 2.1: b68token. Other characters must not reach a header or a manifest.
  if (!/^[A-Za-z0-9\-._~+/]+=*$/.test(bearerToken)) throw badToken('is not a bearer token');
  return { bearerToken };
}

function badToken(detail: string): BadParameters {
  return new BadParameters([{ parameter: 'access_token', code: codes['server.request.token-invalid'], detail }]);
}

/** Injects the caller of the request into a controller's method. */
export const CurrentCaller = createParamDecorator((_data: unknown, context: ExecutionContext) =>
  callerOf(context.switchToHttp().getRequest<FastifyRequest>()),
);
