import {
  createServer as createHttpServer,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from 'node:http';
import { createSecureServer } from 'node:http2';
import { createServer as createHttpsServer, type ServerOptions } from 'node:https';
import { type AddressInfo, type Server, type Socket } from 'node:net';
import { type Patient } from '@pacs-connectors/connector-core';
import { type Level } from '../http/query.js';
import { type DicomJson, Tag, textsOf } from '../json/dicom-json.js';
import { resultsOf } from './fake-results.js';

/** How this server differs from one that does everything in PS3.18 10.6. */
export interface FakeQidoBehaviour {
  /** The most results at once. */
  cap?: number;
  /** Sends `Warning: 299` if it has more results. */
  warns?: boolean;
  ignoresOffset?: boolean;
  /** Rejects `offset` with 400. */
  refusesOffset?: boolean;
  /** Results come in another order on each page, so that some come twice and others never. */
  reorders?: boolean;
  /** Attributes requested for: by tags (as the standard), only `all`, dropped in silence, or refused with 400. */
  includeField?: 'tags' | 'all' | 'dropped' | 'refused';
  /** Searches for series and instances outside of a study: answered, refused with 400, or answered as if nothing matched. */
  relational?: 'answered' | 'refused' | 'forbidden' | 'nothing' | 'key ignored';
  /** Instances are only searched for inside of a series, as by AWS HealthImaging. */
  instancesBySeriesOnly?: boolean;
  /** Issuer of Patient ID is not a matching key: it is ignored. */
  ignoresIssuer?: boolean;
  /** UID lists: understood, or read as one UID that nothing has. */
  uidLists?: boolean;
  /** `*` and `?` are wildcards. */
  wildcards?: boolean;
  /** Gives no counts of series and instances. */
  countless?: boolean;
  /** The count that it returns, instead of the number of results. */
  countReturned?: (count: number) => number;
  /** How it says that nothing was found. */
  nothing?: 'empty array' | 204 | 404;
  contentType?: string;
  /** Gives nothing but UIDs and Patient ID unless it is requested for, and takes a limit of 200 at most. */
  sparse?: boolean;
  /** Instances found in a study come without the attributes of their series, or with the modality alone. */
  bareInstances?: boolean | 'but for the modality';
  /** Answers first, if it returns true. */
  before?: (request: IncomingMessage, response: ServerResponse) => boolean | Promise<boolean>;
}

export interface FakeQido {
  /** Base URL of the service. */
  url: string;
  /** Requests so far: path and query. */
  requests: string[];
  /** `Authorization` of each of them. */
  authorizations: (string | undefined)[];
  /** HTTP versions of them. */
  versions: string[];
  stop(): Promise<void>;
}

/** Starts a DICOMweb server in this process that holds `patients`. */
export async function startFakeQido(
  patients: readonly Patient[],
  behaviour: FakeQidoBehaviour = {},
  tls?: ServerOptions & { http2?: boolean },
): Promise<FakeQido> {
  const requests: string[] = [];
  const authorizations: (string | undefined)[] = [];
  const versions: string[] = [];
  const handle: RequestListener = (request, response) => {
    requests.push(request.url ?? '');
    authorizations.push(request.headers.authorization);
    versions.push(request.httpVersion);
    void (async () => {
      if (await behaviour.before?.(request, response)) return;
      answer(patients, behaviour, request.url ?? '', response);
    })();
  };
  const sockets = new Set<Socket>();
  const server: Server = tls?.http2
    ? (createSecureServer({ ...tls, allowHTTP1: true }, handle as never) as unknown as Server)
    : tls
      ? createHttpsServer(tls, handle)
      : createHttpServer(handle);
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}/dicom/web`,
    requests,
    authorizations,
    versions,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function answer(
  patients: readonly Patient[],
  behaviour: FakeQidoBehaviour,
  target: string,
  response: ServerResponse,
): void {
  const url = new URL(target, 'http://localhost');
  const path = /^\/dicom\/web\/((?:studies\/([^/]+)\/)?(?:series\/([^/]+)\/)?(studies|series|instances))$/.exec(
    url.pathname,
  );
  const level = ({ studies: 'study', series: 'series', instances: 'instance' } as const)[path?.[4] ?? ''];
  if (!path || !level) return void response.writeHead(404).end();
  const [, , study, series] = path;
  if (behaviour.sparse && Number(url.searchParams.get('limit') ?? 1) > 200) return void response.writeHead(400).end();
  if (behaviour.instancesBySeriesOnly && level === 'instance' && series === undefined) {
    return void response.writeHead(404).end();
  }
  const isRelational = level !== 'study' && study === undefined;
  if (isRelational && behaviour.relational === 'refused') return void response.writeHead(400).end();
  if (isRelational && behaviour.relational === 'forbidden') return void response.writeHead(403).end();
  if (behaviour.refusesOffset && url.searchParams.has('offset')) return void response.writeHead(400).end();
  const requested = url.searchParams.getAll('includefield').flatMap((value) => value.split(','));
  if (requested.length > 0 && behaviour.includeField === 'refused') return void response.writeHead(400).end();

  let results =
    isRelational && behaviour.relational === 'nothing'
      ? []
      : resultsOf(
          patients,
          level,
          behaviour.countless ? () => undefined : (behaviour.countReturned ?? ((count) => count)),
        );
  const keys: [string, string][] = [...url.searchParams].filter(
    ([name]) =>
      !['includefield', 'limit', 'offset'].includes(name) && !(behaviour.ignoresIssuer && name === 'IssuerOfPatientID'),
  );
  if (study !== undefined) keys.push(['StudyInstanceUID', study]);
  if (series !== undefined) keys.push(['SeriesInstanceUID', series]);
  if (!(isRelational && behaviour.relational === 'key ignored')) {
    for (const [name, value] of keys) results = results.filter((result) => matches(result, name, value, behaviour));
  }
  const offset = behaviour.ignoresOffset ? 0 : Number(url.searchParams.get('offset') ?? 0);
  if (behaviour.reorders && offset > 0) results = [...results.slice(4), ...results.slice(0, 4)];
  const limit = Math.min(Number(url.searchParams.get('limit') ?? Infinity), behaviour.cap ?? Infinity);
  const page = results.slice(offset, offset + limit);
  if (behaviour.warns && offset + page.length < results.length) {
    response.setHeader('warning', '299 fake: "There are additional results that can be requested"');
  }
  if (page.length === 0 && behaviour.nothing !== undefined && behaviour.nothing !== 'empty array') {
    return void response.writeHead(behaviour.nothing).end();
  }
  response.setHeader('content-type', behaviour.contentType ?? 'application/dicom+json');
  response.end(JSON.stringify(page.map((result) => given(result, level, requested, behaviour))));
}

function matches(result: DicomJson, name: string, value: string, behaviour: FakeQidoBehaviour): boolean {
  const tag = Tag[name as keyof typeof Tag] ?? name;
  const held = textsOf(result, tag);
  const range = tag === Tag.StudyDate && /^(\d{8})?-(\d{8})?$/.exec(value);
  if (range) return held.some((date) => date >= (range[1] ?? '') && date <= (range[2] ?? '9'));
  const times = tag === Tag.StudyTime && /^([\d.]*)-([\d.]*)$/.exec(value);
  if (times) return held.some((time) => time >= (times[1] ?? '') && time <= (times[2] || '9'));
  const isUid = /UID$/.test(name);
  const wanted = isUid && behaviour.uidLists !== false ? value.split(',') : [value];
  return wanted.some((text) =>
    held.some((one) => {
      if (isUid || !behaviour.wildcards) return one === text;
      const pattern = text
        .replace(/[\\^$.|+()[\]{}]/g, '\\$&')
        .replaceAll('*', '.*')
        .replaceAll('?', '.');
      return new RegExp(`^${pattern}$`).test(one);
    }),
  );
}

/** Attributes that are only given where they are requested for. */
const EXTRA: readonly string[] = [
  Tag.StudyDescription,
  Tag.IssuerOfPatientID,
  Tag.PatientBirthTime,
  Tag.SeriesDate,
  Tag.SeriesTime,
];
/** What a sparse server returns too. */
const ALWAYS: readonly string[] = [
  Tag.StudyInstanceUID,
  Tag.SeriesInstanceUID,
  Tag.SOPInstanceUID,
  Tag.PatientID,
  Tag.PatientName,
  Tag.AccessionNumber,
  Tag.StudyDate,
];
const OF_SERIES: readonly string[] = [Tag.Modality, Tag.SeriesDescription, Tag.SeriesNumber];

function given(result: DicomJson, level: Level, requested: readonly string[], behaviour: FakeQidoBehaviour): DicomJson {
  const mode = behaviour.includeField ?? 'tags';
  const extra = (tag: string) =>
    (mode === 'tags' && (requested.includes(tag) || requested.includes('all'))) ||
    (mode === 'all' && requested.includes('all'));
  return Object.fromEntries(
    Object.entries(result).filter(([tag]) => {
      if (EXTRA.includes(tag) || (behaviour.sparse && !ALWAYS.includes(tag))) return extra(tag);
      if (tag === Tag.Modality && behaviour.bareInstances === 'but for the modality') return true;
      return !(behaviour.bareInstances && level === 'instance' && OF_SERIES.includes(tag));
    }),
  );
}
