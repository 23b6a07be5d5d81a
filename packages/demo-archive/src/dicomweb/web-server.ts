import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type ImageStore, type InstancePath } from '../storage/image-store.js';
import { type Level } from '../storage/levels.js';
import { searchResults } from './qido.js';
import { HttpError, sendJson } from './reply.js';
import { sendRetrieved } from './wado-rs.js';
import { sendObject } from './wado-uri.js';

/** A running DICOMweb server. */
export interface WebServer {
  /** Base of QIDO-RS and WADO-RS. */
  dicomWebUrl: string;
  /** Address of WADO-URI. */
  wadoUrl: string;
  close(): Promise<void>;
}

/** Serves an archive by QIDO-RS, WADO-RS and WADO-URI, on a free port of the loopback interface. */
export async function startWebServer(store: ImageStore): Promise<WebServer> {
  const server = createServer((request, response) => {
    answer(store, request, response).catch((error: unknown) => fail(response, error));
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const url = baseUrlOf(server);
  return {
    dicomWebUrl: `${url}/dicom-web`,
    wadoUrl: `${url}/wado`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function baseUrlOf(server: Server): string {
  const { port } = server.address() as { port: number };
  return `http://127.0.0.1:${port}`;
}

const STUDY = '(?:/studies/(?<study>[0-9.]+))?';
const SERIES = '(?:/series/(?<series>[0-9.]+))?';
const INSTANCE = '(?:/instances/(?<instance>[0-9.]+))?';
const FRAMES = '(?:/frames/(?<frames>[0-9,]+))?';
const ROUTE = new RegExp(
  `^/dicom-web${STUDY}${SERIES}${INSTANCE}${FRAMES}(?:/(?<resource>studies|series|instances|metadata|rendered|thumbnail))?$`,
);
const SEARCHES: Record<string, Level> = { studies: 'STUDY', series: 'SERIES', instances: 'IMAGE' };

async function answer(store: ImageStore, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const host = request.headers.host ?? '';
  // A web page that resolves its own name to this machine must not read a person's files.
  if (!/^(127\.0\.0\.1|localhost)(:\d+)?$/.test(host)) throw new HttpError(421, 'Use the address 127.0.0.1.');
  if (request.method !== 'GET') throw new HttpError(405, 'Only GET is answered.');
  const url = new URL(request.url ?? '/', `http://${host}`);
  if (url.pathname === '/wado') return sendObject(store, url.searchParams, response);
  const groups = ROUTE.exec(url.pathname)?.groups;
  if (!groups)
    throw new HttpError(404, 'There is nothing at this address. DICOMweb is at /dicom-web, WADO-URI at /wado.');
  const { study, series, instance, frames, resource } = groups as Record<string, string | undefined>;
  const path: InstancePath = {
    ...(study ? { study } : {}),
    ...(series ? { series } : {}),
    ...(instance ? { instance } : {}),
  };
  const baseUrl = `${url.origin}/dicom-web`;
  const level = SEARCHES[resource ?? ''];
  if (level) return sendJson(response, searchResults(store, level, path, url.searchParams, baseUrl));
  if (!study) throw new HttpError(404, 'A study is missing in the address.');
  const viewport = /^(\d+),(\d+)/.exec(url.searchParams.get('viewport') ?? '');
  const numbers = frames?.split(',').map(Number);
  await sendRetrieved(
    store,
    {
      path,
      ...(resource ? { resource } : numbers ? { resource: 'frames' } : {}),
      ...(numbers ? { frames: numbers } : {}),
      accept: request.headers.accept ?? '',
      ...(viewport ? { viewport: { width: Number(viewport[1]), height: Number(viewport[2]) } } : {}),
      baseUrl,
    },
    response,
  );
}

function fail(response: ServerResponse, error: unknown): void {
  if (response.headersSent) return void response.destroy();
  const status = error instanceof HttpError ? error.status : 500;
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' });
  response.end(`${error instanceof Error ? error.message : String(error)}\n`);
}
