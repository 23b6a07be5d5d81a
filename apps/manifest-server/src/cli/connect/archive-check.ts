import { type ConnectorConfiguration, redact } from '@pacs-connectors/config-core';
import {
  type Connector,
  type ConnectorError,
  emptyCriteria,
  isUid,
  type SearchCriteria,
  withCode,
  withFullStop,
} from '@pacs-connectors/connector-core';
import { type ManifestElement, type Manifest, renderManifest } from '@pacs-connectors/manifest-builder';
import { codes } from '../../errors/error-codes.js';
import { type ManifestService } from '../../manifest/manifest.service.js';
import { type Grants, retrievalWay } from '../../retrieval/retrieval.js';
import { askByDeadline } from '../../watch/deadline.js';
import { fetchImage } from './fetch-image.js';
import { chunksOf, get, ImageProblem } from './get.js';
import { firstListed, type FirstListed, type ImageRequest, seriesQuery, seriesRequest } from './image-request.js';

type ArcQueryElement = ManifestElement['arcQuery'][number];

/** The result of one check of an archive. */
export interface Finding {
  outcome: 'ok' | 'error' | 'not tried';
  what: 'connection' | 'search' | 'image';
  text: string;
  /** The archive answers, but has none of the named samples. */
  lacksSample?: true;
}

/** The studies and patients that the caller names as samples. */
export type Samples = Pick<SearchCriteria, 'studyInstanceUids' | 'patientIds'>;

export interface ArchiveCheckOptions {
  manifests: ManifestService;
  configuration: ConnectorConfiguration;
  grants: Grants;
  /** If there are none, any study of the archive is used. */
  samples: Samples;
}

const NAME_ONE = 'Name a study of this archive by --study UID, or a patient by --patient ID; both may be repeated';
/** The longest list of series that is read, bytes after decompression. One series takes a few hundred. */
const LIST_BYTES = 4 * 1024 * 1024;
/** How long fetching a whole image may take, milliseconds. */
const IMAGE_MS = 60_000;

/** Connects to one archive, searches a study and fetches one image, as the server and Weasis do. Never rejects. */
export async function checkArchive(connector: Connector, options: ArchiveCheckOptions): Promise<Finding[]> {
  const findings: Finding[] = [];
  const report: Report = (what, outcome, text, lacksSample) =>
    findings.push({ what, outcome, text, ...(lacksSample && { lacksSample }) });
  const { timeoutMs } = options.configuration;
  try {
    const status = await askByDeadline(connector.id, (signal) => connector.check(signal), { timeoutMs });
    report('connection', 'ok', `${status.proven ?? 'the archive answers'} (${Math.round(status.latencyMs)} ms)`);
  } catch (error) {
    report('connection', 'error', described(error as ConnectorError));
    return findings;
  }
  const criteria = await sampleCriteria(connector, options, report);
  if (!criteria) return findings;
  const arcQuery = await search(connector, criteria, options, report);
  if (!arcQuery) return findings;
  await fetchOne(arcQuery, report);
  return findings;
}

type Report = (what: Finding['what'], outcome: Finding['outcome'], text: string, lacksSample?: boolean) => void;

/** Returns the criteria of the search: the named samples, or any study. */
async function sampleCriteria(
  connector: Connector,
  { samples, configuration, grants }: ArchiveCheckOptions,
  report: Report,
): Promise<SearchCriteria | undefined> {
  try {
    // Whether images can be fetched without a caller's token.
    retrievalWay(configuration, {}, grants);
  } catch (error) {
    const { tokenNeeded } = error as ConnectorError;
    report('image', tokenNeeded ? 'not tried' : 'error', described(error as ConnectorError));
    return undefined;
  }
  if (isNamed(samples)) return { ...emptyCriteria(), ...samples };
  if (configuration.deactivated.includes('studyInstanceUids')) {
    report(
      'search',
      'not tried',
      'this archive is not searched by Study Instance UID. Name a patient by --patient ID.',
    );
    return undefined;
  }
  if (!connector.sampleStudy) {
    report('search', 'not tried', `an archive of type ${connector.type} cannot be browsed. ${NAME_ONE}.`);
    return undefined;
  }
  try {
    const study = await askByDeadline(connector.id, (signal) => connector.sampleStudy!(signal), {
      timeoutMs: configuration.timeoutMs,
    });
    if (study !== undefined) return { ...emptyCriteria(), studyInstanceUids: [study] };
    report('search', 'not tried', 'the archive has no study. Store one, and check again.');
  } catch (error) {
    const { tokenNeeded } = error as ConnectorError;
    if (tokenNeeded) report('search', 'not tried', described(error as ConnectorError));
    else report('search', 'error', `browsing for any study failed. ${NAME_ONE}. ${described(error as ConnectorError)}`);
  }
  return undefined;
}

