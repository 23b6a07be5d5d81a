import { Injectable } from '@nestjs/common';
import { type Notice } from '@pacs-connectors/connector-core';
import { plainProblem, ProblemError } from '../http/problem.js';
import { type GatewayRequest } from './gateway-request.js';
import { type StoredInstance } from './instance-store.js';
import { Instances } from './instances.service.js';
import { type FoundSeries, Studies } from './studies.service.js';

/** An instance, and where it belongs. */
export interface RequestedImage {
  study: string;
  series: string;
  instance: StoredInstance;
}

/** Finds and retrieves the images that a DICOMweb request names. */
@Injectable()
export class RequestedImages {
  constructor(
    private readonly studies: Studies,
    private readonly instances: Instances,
  ) {}

  /**
   * Returns the images that the address of a request names, one after another.
   *
   * @throws ProblemError if no archive has them; ConnectorError if they cannot be retrieved, while they are read
   */
  async of(request: GatewayRequest): Promise<{ instances: AsyncGenerator<RequestedImage>; notices: Notice[] }> {
    const { archive, study = '', series, instance } = request.path;
    const found = await this.studies.find({ archive, study, series, instance, ...request });
    return { instances: this.retrieve(found.series, request), notices: found.notices };
  }

  /** Returns one image for all that the address of a request names: the middle one of its first series. */
  async representative(request: GatewayRequest): Promise<StoredInstance> {
    const { archive, study = '', series, instance } = request.path;
    const found = await this.studies.find({ archive, study, series, instance, ...request });
    const [first] = found.series;
    const middle = first?.instances[first.instances.length >> 1];
    const chosen = first && middle ? [{ ...first, instances: [middle], whole: false }] : found.series;
    return this.first(this.retrieve(chosen, request));
  }

  /** Returns an image whose study the request does not name. */
  async ofInstance(request: GatewayRequest, instance: string): Promise<StoredInstance> {
    const found = await this.studies.findInstance({ ...request.path, instance, ...request });
    return this.first(this.retrieve([found], request));
  }

  /** Returns the first of the images. @throws ProblemError 404 if there is none */
  async first(images: AsyncIterable<RequestedImage>): Promise<StoredInstance> {
    for await (const { instance } of images) return instance;
    throw new ProblemError(
      plainProblem(404, 'The archive has no instance in this study or series.', 'server.gateway.not-found'),
    );
  }

  private async *retrieve(found: readonly FoundSeries[], request: GatewayRequest): AsyncGenerator<RequestedImage> {
    for (const one of found)
      for await (const instance of this.instances.ofSeries(one, request))
        yield { study: one.study, series: one.series, instance };
  }
}
