import { type NestFastifyApplication } from '@nestjs/platform-fastify';

/**
 * How bodies reach controllers: a form as its text, since its escapes are checked as those of URLs are; XML as bytes; JSON
 * as a value, by the framework.
 *
 * @param xmlLimit longest XML, bytes
 */
export function readBodies(app: NestFastifyApplication, xmlLimit: number): void {
  app.useBodyParser('application/x-www-form-urlencoded', {}, (_request, body: Buffer, done) =>
    done(null, body.toString('utf8')),
  );
  app.useBodyParser(['application/xml', 'text/xml'], { bodyLimit: xmlLimit }, (_request, body, done) =>
    done(null, body),
  );
}
