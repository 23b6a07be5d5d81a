import { type Caller } from '@pacs-connectors/connector-core';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { isUid } from '@pacs-connectors/connector-core';
import { codes } from '../errors/error-codes.js';
import { BadParameters } from '../http/bad-parameters.js';
import { callerOf } from '../http/caller.js';
import { clientGone } from '../http/client-gone.js';

/** The parts of a DICOMweb address. */
export interface ResourcePath {
  archive?: string;
  study?: string;
  series?: string;
  instance?: string;
  frames?: string;
  path?: string;
}

/** A DICOMweb request: its address, its caller, and a signal that aborts when the client leaves. */
export interface GatewayRequest {
  path: ResourcePath;
  caller: Caller;
  signal: AbortSignal;
}

/**
 * Reads a DICOMweb request.
 *
 * @throws BadParameters if its address contains something else than UIDs
 */
export function gatewayRequest(request: FastifyRequest, reply: FastifyReply): GatewayRequest {
  const path = request.params as ResourcePath;
  const bad = (['study', 'series', 'instance'] as const).filter(
    (name) => path[name] !== undefined && !isUid(path[name]),
  );
  if (bad.length > 0)
    throw new BadParameters(
      bad.map((parameter) => ({
        parameter,
        code: codes['server.parameter.not-a-uid'],
        detail: 'in the address is not a UID; expected 1 to 64 digits and dots',
      })),
    );
  return { path, caller: callerOf(request), signal: clientGone(reply) };
}
