import { Controller, Req, Res } from '@nestjs/common';
import { type Caller } from '@pacs-connectors/connector-core';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { CurrentCaller } from '../http/caller.js';
import { clientGone } from '../http/client-gone.js';
import { acceptsGzip, matchesEtag, negotiateFormat } from '../http/negotiation.js';
import { Route } from '../http/route.js';
import { sendBytes } from '../http/send-bytes.js';
import { type Parameter, parametersOfUrl } from '../search/query-string.js';
import { readSearch } from '../search/read-search.js';
import { DescribeManifest } from './describe-manifest.js';
import { type BuiltManifest, ManifestService } from './manifest.service.js';
import { renderToBytes } from './rendered-manifest.js';

@Controller()
export class ManifestController {
  constructor(private readonly manifests: ManifestService) {}

  @Route('manifest')
  @DescribeManifest()
  async manifest(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @CurrentCaller() caller: Caller,
  ): Promise<void> {
    const { mediaType, format } = negotiateFormat(request.headers);
    const { parameters, bad } = parametersOfUrl(request.raw.url ?? '');
    const search = readSearch(parameters, bad);
    const coding = asksForGzip(parameters) || acceptsGzip(request.headers) ? 'gzip' : 'identity';

    const signal = clientGone(reply);
    const built = await this.manifests.build(search, { caller, signal });
    if (signal.aborted) return;
    const { chunks, length, etag } = await renderToBytes(built.manifest, format, coding);
    if (signal.aborted) return;

    const status = statusOf(built);
    void reply.status(status).headers({
      // It holds a patient's data: no shared cache keeps it, and the client's own asks whether it still holds.
      'cache-control': status === 200 ? 'private, no-cache' : 'no-store',
      vary: 'Accept, Accept-Encoding',
      etag,
    });
    if (status === 200 && matchesEtag(request.headers['if-none-match'], etag)) {
      void reply.status(304).send();
      return;
    }
    void reply.type(`${mediaType}; charset=utf-8`);
    if (coding === 'gzip') void reply.header('content-encoding', 'gzip');
    void sendBytes(reply, chunks, length);
  }
}

/** 200 where any archive answered; else this server is a gateway without an answer, or without one in time. */
function statusOf({ failed, failures }: BuiltManifest): number {
  if (!failed) return 200;
  return failures.every((failure) => failure === 'timeout') ? 504 : 502;
}

/** `&gzip`, of callers that cannot set a header. */
function asksForGzip(parameters: readonly Parameter[]): boolean {
  return parameters.some(([name, value]) => name === 'gzip' && value !== 'false');
}
