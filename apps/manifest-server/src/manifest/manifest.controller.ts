import { Readable } from 'node:stream';
import { Controller, Get, Header, Query, StreamableFile } from '@nestjs/common';
import { emptyCriteria } from '@pacs-connectors/connector-core';
import { renderManifest } from '@pacs-connectors/manifest-builder';
import { ManifestService } from './manifest.service.js';

@Controller('manifest')
export class ManifestController {
  constructor(private readonly manifests: ManifestService) {}

  @Get()
  @Header('content-type', 'application/xml')
  async manifest(@Query('patientID') patientId: string): Promise<StreamableFile> {
    const criteria = { ...emptyCriteria(), patientIds: [{ id: patientId }] };
    return new StreamableFile(
      Readable.from(renderManifest(await this.manifests.build(criteria)), { objectMode: false }),
    );
  }
}
