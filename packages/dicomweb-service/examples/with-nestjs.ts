import 'reflect-metadata';
import { Controller, Get, Header, Module, Query } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { joinAnswers, type JsonDataSet, readQuery, resultJson, resultsOf } from '@pacs-connectors/dicomweb-service';

const series = [{ seriesInstanceUid: '1.2.3', modality: 'CT', instances: [{ sopInstanceUid: '1.2.3.4' }] }];
const patients = [{ patientId: '4711', studies: [{ studyInstanceUid: '1.2', series }] }];

@Controller('dicom-web')
class StudiesController {
  @Get('studies')
  @Header('content-type', 'application/dicom+json')
  async studies(@Query() parameters: Record<string, string>): Promise<JsonDataSet[]> {
    const query = readQuery(Object.entries(parameters), 'study', {});
    const { studies } = await joinAnswers([{ archiveId: 'main', patients, notices: [] }]);
    const { found } = resultsOf(studies, query);
    return found.map((one) => resultJson(one, query, `/dicom-web/studies/${one.study.studyInstanceUid}`));
  }
}

@Module({ controllers: [StudiesController] })
class AppModule {}

const app = await NestFactory.create(AppModule, new FastifyAdapter(), { logger: false });
await app.listen(process.env.PORT ?? 3000, '127.0.0.1');
const response = await fetch(`${await app.getUrl()}/dicom-web/studies?PatientID=4711`);
console.log(await response.text());
await app.close();
