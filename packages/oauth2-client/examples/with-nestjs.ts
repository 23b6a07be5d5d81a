import 'reflect-metadata';
import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ClientCredentials } from '@pacs-connectors/oauth2-client';

const tokensProvider = {
  provide: ClientCredentials,
  useFactory: () =>
    new ClientCredentials({
      issuerUri: process.env.ISSUER_URI ?? 'https://sso.example.org/realms/main',
      clientId: process.env.CLIENT_ID ?? 'viewer',
      clientSecret: process.env.CLIENT_SECRET,
    }),
};

@Injectable()
class Archive {
  constructor(private readonly tokens: ClientCredentials) {}

  async headers(signal: AbortSignal): Promise<Record<string, string>> {
    return { authorization: `Bearer ${await this.tokens.token(signal)}` };
  }
}

@Module({ providers: [tokensProvider, Archive] })
class AppModule {}

const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
const headers = await app.get(Archive).headers(AbortSignal.timeout(10_000));
console.log(Object.keys(headers).join());
await app.close();
