import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { Controller, Req, Res } from '@nestjs/common';
import { type Caller } from '@pacs-connectors/connector-core';
import { type ManifestFormat } from '@pacs-connectors/manifest-builder';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { NoSuchPart } from '../cache/kept-launch.js';
import { LaunchedManifests } from '../cache/launched-manifests.js';
import { messageManifest } from '../cache/packed-manifest.js';
import { codes, type ServerErrorCode } from '../errors/error-codes.js';
import { CurrentCaller } from '../http/caller.js';
import { clientGone } from '../http/client-gone.js';
import { acceptsGzip, matchesEtag, negotiateFormat, readsProblems } from '../http/negotiation.js';
import { plainProblem, ProblemError } from '../http/problem.js';
import { Route } from '../http/route.js';
import { sendBytes } from '../http/send-bytes.js';
import { type Parameter, parametersOfUrl } from '../http/query-string.js';
import { BadParameters } from '../http/bad-parameters.js';
import { isFalse } from '../search/values.js';
import { Searches } from '../search/searches.service.js';
import { DescribeManifest } from './describe-manifest.js';
import { ManifestService, statusOf } from '../manifest/manifest.service.js';
import { expiredLaunchNotice } from '../manifest/notices.js';
import { type Coding, renderToBytes } from '../manifest/rendered-manifest.js';

@Controller()
export class ManifestController {
  constructor(
    private readonly manifests: ManifestService,
    private readonly launched: LaunchedManifests,
    private readonly searches: Searches,
  ) {}

  @Route('manifest')
  @DescribeManifest()
  async manifest(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @CurrentCaller() caller: Caller,
  ): Promise<void> {
    const { mediaType, format } = negotiateFormat(request.headers);
    const { parameters, bad } = parametersOfUrl(request.raw.url ?? '');
    const coding = asksForGzip(parameters) || acceptsGzip(request.headers) ? 'gzip' : 'identity';

    const signal = clientGone(reply);
    const key = parameters.find(([name, value]) => name === 'key' && value !== '')?.[1];
    const part = partAskedFor(parameters);
    if (key !== undefined) return this.ofKey(key, { mediaType, format, coding, signal, part }, request, reply);
    if (part !== undefined) throw badPart('needs key: a search is answered as a whole');
    const search = this.searches.read(parameters, bad);
    const built = await this.manifests.build(search, { caller, signal });
    if (signal.aborted) return;
    const { chunks, length, etag } = await renderToBytes(built.manifest, format, coding);
    if (signal.aborted) return;

    if (answeredByHead(request, reply, { status: statusOf(built), etag, mediaType, coding })) return;
    void sendBytes(reply, chunks, length);
  }

  /** Sends the manifest of a launch, or a part of it, once it is ready. The status is 200 even if archives failed, since viewers read no other. */
  private async ofKey(
    key: string,
    { mediaType, format, coding, signal, part }: Wanted,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> {
    const found = await this.launched.getInTime(key, signal, part).catch((error: unknown) => {
      if (signal.aborted) return undefined;
      if (error instanceof NoSuchPart)
        throw new ProblemError(
          plainProblem(404, `There is no part ${part}: ${error.message}.`, 'server.launch.part-unknown'),
        );
      throw isAbort(error)
        ? new ProblemError(
            plainProblem(503, 'The server is shutting down. Send the request again.', 'server.shutting-down'),
          )
        : error;
    });
    if (signal.aborted) return;
    if (!found && readsProblems(request.headers))
      throw new ProblemError(
        plainProblem(404, 'This key is unknown or has expired. Launch the viewer again.', 'server.launch.expired'),
      );
    // A viewer shows only the messages of a manifest, and reads only a 200.
    const manifest = found ?? (await messageManifest(expiredLaunchNotice()));
    const etag = `"${manifest.tag}-${format}-${coding}"`;
    if (answeredByHead(request, reply, { status: 200, etag, mediaType, coding })) return;
    const packed = manifest[format];
    if (coding === 'gzip') void sendBytes(reply, [packed], packed.byteLength);
    else void sendBytes(reply, unpacked(packed), unpackedLength(packed));
  }
}

interface Wanted {
  mediaType: string;
  format: ManifestFormat;
  coding: Coding;
  signal: AbortSignal;
  /** Number of a part, from 1; default: the whole. */
  part: number | undefined;
}

/** Decompresses while the client reads, so that a slow client holds only the compressed bytes. */
async function* unpacked(packed: Buffer): AsyncGenerator<Buffer> {
  const gunzip = createGunzip();
  gunzip.end(packed);
  for await (const piece of gunzip) yield piece as Buffer;
}

/** Returns ISIZE, at the end of gzip (RFC 1952 2.3.1). */
function unpackedLength(packed: Buffer): number {
  return packed.readUInt32LE(packed.byteLength - 4);
}

/** Sets the headers of an answer. @returns true if the client already has the content, so that nothing more is sent */
function answeredByHead(
  request: FastifyRequest,
  reply: FastifyReply,
  { status, etag, mediaType, coding }: { status: number; etag: string; mediaType: string; coding: Coding },
): boolean {
  void reply.status(status).headers({
    // It contains patients' data. Shared caches must not keep it, and the client's own cache must revalidate it.
    'cache-control': status === 200 ? 'private, no-cache' : 'no-store',
    vary: 'Accept, Accept-Encoding',
    etag,
    // A browser must not load what an uploaded manifest refers to, such as style sheets.
    'content-security-policy': "default-src 'none'; sandbox",
    'x-content-type-options': 'nosniff',
  });
  if (status === 200 && matchesEtag(request.headers['if-none-match'], etag)) {
    // For an empty answer to HEAD, Fastify would send a length of 0; for a stream it sends none.
    void reply.status(304).send(request.method === 'HEAD' ? Readable.from([]) : undefined);
    return true;
  }
  void reply.type(`${mediaType}; charset=utf-8`);
  if (coding === 'gzip') void reply.header('content-encoding', 'gzip');
  return false;
}

function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError';
}

/** Returns the number in `&part=N`. @throws BadParameters */
function partAskedFor(parameters: readonly Parameter[]): number | undefined {
  const [value, ...more] = new Set(parameters.flatMap(([name, value]) => (name === 'part' && value ? [value] : [])));
  if (value === undefined) return undefined;
  if (more.length > 0) throw badPart('has different values; one is allowed', 'server.parameter.repeated');
  if (!/^[1-9]\d{0,3}$/.test(value)) throw badPart('is not the number of a part; expected 1 to 9999');
  return Number(value);
}

function badPart(detail: string, code: ServerErrorCode = 'server.parameter.invalid'): BadParameters {
  return new BadParameters([{ parameter: 'part', detail, code: codes[code] }]);
}

/** Whether `&gzip` is set, which is for callers that cannot set a header. */
function asksForGzip(parameters: readonly Parameter[]): boolean {
  return parameters.some(([name, value]) => name === 'gzip' && !isFalse(value));
}
