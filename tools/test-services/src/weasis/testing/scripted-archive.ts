import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { dicomFile, type FilePatient } from '../../dicom-files.js';

/** An HTTP server on 127.0.0.1 for tests. It serves a manifest, and images by their SOP Instance UIDs. */
export interface ScriptedArchive {
  url: string;
  /** Paths of the requests so far. */
  paths: string[];
  requests: IncomingMessage[];
  /** Serves `text` as `/manifest`, and replaces `URL` in it by {@link url}. */
  manifest(text: string): string;
  /** Answers in place of the server if it returns true. */
  answer: (request: IncomingMessage, response: ServerResponse) => boolean | void;
  stop(): Promise<void>;
}

/** Starts a scripted archive. Its images are of the patient, study and series of `imageOf`. */
export async function scriptedArchive(): Promise<ScriptedArchive> {
  let text = '';
  const server = createServer((request, response) => {
    archive.paths.push(request.url ?? '');
    archive.requests.push(request);
    if (archive.answer(request, response)) return;
    const path = request.url ?? '';
    if (path.startsWith('/manifest')) return void response.end(text);
    const uid = /objectUID=([\d.]+)/.exec(path)?.[1] ?? /([\d.]+)(?:\?.*)?$/.exec(path)?.[1] ?? '';
    sendImages(request, response, [imageOf(uid)]);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const archive: ScriptedArchive = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    paths: [],
    requests: [],
    manifest(manifest) {
      text = manifest.replaceAll('URL', archive.url);
      return `${archive.url}/manifest`;
    },
    answer: () => undefined,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return archive;
}

/** Sends images: as multipart if the client requests it (WADO-RS), otherwise unchanged (WADO-URI). */
export function sendImages(request: IncomingMessage, response: ServerResponse, images: readonly Buffer[]): void {
  if (!request.headers.accept?.startsWith('multipart/related')) return void response.end(images[0]);
  response.setHeader('content-type', 'multipart/related; type="application/dicom"; boundary="b-1"');
  for (const image of images) {
    response.write('\r\n--b-1\r\nContent-Type: application/dicom\r\n\r\n');
    response.write(image);
  }
  response.end('\r\n--b-1--\r\n');
}

/** Returns an image of study `1`. The part of its UID before the last dot is its Series Instance UID. */
export function imageOf(
  sopInstanceUid: string,
  patient: Omit<FilePatient, 'studies'> = { patientId: '7', patientName: 'DOE^JANE' },
): Buffer {
  const seriesInstanceUid = sopInstanceUid.replace(/\.\d+$/, '');
  return dicomFile(patient, { studyInstanceUid: '1' }, { seriesInstanceUid }, { sopInstanceUid });
}

/** Returns a manifest with these `arcQuery` elements. */
export function manifestOf(...arcQueries: string[]): string {
  return `<?xml version="1.0"?><manifest xmlns="http://www.weasis.org/xsd/2.5">${arcQueries.join('')}</manifest>`;
}

/** Returns an `arcQuery` with study 1 of one patient (7, DOE^JANE). */
export function arcQueryOf(attributes: string, content: string, before = ''): string {
  return `<arcQuery arcId="a" ${attributes}>${before}<Patient PatientID="7" PatientName="DOE^JANE">
    <Study StudyInstanceUID="1">${content}</Study></Patient></arcQuery>`;
}

/** Returns a `Series` with instances `UID.1` … */
export function seriesOf(uid: string, instances: number, attributes = '', instanceAttributes = ''): string {
  const list = Array.from(
    { length: instances },
    (_, index) => `<Instance SOPInstanceUID="${uid}.${index + 1}" ${instanceAttributes}/>`,
  );
  return `<Series SeriesInstanceUID="${uid}" ${attributes}>${list.join('')}</Series>`;
}
