import 'reflect-metadata';
import { createSecureContext, type SecureContext } from 'node:tls';
import { Inject, Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { readStore } from '@pacs-connectors/tls-stores';

const TLS_CONTEXT = Symbol('TLS context of the archive');
const contextProvider = {
  provide: TLS_CONTEXT,
  useFactory: () => {
    const { key, certificates } = readStore({ url: 'client.p12', storePassword: process.env.STORE_PASSWORD });
    return createSecureContext({ key, cert: certificates.join('\n'), minVersion: 'TLSv1.2' });
  },
};

@Injectable()
class Archive {
  constructor(@Inject(TLS_CONTEXT) readonly secureContext: SecureContext) {}
}

@Module({ providers: [contextProvider, Archive] })
class AppModule {}

const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
console.log(`ready for TLS: ${app.get(Archive).secureContext !== undefined}`);
await app.close();
