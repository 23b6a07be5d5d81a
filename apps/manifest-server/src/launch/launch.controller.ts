import { Controller, Req, Res } from '@nestjs/common';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import Negotiator from 'negotiator';
import { ServerConfiguration } from '../boot/server-configuration.js';
import { LaunchedManifests } from '../cache/launched-manifests.js';
import { callerOf } from '../http/caller.js';
import { clientGone } from '../http/client-gone.js';
import { PublicAddress } from '../http/public-address.service.js';
import { Route } from '../http/route.js';
import { type BadEscape, type Parameter, parametersOfUrl } from '../http/query-string.js';
import { parametersOfRequest } from '../http/request-parameters.js';
import { type Search } from '../search/search.js';
import { Searches } from '../search/searches.service.js';
import { DescribeInvokeImageDisplay, DescribeLaunch, DescribeUpload } from './describe-launch.js';
import { invokedDisplay } from './invoke-image-display.js';
import { launchPage, PAGE_HEADERS } from './launch-page.js';
import { invalidParameter } from './launch-problems.js';
import { type Launch } from './launch-request.js';
import { Launches } from './launches.service.js';
import { readUpload } from './uploaded-manifest.js';

/** How long a page waits to show what was found, in milliseconds. The viewer waits longer. */
const PAGE_WAITS_MS = 8000;

/** Opens viewers: each address redirects to the viewer's own address (302), or returns a page with it. */
@Controller()
export class LaunchController {
  constructor(
    private readonly configuration: ServerConfiguration,
    private readonly searches: Searches,
    private readonly launches: Launches,
    private readonly manifests: LaunchedManifests,
    private readonly address: PublicAddress,
  ) {}

  @Route('display')
  @DescribeLaunch()
  display(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    return this.launch(request, reply);
  }

  @Route('display', 'POST')
  @DescribeLaunch()
  displayPosted(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    return this.launch(request, reply);
  }

  @Route('weasis')
  @DescribeLaunch()
  older(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    return this.launch(request, reply);
  }

  @Route('invokeImageDisplay')
  @DescribeInvokeImageDisplay()
  invoke(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    return this.launch(request, reply, this.invoked);
  }

  @Route('invokeImageDisplay', 'POST')
  @DescribeInvokeImageDisplay()
  invokePosted(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    return this.launch(request, reply, this.invoked);
  }

  @Route('upload', 'POST')
  @DescribeUpload()
  async upload(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { parameters, bad } = parametersOfUrl(request.raw.url ?? '');
    if (!parameters.some(([name, value]) => name === 'upload' && value === 'manifest'))
      throw invalidParameter('upload', 'is missing: upload=manifest', 'server.parameter.missing');
    const search = this.searches.readViewerParameters(parameters, bad);
    await this.launches.checkUpload(search);
    checkForm(parameters);
    const baseUrl = this.address.of(request);
    const manifest = await readUpload(request.body, request.headers['content-type']);
    const key = await this.manifests.put(manifest);
    await this.answer(request, reply, parameters, await this.launches.open(search, baseUrl, key));
  }

  private async launch(
    request: FastifyRequest,
    reply: FastifyReply,
    read: (parameters: readonly Parameter[], bad: readonly BadEscape[]) => Search = (...parameters) =>
      this.searches.read(...parameters),
  ): Promise<void> {
    const { parameters, bad } = parametersOfRequest(request);
    const caller = callerOf(request);
    const search = read(parameters, bad);
    checkForm(parameters);
    const baseUrl = this.address.of(request);
    const direct = wants(parameters, 'rs');
    let signal: AbortSignal | undefined;
    const gone = () => (signal ??= clientGone(reply));
    const launch = await this.launches.launch({ search, caller, baseUrl, direct, gone, searches: new Map() });
    await this.answer(request, reply, parameters, launch);
  }

  private readonly invoked = (parameters: readonly Parameter[], bad: readonly BadEscape[]) =>
    invokedDisplay(
      // The profile itself defines which identifiers are needed.
      this.searches.read(parameters, bad, { needsIdentifier: false }),
      parameters,
      this.configuration.global.request.iidLevels,
    );

  private async answer(
    request: FastifyRequest,
    reply: FastifyReply,
    parameters: readonly Parameter[],
    { viewer, url, key, found: foundAlready }: Launch,
  ): Promise<void> {
    void reply.header('cache-control', 'no-store');
    if (!wants(parameters, 'page') || !acceptsPage(request)) {
      void reply.status(302).header('location', url).send();
      return;
    }
    const found = key === undefined ? foundAlready : (await this.manifests.getWithin(PAGE_WAITS_MS, key))?.found;
    if (reply.raw.destroyed) return;
    const page = launchPage({ viewer, url, found, manifest: key !== undefined });
    void reply.status(200).headers(PAGE_HEADERS).type('text/html; charset=utf-8').send(page);
  }
}

function wants(parameters: readonly Parameter[], form: string): boolean {
  return parameters.some(([name, value]) => name === 'launch' && value === form);
}

/** @throws BadParameters */
function checkForm(parameters: readonly Parameter[]): void {
  if (parameters.some(([name, value]) => name === 'launch' && !['page', 'rs', ''].includes(value)))
    throw invalidParameter('launch', 'must be page or rs');
}

function acceptsPage({ headers }: FastifyRequest): boolean {
  return new Negotiator({ headers }).mediaType(['text/html']) !== undefined;
}
