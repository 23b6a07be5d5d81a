import { type ServerResponse } from 'node:http';
import { EXPLICIT_VR_LITTLE_ENDIAN } from '../dicom/transfer-syntaxes.js';
import { fileIn } from '../storage/conversion.js';
import { type ImageStore } from '../storage/image-store.js';
import { renderJpeg } from './rendering.js';
import { HttpError } from './reply.js';

/** Answers a request of WADO-URI (PS3.18 9): a DICOM file, or a JPEG. @throws HttpError if it is wrong or finds nothing */
export async function sendObject(
  store: ImageStore,
  parameters: URLSearchParams,
  response: ServerResponse,
): Promise<void> {
  const instance = parameters.get('objectUID');
  if (parameters.get('requestType') !== 'WADO' || !instance) {
    throw new HttpError(400, 'WADO-URI needs requestType=WADO and an objectUID.');
  }
  const path = { study: parameters.get('studyUID') ?? '', series: parameters.get('seriesUID') ?? '', instance };
  const [found] = store.instances(path);
  if (!found) throw new HttpError(404, 'The archive does not have it.');
  const contentType = parameters.get('contentType') ?? 'image/jpeg';
  if (contentType.includes('application/dicom')) {
    const file = await fileIn(found, [parameters.get('transferSyntax') ?? EXPLICIT_VR_LITTLE_ENDIAN]);
    response.writeHead(200, { 'content-type': 'application/dicom' }).end(file);
    return;
  }
  if (!contentType.includes('image/jpeg')) throw new HttpError(406, 'It can be application/dicom or image/jpeg.');
  const number = (name: string) => Number(parameters.get(name) ?? 0) || Infinity;
  const viewport = { width: number('columns'), height: number('rows') };
  const jpeg = await renderJpeg(found, viewport, Number(parameters.get('frameNumber') ?? 1));
  response.writeHead(200, { 'content-type': 'image/jpeg' }).end(jpeg);
}
