import { type INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { ownVersion } from '../boot/own-version.js';
import { PROBLEM_SCHEMA } from './problem.js';

/** Serves the API description below the context path: `api` for people, `api-json` and `api-yaml` for programs. */
export async function serveApiDescription(app: INestApplication): Promise<void> {
  const base = new DocumentBuilder()
    .setTitle('pacs-connectors')
    .setDescription('Manifests for DICOM viewers from every configured archive.')
    .setVersion(await ownVersion())
    .addBearerAuth()
    .build();
  const create = () => {
    const document = SwaggerModule.createDocument(app, base);
    document.components = {
      ...document.components,
      schemas: { ...document.components?.schemas, Problem: PROBLEM_SCHEMA },
    };
    return document;
  };
  SwaggerModule.setup('api', app, create, {
    useGlobalPrefix: true,
    jsonDocumentUrl: 'api-json',
    yamlDocumentUrl: 'api-yaml',
    ui: await canServeFiles(),
  });
}

/**
 * Whether @fastify/static can be loaded, which serves the files of the page. Without it, SwaggerModule would end the process.
 * Jest on Node.js 20 cannot load it, because it is an ES module. There only the formats for programs are served.
 */
async function canServeFiles(): Promise<boolean> {
  return import('@fastify/static').then(
    () => true,
    () => false,
  );
}
