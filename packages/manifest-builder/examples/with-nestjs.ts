import 'reflect-metadata';
import { Readable } from 'node:stream';
import { Controller, Get, Header, Module, StreamableFile } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { gzipManifest, MEDIA_TYPES, renderManifest } from '@pacs-connectors/manifest-builder';

const series = [{ seriesInstanceUid: '1.2.3', modality: 'CT', instances: [{ sopInstanceUid: '1.2.3.4' }] }];
const patients = [{ patientId: '4711', studies: [{ studyInstanceUid: '1.2', series }] }];
const manifest = { arcQueries: [{ arcId: 'main', baseUrl: 'https://pacs.example.org/wado', patients }] };

@Controller('manifest')
class ManifestController {
  @Get()
  @Header('content-type', MEDIA_TYPES.xml)
  @Header('content-encoding', 'gzip')
  xml(): StreamableFile {
    return new StreamableFile(Readable.from(gzipManifest(renderManifest(manifest, { format: 'xml' }))));
  }
}

@Module({ controllers: [ManifestController] })
class AppModule {}

const app = await NestFactory.create(AppModule, new FastifyAdapter(), { logger: false });
await app.listen(process.env.PORT ?? 3000, '127.0.0.1');
const response = await fetch(`${await app.getUrl()}/manifest`);
console.log(await response.text());
await app.close();