export function isNamed({ studyInstanceUids, patientIds }: Samples): boolean {
  return studyInstanceUids.length > 0 || patientIds.length > 0;
}

/** Builds the manifest as the server does. */
async function search(
  { id }: Connector,
  criteria: SearchCriteria,
  { manifests, samples }: ArchiveCheckOptions,
  report: Report,
): Promise<ArcQueryElement | undefined> {
  const start = performance.now();
  const question = { criteria, archives: [id] };
  const { manifest, failed } = await manifests.build(question, { caller: {}, signal: new AbortController().signal });
  const arcQuery = await elementOf(manifest);
  const message = arcQuery?.Message?.description.replace(/\s*\n\s*/g, ' ');
  if (!arcQuery || failed) {
    report('search', 'error', message ?? 'the archive gave no answer');
    return undefined;
  }
  const studies = arcQuery.Patient.flatMap(({ Study }) => Study);
  if (studies.length === 0) {
    report('search', 'error', `the sample was not found. ${NAME_ONE}. ${message ?? ''}`.trimEnd(), isNamed(samples));
    return undefined;
  }
  const series = studies.flatMap(({ Series }) => Series);
  const images = series.reduce((sum, { Instance }) => sum + Instance.length, 0);
  const counts = `${studies.length} ${studies.length === 1 ? 'study' : 'studies'}, ${series.length} series, ${images} ${images === 1 ? 'image' : 'images'}`;
  const found = `${counts} in ${Math.round(performance.now() - start)} ms`;
  report('search', 'ok', message ? `${found}; the manifest contains: ${message}` : found);
  return arcQuery;
}

/** Fetches the first listed image, or a series if the manifest lists no images. */
async function fetchOne(arcQuery: ArcQueryElement, report: Report): Promise<void> {
  // Without query and UIDs, which identify patients.
  const place = redact(arcQuery.baseUrl).split('?', 1)[0];
  const listed = firstListed(arcQuery);
  if (!listed) return;
  const signal = AbortSignal.timeout(IMAGE_MS);
  try {
    const request = listed.request ?? (await requestOfSeries(arcQuery, listed, signal));
    if (request) report('image', 'ok', `${place}: ${await fetchImage(request, signal)}`);
    else
      report(
        'image',
        'error',
        withCode('the manifest lists no image. Name another study by --study UID.', codes['server.image.not-listed']),
      );
  } catch (error) {
    if (!(error instanceof ImageProblem)) throw error;
    report('image', 'error', withCode(`${place}: ${error.message}. Remedy: ${error.remedy}`, codes[error.code]));
  }
}

/** @throws ImageProblem */
async function requestOfSeries(
  arcQuery: ArcQueryElement,
  { studyUid, seriesUid }: FirstListed,
  signal: AbortSignal,
): Promise<ImageRequest | undefined> {
  if (arcQuery.queryMode !== 'DICOM_WEB') return undefined;
  if (seriesUid !== undefined) return seriesRequest(arcQuery, studyUid, seriesUid);
  const list = await get(seriesQuery(arcQuery, studyUid), signal, (response) => readList(response, signal));
  const answer = parsed(list) as { '0020000E'?: { Value?: unknown[] } }[] | undefined;
  const first = Array.isArray(answer) ? answer[0] : undefined;
  if (first === undefined)
    throw new ImageProblem(
      'it lists no series of a study that it has',
      'Check that QIDO-RS is served at the same address as WADO-RS; Weasis asks there.',
    );
  const uid = first?.['0020000E']?.Value?.[0];
  // The UID goes into an address, where anything else may lead elsewhere.
  if (!isUid(uid))
    throw new ImageProblem(
      'it lists a series without a valid Series Instance UID (1 to 64 digits and dots)',
      "Ask the archive's administrator to correct the series of this study.",
    );
  return seriesRequest(arcQuery, studyUid, uid);
}

/** Reads a list of series. @throws ImageProblem if it is too long */
async function readList(response: Response, signal: AbortSignal): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunksOf(response, signal)) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > LIST_BYTES)
      throw new ImageProblem(
        `it answered a list of series that is longer than ${LIST_BYTES >> 20} MiB`,
        'Check that QIDO-RS is served at the same address as WADO-RS; Weasis asks there.',
      );
  }
  return Buffer.concat(chunks).toString();
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

async function elementOf(manifest: Manifest): Promise<ArcQueryElement | undefined> {
  let text = '';
  for await (const piece of renderManifest(manifest, { format: 'json' })) text += piece;
  return (JSON.parse(text) as { manifest: ManifestElement }).manifest.arcQuery[0];
}

function described({ message, remedy, code }: ConnectorError): string {
  const sentence = withFullStop(message);
  return withCode(remedy ? `${sentence} Remedy: ${remedy}` : sentence, code);
}
