import 'reflect-metadata';
import { Injectable, Module, type OnModuleDestroy } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type ImageAddress, WadoRetrieval } from '@pacs-connectors/wado-client';

@Injectable()
class Images implements OnModuleDestroy {
  private readonly retrieval = new WadoRetrieval({ connections: 8 });

  async count(address: ImageAddress, studyInstanceUid: string): Promise<number> {
    let count = 0;
    const signal = AbortSignal.timeout(10_000);
    for await (const { file } of this.retrieval.retrieveFrom(address, { studyInstanceUid }, signal)) {
      for await (const chunk of file) if (chunk.length > 0) break;
      count++;
    }
    return count;
  }

  onModuleDestroy(): Promise<void> {
    return this.retrieval.close();
  }
}

@Module({ providers: [Images] })
class AppModule {}

const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
const baseUrl = process.env.DICOMWEB_URL ?? 'https://pacs.example.org/dicom-web';
const count = await app.get(Images).count({ archiveId: 'main', baseUrl, service: 'wado-rs' }, '1.5');
console.log(`images: ${count}`);
await app.close();
