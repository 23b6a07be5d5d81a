import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import {
  type Caller,
  type ConnectorError,
  emptyCriteria,
  type Instance,
  type Notice,
  type SearchCriteria,
  SingleFlight,
} from '@pacs-connectors/connector-core';
import { joinAnswers, type JoinedSeries, type JoinedStudy } from '@pacs-connectors/dicomweb-service';
import { LRUCache } from 'lru-cache';
import { ServerConfiguration } from '../boot/server-configuration.js';
import { plainProblem, ProblemError } from '../http/problem.js';
import { ArchiveAnswers } from './archive-answers.service.js';
import { allFailed, patientsDiffer } from './gateway-problems.js';

/** Which study a request names, and where. */
export interface StudyRequest {
  /** Id of the only archive to search; default: all. */
  archive?: string;
  study: string;
  series?: string;
  instance?: string;
  caller: Caller;
  signal: AbortSignal;
}

/** The requested part of a study: its series with their instances, and the archives that hold each. */
export interface FoundSeries {
  study: string;
  series: string;
  /** Empty if no archive lists the instances of the series. */
  instances: Instance[];
  /** Whether the whole series is requested, so that instances are welcome which were not listed. */
  whole: boolean;
  /** The archive that holds it most completely first. */
  archives: string[];
}

interface Found {
  studies: JoinedStudy[];
  notices: Notice[];
  errors: ConnectorError[];
  at: number;
}

/** How long the content of a study is remembered, milliseconds: a viewer requests its images one by one. */
const TTL_MS = 60_000;
/** The same if an archive failed. */
const INCOMPLETE_TTL_MS = 5_000;
/** A study that grows may have an instance that was not there before. The archives are asked again, but not more often than this. */
const AGAIN_MS = 2_000;

/** Finds the archives that hold a study. It remembers what the archives answered to a caller for a short time. */
@Injectable()
export class Studies {
  private readonly known = new LRUCache<string, Found>({ max: 200, ttl: TTL_MS });
  private readonly flights = new SingleFlight<Found>();

  constructor(
    private readonly archives: ArchiveAnswers,
    private readonly configuration: ServerConfiguration,
  ) {}

  /**
   * Returns the series of the requested study, series or instance.
   *
   * @throws ProblemError 404 if no archive has it, 409 if archives name two patients, 502 or 504 if archives failed.
   */
  async find(request: StudyRequest): Promise<{ series: FoundSeries[]; notices: Notice[] }> {
    const criteria = { ...emptyCriteria(), studyInstanceUids: [request.study] };
    let found = await this.search(request, criteria);
    let series = partOf(found, request);
    if (series.length === 0 && Date.now() - found.at > AGAIN_MS) {
      this.known.delete(this.keyOf(request, criteria));
      found = await this.search(request, criteria);
      series = partOf(found, request);
    }
    if (series.length === 0) throw notFound(found.errors);
    return { series, notices: found.notices };
  }

  /** Returns the same for an instance whose study the request does not name. */
  async findInstance(request: Omit<StudyRequest, 'study'> & { instance: string }): Promise<FoundSeries> {
    const criteria = { ...emptyCriteria(), sopInstanceUids: [request.instance] };
    const found = await this.search(request, criteria);
    const [series] = found.studies.flatMap((study) =>
      partOf({ ...found, studies: [study] }, { ...request, study: study.study.studyInstanceUid }),
    );
    if (!series) throw notFound(found.errors);
    if (found.studies.length > 1) throw patientsDiffer();
    return series;
  }

  private async search(request: Omit<StudyRequest, 'study'>, criteria: SearchCriteria): Promise<Found> {
    const { archive, caller, signal } = request;
    const key = this.keyOf(request, criteria);
    const known = this.known.get(key);
    if (known) return known;
    return this.flights.run(key, signal, async (end) => {
      const search = { archive, criteria, depth: 'instance' as const, caller, signal: end };
      const answers = await this.archives.search(search);
      const errors = answers.map(({ error }) => error).filter((error) => error !== undefined);
      const { studies, notices } = await joinAnswers(answers);
      const found = { studies, notices, errors, at: Date.now() };
      if (studies.length > 0) this.known.set(key, found, { ttl: errors.length > 0 ? INCOMPLETE_TTL_MS : TTL_MS });
      return found;
    });
  }

  /** An archive may show different studies to different callers, and a reload may change the archives. */
  private keyOf({ archive, caller }: Omit<StudyRequest, 'study'>, criteria: SearchCriteria): string {
    const { studyInstanceUids, sopInstanceUids } = criteria;
    const { fingerprint } = this.configuration;
    const parts = [fingerprint, archive ?? '', studyInstanceUids, sopInstanceUids, caller.bearerToken ?? ''];
    return createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
  }
}

/** @throws ProblemError 409 if archives name two patients */
function partOf({ studies }: Found, { study, series, instance }: StudyRequest): FoundSeries[] {
  const copies = studies.filter((one) => one.study.studyInstanceUid === study);
  if (copies.length > 1) throw patientsDiffer();
  return copies.flatMap((one) => one.series.flatMap((some) => partOfSeries(study, some, series, instance)));
}

function partOfSeries(study: string, joined: JoinedSeries, series?: string, instance?: string): FoundSeries[] {
  const { seriesInstanceUid } = joined.series;
  if (series !== undefined && seriesInstanceUid !== series) return [];
  const found = { study, series: seriesInstanceUid, archives: joined.archives };
  if (instance === undefined) return [{ ...found, instances: joined.instances, whole: true }];
  const instances = joined.instances.filter(({ sopInstanceUid }) => sopInstanceUid === instance);
  // An archive that lists no instances may have it.
  if (instances.length === 0 && joined.instances.length > 0) return [];
  return [{ ...found, instances: instances.length > 0 ? instances : [{ sopInstanceUid: instance }], whole: false }];
}

function notFound(errors: readonly ConnectorError[]): ProblemError {
  if (errors.length > 0) return allFailed(errors);
  const detail = 'No archive has this study, series or instance. Check the UIDs.';
  return new ProblemError(plainProblem(404, detail, 'server.gateway.not-found'));
}
