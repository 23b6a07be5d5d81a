import { readFile } from 'node:fs/promises';
import { expect, it } from '@jest/globals';
import { NestFactory } from '@nestjs/core';
import { ConnectorRegistry } from '@pacs-connectors/connector-core';
import { ConnectorsModule } from '@pacs-connectors/connector-core/nestjs';
import module from './index.js';

it('adds the archive language to an application that imports the module which the package marks', async () => {
  const manifest = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8')) as object;
  expect(manifest).toMatchObject({ 'pacs-connectors': { plugin: './nestjs' }, exports: { './nestjs': {} } });
  const imports = [module, ConnectorsModule.forRoot(() => ({ definitions: [] }))];
  const application = await NestFactory.createApplicationContext(
    { module: class Application {}, imports },
    { logger: false },
  );
  expect(application.get(ConnectorRegistry).plugin('DICOM_WEB')).toMatchObject({ queryMode: 'DICOM_WEB' });
  await application.close();
});
