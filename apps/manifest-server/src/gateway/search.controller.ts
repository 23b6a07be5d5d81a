import { Controller, Req, Res, UseGuards } from '@nestjs/common';
import { type Depth, identifierKindsOf } from '@pacs-connectors/connector-core';
import {
  type Found,
  includes,
  joinAnswers,
  parseAccept,
  type Query,
  QueryError,
  readQuery,
  resultJson,
  resultsOf,
} from '@pacs-connectors/dicomweb-service';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { ServerConfiguration } from '../boot/server-configuration.js';
import { codes } from '../errors/error-codes.js';
import { BadParameters } from '../http/bad-parameters.js';
import { plainProblem, ProblemError } from '../http/problem.js';
import { PublicAddress } from '../http/public-address.service.js';
import { parametersOfUrl } from '../http/query-string.js';
import { Route } from '../http/route.js';
import { requireAllowed } from '../search/require-allowed.js';
import { ArchiveAnswers } from './archive-answers.service.js';
import { GatewayEnabled } from './gateway-enabled.guard.js';
import { gatewayRequest } from './gateway-request.js';
import { allFailed, patientsDiffer } from './gateway-problems.js';
import { DICOM_JSON, sendJson } from './send-json.js';
import { Warnings } from './warnings.js';

/** How many studies a search without an identifier returns, if it states no limit. */
const BROWSE_LIMIT = 200;

/** Answers searches by QIDO-RS (PS3.18 10.6). */
@Controller()
@UseGuards(GatewayEnabled)
export class SearchController {
  constructor(
    private readonly archives: ArchiveAnswers,
    private readonly configuration: ServerConfiguration,
    private readonly address: PublicAddress,
  ) {}

  @Route('searchStudies')
  studies(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.search('study', request, reply);
  }

  @Route('searchSeries')
  series(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.search('series', request, reply);
  }

  @Route('searchInstances')
  instances(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.search('instance', request, reply);
  }

  private async search(level: Depth, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const { path, caller, signal } = gatewayRequest(request, reply);
    requireJson(request);
    const base = this.address.of(request);
    const query = queryOf(request, level, { studyInstanceUid: path.study, seriesInstanceUid: path.series });
    const warnings = new Warnings();
    for (const text of query.warnings) warnings.add(text, codes['server.gateway.parameter-ignored']);
    const browses = identifierKindsOf(query.criteria).length === 0;
    if (browses) this.allowBrowsing(query);
    else requireAllowed(identifierKindsOf(query.criteria), this.configuration.global.request.ids);

    const { criteria, depth } = query;
    const answers = await this.archives.search({ archive: path.archive, criteria, depth, caller, signal });
    if (signal.aborted) return;
    const errors = answers.map(({ error }) => error).filter((error) => error !== undefined);
    if (errors.length === answers.length) throw allFailed(errors);
    const { studies, notices } = await joinAnswers(answers);
    warnings.addNotices(notices);
    if (path.study !== undefined) requireOnePatient(studies.filter(({ contested }) => contested).length > 1);
    const { found, total, unmatched } = resultsOf(studies, query);
    if (unmatched.length > 0)
      warnings.add(
        `Some results could not be checked by ${unmatched.join(', ')}, which their archives did not return.`,
        codes['server.gateway.match-unknown'],
      );
    const rest = total - query.offset - found.length;
    if (rest > 0)
      warnings.add(
        `${rest} more ${rest === 1 ? 'result' : 'results'} can be requested by offset.`,
        codes['server.gateway.more-results'],
      );
    warnings.setHeaders(reply);
    if (found.length === 0) {
      void reply.status(204).header('cache-control', 'private, no-cache').send();
      return;
    }
    const root = `${base}/dicom-web`;
    await sendJson(
      request,
      reply,
      found.map((one) => resultJson(one, query, retrieveUrl(root, one, path.archive))),
    );
  }

  /** @throws ProblemError 403 unless `gateway.browse` allows searches without an identifier */
  private allowBrowsing(query: Query): void {
    if (!this.configuration.global.gateway.browse)
      throw new ProblemError(
        plainProblem(
          403,
          'The search names no identifier. Search by PatientID, AccessionNumber, StudyInstanceUID, SeriesInstanceUID or SOPInstanceUID, or ask an administrator to set gateway.browse.',
          'server.gateway.identifier-needed',
        ),
      );
    query.limit ??= BROWSE_LIMIT;
    // Each archive lists its newest studies. One more shows that there are more.
    query.criteria.filters.mostRecentResults = query.offset + query.limit + 1;
  }
}

/** @throws ProblemError 406 if the client does not accept DICOM JSON */
export function requireJson({ headers }: FastifyRequest): void {
  const isJson = (type: string) => includes(type, DICOM_JSON) || includes(type, 'application/json');
  if (parseAccept(headers.accept).some(({ type }) => isJson(type))) return;
  throw new ProblemError(
    plainProblem(406, `The answer is available as ${DICOM_JSON}. Add it to Accept.`, 'server.request.not-acceptable'),
    { vary: 'Accept' },
  );
}

/** @throws BadParameters */
function queryOf(request: FastifyRequest, level: Depth, path: Query['path']): Query {
  const { parameters, bad } = parametersOfUrl(request.raw.url ?? '');
  if (bad.length > 0)
    throw new BadParameters(
      bad.map(({ parameter }) => ({
        parameter: parameter.slice(0, 64),
        code: codes['server.parameter.unreadable'],
        detail: 'contains a % that does not begin the %-escape of a UTF-8 character',
      })),
    );
  try {
    return readQuery(parameters, level, path);
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    throw new BadParameters([{ parameter: error.parameter, detail: error.detail }]);
  }
}

/** Below a study, results have no patient, so that those of two patients could not be told apart. */
function requireOnePatient(contested: boolean): void {
  if (contested) throw patientsDiffer();
}

/** A study of two patients is retrieved from one archive. */
function retrieveUrl(root: string, { joined, study, series, instance }: Found, archive: string | undefined): string {
  const from = archive ?? (joined.contested ? joined.archives[0] : undefined);
  let url = from === undefined ? root : `${root}/${encodeURIComponent(from)}`;
  url += `/studies/${study.studyInstanceUid}`;
  if (series) url += `/series/${series.series.seriesInstanceUid}`;
  return instance ? `${url}/instances/${instance.sopInstanceUid}` : url;
}
