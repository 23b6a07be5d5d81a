import { type IncomingMessage, type ServerResponse } from 'node:http';
import { type ScriptedArchive, type ScriptedArchives } from '@pacs-connectors/connector-testkit';
import { type DicomJson, Tag, textsOf } from '../json/dicom-json.js';
import { connectorTo } from './connector-to.js';
import { startFakeQido } from './fake-qido.js';

const UNREADABLE = 'unreadable';
/** A result that is not JSON. */
const BROKEN = String.raw`{"00080018":{"vr":"UI","Value":["\q"]}}`;
const JSON_TYPE = { 'content-type': 'application/dicom+json' };

/** The forms in which servers say that nothing was found (PS3.18 8.3.4.4.1, CP-2473). */
const EMPTY_ANSWERS: Record<string, (response: ServerResponse) => void> = {
  'an empty array': (response) => response.writeHead(200, JSON_TYPE).end('[]'),
  'status 204': (response) => response.writeHead(204).end(),
  'status 404': (response) => response.writeHead(404, { 'content-type': 'text/html' }).end('<p>Not found</p>'),
  'an empty body': (response) => response.writeHead(200, { ...JSON_TYPE, 'content-length': 0 }).end(),
  'an empty chunked body of HTML': (response) =>
    response.writeHead(200, { 'content-type': 'text/html', 'transfer-encoding': 'chunked' }).end(),
  'an empty body without a type': (response) => response.writeHead(200).end(),
  'an array of an empty object': (response) => response.writeHead(200, JSON_TYPE).end('[{}]'),
};

/** QIDO-RS servers that follow the scripts of the conformance suite. */
export const scripted: ScriptedArchives = {
  emptyAnswers: Object.keys(EMPTY_ANSWERS),
  async open(archive) {
    const { patients, mostResults } = archive;
    const server = await startFakeQido(patients, {
      cap: mostResults,
      instancesBySeriesOnly: archive.unlisted !== undefined,
      before: (request, response) => follow(archive, request, response),
    });
    const connector = connectorTo(server.url);
    return {
      connector,
      close: async () => {
        await connector.close();
        await server.stop();
      },
    };
  },
};

/** Answers, or changes the request and the answer of the server. @returns whether it has answered. */
function follow(archive: ScriptedArchive, request: IncomingMessage, response: ServerResponse): boolean {
  const { failing = [], silent = [], finds = {} } = archive;
  const url = new URL(request.url ?? '', 'http://server');
  const isOfStudies = url.pathname.endsWith('/studies');
  const names = (uid: string) =>
    decodeURIComponent(url.pathname + url.search)
      .split(/[^\d.]+/)
      .includes(uid);
  if (!isOfStudies && silent.some(names)) return true;
  if (!isOfStudies && failing.some(names)) {
    response.writeHead(500).end();
    return true;
  }
  for (const name of ['PatientID', Tag.PatientID, 'AccessionNumber', Tag.AccessionNumber]) {
    const held = finds[url.searchParams.get(name) ?? ''];
    // The server finds a record by any of its values.
    if (held !== undefined) url.searchParams.set(name, held.split('\\')[0] as string);
  }
  // What matches no date is no reason to leave a study out.
  url.searchParams.delete('StudyDate');
  request.url = url.pathname + url.search;
  const end = response.end.bind(response) as (content?: string) => ServerResponse;
  response.end = ((content?: string) => {
    const results = JSON.parse(content ?? '[]') as DicomJson[];
    if (results.length === 0 && archive.emptyAnswer !== undefined && !url.searchParams.has('offset')) {
      response.end = end as never;
      response.removeHeader('content-type');
      EMPTY_ANSWERS[archive.emptyAnswer]?.(response);
      return response;
    }
    return end(JSON.stringify(changed(archive, results, isOfStudies)).replaceAll(JSON.stringify(UNREADABLE), BROKEN));
  }) as typeof response.end;
  return false;
}

function changed(archive: ScriptedArchive, results: readonly DicomJson[], isOfStudies: boolean): unknown[] {
  const { hidden = [], unlisted = [], unreadable = [], otherPatientIds = {}, patients } = archive;
  const isIn = (uids: readonly string[], result: DicomJson, ...tags: string[]) =>
    tags.some((tag) => textsOf(result, tag).some((uid) => uids.includes(uid)));
  const listed = results.filter((result) => {
    if (isIn(hidden, result, Tag.StudyInstanceUID)) return false;
    if (isOfStudies) return true;
    const isInstance = textsOf(result, Tag.SOPInstanceUID).length > 0;
    return !isIn(unlisted, result, Tag.StudyInstanceUID, ...(isInstance ? [Tag.SeriesInstanceUID] : []));
  });
  const studies = new Map(
    patients.flatMap((patient) => patient.studies.map((study) => [study.studyInstanceUid, study] as const)),
  );
  return listed.map((result) => {
    if (isIn(unreadable, result, Tag.SOPInstanceUID)) return UNREADABLE;
    if (!isOfStudies) return result;
    const others = textsOf(result, Tag.PatientID).flatMap((id) => otherPatientIds[id] ?? []);
    const modalities = studies.get(textsOf(result, Tag.StudyInstanceUID)[0] ?? '')?.modalitiesInStudy;
    return {
      ...result,
      ...(others.length > 0 && { [Tag.OtherPatientIDs]: { Value: others } }),
      ...(modalities && { [Tag.ModalitiesInStudy]: { Value: modalities } }),
    };
  });
}
