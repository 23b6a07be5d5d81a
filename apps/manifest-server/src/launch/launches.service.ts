import { Injectable } from '@nestjs/common';
import { LaunchError } from '@pacs-connectors/manifest-builder';
import { OtherViewers } from './other-viewers.service.js';
import { cannot, type Launch, type LaunchRequest } from './viewer-launch.js';
import { WeasisLaunch } from './weasis-launch.service.js';

/** Launches whichever viewer a request names. */
@Injectable()
export class Launches {
  constructor(
    private readonly weasis: WeasisLaunch,
    private readonly others: OtherViewers,
  ) {}

  /** @throws BadParameters or ProblemError saying why it cannot be launched. */
  async launch(request: LaunchRequest): Promise<Launch> {
    const { viewer } = request.search;
    if (request.direct && viewer !== 'WEASIS') throw cannot('launch', 'is rs, a form of Weasis only');
    try {
      switch (viewer) {
        case 'WEASIS':
          return await this.weasis.launch(request);
        case 'OHIF':
          return await this.others.ohif(request);
        case 'SLICER':
          return await this.others.slicer(request);
        case 'MICRODICOM':
          return { url: this.others.microDicom(request) };
      }
    } catch (error) {
      throw asBadParameter(error);
    }
  }
}

/** What a viewer's address cannot carry, as an error of the parameter that asks for it. */
export function asBadParameter(error: unknown): unknown {
  if (!(error instanceof LaunchError)) return error;
  const { parameter, message } = error;
  return cannot(
    parameter,
    message.startsWith(`${parameter} `) ? message.slice(parameter.length + 1) : `is no use: ${message}`,
  );
}
