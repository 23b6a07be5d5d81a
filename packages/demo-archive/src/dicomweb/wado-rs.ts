import { type ServerResponse } from 'node:http';
import { type Attributes } from '../dicom/attributes.js';
import { fileIn, framesIn } from '../storage/conversion.js';
import { type ImageStore, type InstancePath, type StoredInstance } from '../storage/image-store.js';
import { attributesAt } from '../storage/levels.js';
import { mediaTypeOf, transferSyntaxesOf } from './accept.js';
import { renderJpeg, type Viewport } from './rendering.js';
import { HttpError, type Part, sendJson, sendMultipart } from './reply.js';

/** A request of WADO-RS (PS3.18 10.4). */
export interface Retrieval {
  path: InstancePath;
  /** What of it: `metadata`, `frames`, `rendered` or `thumbnail`; undefined for the instances. */
  resource?: string;
  /** Numbers of frames, counted from 1. */
  frames?: number[];
  accept: string;
  viewport?: Viewport;
  baseUrl: string;
}

/** Answers a request of WADO-RS. @throws HttpError if there is nothing to send */
export async function sendRetrieved(store: ImageStore, retrieval: Retrieval, response: ServerResponse): Promise<void> {
  const instances = store.instances(retrieval.path);
  const [first] = instances;
  if (!first) throw new HttpError(404, 'The archive does not have it.');
  switch (retrieval.resource) {
    case undefined:
      return sendInstances(instances, retrieval, response);
    case 'metadata':
      return sendJson(
        response,
        instances.map(({ attributes }) => metadataOf(attributes)),
      );
    case 'frames':
      return sendFrames(first, retrieval, response);
    default: {
      // The middle image says most about a series.
      const middle = instances[Math.floor(instances.length / 2)] as StoredInstance;
      const viewport =
        retrieval.viewport ?? (retrieval.resource === 'thumbnail' ? { width: 128, height: 128 } : undefined);
      const jpeg = await renderJpeg(middle, viewport, retrieval.frames?.[0]);
      response.writeHead(200, { 'content-type': 'image/jpeg' }).end(jpeg);
    }
  }
}

async function sendInstances(
  instances: StoredInstance[],
  { accept, path }: Retrieval,
  response: ServerResponse,
): Promise<void> {
  const wanted = transferSyntaxesOf(accept);
  const [first] = instances;
  if (first && path.instance && accept.includes('application/dicom') && !accept.includes('multipart')) {
    response.writeHead(200, { 'content-type': 'application/dicom' }).end(await fileIn(first, wanted));
    return;
  }
  async function* parts(): AsyncGenerator<Part> {
    for (const instance of instances) yield { type: 'application/dicom', body: await fileIn(instance, wanted) };
  }
  await sendMultipart(response, 'application/dicom', parts());
}

async function sendFrames(
  instance: StoredInstance,
  { accept, frames: numbers = [], baseUrl, path }: Retrieval,
  response: ServerResponse,
): Promise<void> {
  const { frames, transferSyntaxUid } = await framesIn(instance, transferSyntaxesOf(accept));
  const wrong = numbers.find((number) => !frames[number - 1]);
  if (numbers.length === 0 || wrong !== undefined)
    throw new HttpError(404, `The instance has ${frames.length} frames.`);
  const type = mediaTypeOf(transferSyntaxUid);
  const location = `${baseUrl}/studies/${path.study}/series/${path.series}/instances/${path.instance}/frames`;
  async function* parts(): AsyncGenerator<Part> {
    for (const number of numbers)
      yield {
        type: `${type}; transfer-syntax=${transferSyntaxUid}`,
        location: `${location}/${number}`,
        body: frames[number - 1] as Buffer,
      };
  }
  await sendMultipart(response, type, parts());
}

/** Returns a data set as metadata: in UTF-8, and in the order of its tags. Pixel data is left out, since frames have their own address. */
function metadataOf(attributes: Attributes): Attributes {
  const all = attributesAt('IMAGE', attributes);
  return Object.fromEntries(
    Object.keys(all)
      .sort()
      .map((tag) => [tag, all[tag] as Attributes[string]]),
  );
}
