import { type CanActivate, Injectable, NotFoundException } from '@nestjs/common';
import { ServerConfiguration } from '../boot/server-configuration.js';
import { plainProblem, ProblemError } from '../http/problem.js';

/** Answers the addresses of the gateway only if `gateway.enabled` is set. */
@Injectable()
export class GatewayEnabled implements CanActivate {
  constructor(private readonly configuration: ServerConfiguration) {}

  /** @throws NotFoundException, as for any unknown address; ProblemError 403 if identifiers must be encrypted. */
  canActivate(): boolean {
    const { gateway, cryptography } = this.configuration.global;
    if (!gateway.enabled) throw new NotFoundException();
    if (cryptography?.enabled)
      throw new ProblemError(
        plainProblem(
          403,
          'This server accepts only encrypted identifiers (cryptography), which DICOMweb addresses cannot contain.',
          'server.gateway.identifiers-encrypted',
        ),
      );
    return true;
  }
}
