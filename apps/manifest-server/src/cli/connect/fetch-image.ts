import { chunksOf, get, ImageProblem } from './get.js';
import { type ImageRequest } from './image-request.js';
import { firstPart, HEAD_BYTES, isPart10, sopInstanceUidOf } from './part10.js';

/** Fetches an image as Weasis does. @returns a description of the image. @throws ImageProblem */
export async function fetchImage(request: ImageRequest, signal: AbortSignal): Promise<string> {
  const start = performance.now();
  return get(request, signal, async (response, redirectedTo) => {
    const { what, bytes } = await readImage(request, response, signal);
    const seen = `${what}, ${bytes.toLocaleString('en')} bytes in ${Math.round(performance.now() - start)} ms`;
    return redirectedTo === undefined
      ? seen
      : `${seen}; only reached by a redirect to ${redirectedTo}, which Weasis follows. Configure that address if it is permanent`;
  });
}

async function readImage(
  request: ImageRequest,
  response: Response,
  signal: AbortSignal,
): Promise<{ what: string; bytes: number }> {
  const { head, bytes } = await readHead(response, signal);
  const said = response.headers.get('content-type') ?? '';
  const type = said.split(';', 1)[0]!.trim().slice(0, 80) || 'no content type';
  const image = request.byWadoRs ? firstPart(said, head) : head;
  if (image === undefined && !looksLikeHtml(type, head))
    throw new ImageProblem(
      `it answered ${type}, which is not multipart; Weasis cannot read that`,
      'Set the address of the WADO-RS service, without /studies.',
    );
  if (image === undefined || !isPart10(image)) throw notDicom(type, head);
  const uid = sopInstanceUidOf(image);
  if (uid === undefined)
    throw new ImageProblem(
      'its DICOM file has no Media Storage SOP Instance UID (0002,0003)',
      "Ask the archive's administrator to look at this file.",
    );
  if (request.sopInstanceUid !== undefined && uid !== request.sopInstanceUid)
    throw new ImageProblem(
      'it answered an image with another SOP Instance UID than the requested one',
      'Check the address and requireOnlySOPInstanceUID by what the archive expects. A cache in between may mix up images.',
    );
  return {
    what: request.sopInstanceUid === undefined ? 'a series, whose first image is DICOM' : 'a DICOM image',
    bytes,
  };
}

async function readHead(response: Response, signal: AbortSignal): Promise<{ head: Buffer; bytes: number }> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of chunksOf(response, signal)) {
    if (bytes < HEAD_BYTES) chunks.push(chunk);
    bytes += chunk.length;
  }
  return { head: Buffer.concat(chunks), bytes };
}

function notDicom(type: string, head: Buffer): ImageProblem {
  if (looksLikeHtml(type, head))
    return new ImageProblem(
      'it answered a web page instead of an image; Weasis skips it without a message',
      'Set the address of the WADO service itself. A login page means that login or token are missing.',
    );
  return new ImageProblem(
    `it answered ${type}, which is not a DICOM file`,
    "Set wado.authentication.additionnalParameters to '&contentType=application/dicom' if the archive ignores the encoded one.",
  );
}

function looksLikeHtml(type: string, head: Buffer): boolean {
  return /html/i.test(type) || /^\s*<(!doctype html|html)/i.test(head.toString('latin1', 0, 200));
}
