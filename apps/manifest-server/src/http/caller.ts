import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { type Caller } from '@pacs-connectors/connector-core';
import { type FastifyRequest } from 'fastify';
import { BadParameters } from './bad-parameters.js';
import { parametersOfRequest } from './request-parameters.js';
import { isUnfilledToken } from './unfilled.js';

/**
 * Returns who asks: the one place where that is found out. A bearer token comes in the `Authorization` header (RFC 6750 2.1)
 * or, as dcm4chee-arc's UI hands it over, in the parameter `access_token`, of a posted search too. It is handed on, not
 * judged; but the word `Bearer` before it is taken off, and a placeholder that the calling page did not fill in
 * (`access_token`, `undefined`, `{{access_token}}`) is no token.
 *
 * @throws BadParameters where header and parameter hold different tokens, or the token has characters that none has.
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
    // A + that its sender did not escape arrives as a blank; no token has one.
    if (name === 'access_token') take(value, '+');
  const [bearerToken] = tokens;
  if (tokens.size > 1) throw badToken('differs from the token of the Authorization header, or comes twice');
  if (bearerToken === undefined) return {};
  // RFC 6750 2.1: b68token. Nothing else may reach a header or a manifest.
  if (!/^[A-Za-z0-9\-._~+/]+=*$/.test(bearerToken)) throw badToken('is no bearer token');
  return { bearerToken };
}

function badToken(detail: string): BadParameters {
  return new BadParameters([{ parameter: 'access_token', detail }]);
}

/** The caller of the request that a controller's method answers. */
export const CurrentCaller = createParamDecorator((_data: unknown, context: ExecutionContext) =>
  callerOf(context.switchToHttp().getRequest<FastifyRequest>()),
);
