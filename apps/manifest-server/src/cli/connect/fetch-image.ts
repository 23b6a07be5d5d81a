import { type ImageRequest } from './image-request.js';
import { firstPart, HEAD_BYTES, isPart10, sopInstanceUidOf } from './part10.js';

/** How long Weasis waits for an answer to begin. */
const WEASIS_PATIENCE_MS = 15_000;

/** What is wrong with an image, and what to do about it. */
export class ImageProblem extends Error {
  override readonly name = 'ImageProblem';

  constructor(
    message: string,
    readonly remedy: string,
  ) {
    super(message);
  }
}

/** Fetches an image as Weasis does. @returns what was seen, for people. @throws ImageProblem */
export async function fetchImage(request: ImageRequest, signal: AbortSignal): Promise<string> {
  const start = performance.now();
  const response = await get(request, signal);
  const { head, bytes } = await read(response, signal);
  const said = response.headers.get('content-type') ?? '';
  const type = said.split(';', 1)[0]!.trim().slice(0, 80) || 'no content type';
  const image = request.byWadoRs ? firstPart(said, head) : head;
  if (image === undefined && !looksLikeHtml(type, head))
    throw new ImageProblem(
      `it answered ${type}, which is not multipart; Weasis cannot read that`,
      'Set the address of the WADO-RS service, the one that /studies follows.',
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
      'it answered an image of another SOP Instance UID than the one that was asked for',
      'Compare the address and requireOnlySOPInstanceUID with what the archive expects; a cache in between may mix images up.',
    );
  const what = request.sopInstanceUid === undefined ? 'a series, whose first image is DICOM' : 'a DICOM image';
  return `${what}, ${bytes.toLocaleString('en')} bytes in ${Math.round(performance.now() - start)} ms`;
}

/** Asks, and takes status 200 only. The answer has to begin within Weasis' own time. @throws ImageProblem */
export async function get(
  { url, headers }: Pick<ImageRequest, 'url' | 'headers'>,
  signal: AbortSignal,
): Promise<Response> {
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(), WEASIS_PATIENCE_MS);
  const either = AbortSignal.any([signal, silence.signal]);
  let response: Response;
  try {
    response = await fetch(url, { headers, signal: either });
  } catch (error) {
    if (((error as Error).cause as Error | undefined)?.message === 'bad port')
      throw new ImageProblem(
        `this command cannot ask port ${new URL(url).port}, which web browsers block; Weasis may`,
        'Open an image in Weasis, or serve images at another port.',
      );
    throw unreachable(error, either);
  } finally {
    clearTimeout(timer);
  }
  if (response.status === 200) return response;
  await response.body?.cancel();
  throw new ImageProblem(`it answered status ${response.status}; Weasis shows no image`, remedyOf(response.status));
}

async function read(response: Response, signal: AbortSignal): Promise<{ head: Buffer; bytes: number }> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of response.body ?? []) {
      if (bytes < HEAD_BYTES) chunks.push(chunk);
      bytes += chunk.length;
    }
  } catch (error) {
    if (signal.aborted) throw unreachable(error, signal);
    throw new ImageProblem(
      `it closed the connection after ${bytes.toLocaleString('en')} bytes, before the image was complete`,
      "See the archive's log, and that of a proxy in between.",
    );
  }
  return { head: Buffer.concat(chunks), bytes };
}

function notDicom(type: string, head: Buffer): ImageProblem {
  if (looksLikeHtml(type, head))
    return new ImageProblem(
      'it answered a web page instead of an image; Weasis skips it without a word',
      'Set the address of the WADO service itself. A page to log in means that login or token are missing.',
    );
  return new ImageProblem(
    `it answered ${type}, which is not a DICOM file`,
    "Set wado.authentication.additionnalParameters to '&contentType=application/dicom' if the archive ignores the encoded one.",
  );
}

function looksLikeHtml(type: string, head: Buffer): boolean {
  return /html/i.test(type) || /^\s*<(!doctype html|html)/i.test(head.toString('latin1', 0, 200));
}

function remedyOf(status: number): string {
  switch (status) {
    case 400:
      return "Set wado.authentication.additionnalParameters to '&contentType=application/dicom' if the archive does not decode %2F (Debian's Orthanc does not).";
    case 401:
    case 407:
      return 'Check login and password below wado.authentication, or the registration of its oidc-id.';
    case 403:
      return 'Let this login see images in the archive, or ask for another scope.';
    case 404:
    case 405:
    case 410:
      return 'Check the address where images are retrieved, its path included.';
    case 406:
    case 415:
      return 'Check transfer-syntax-uid, and an Accept among httpTags.';
    default:
      return status >= 500 ? "See the archive's log." : 'Check the address where images are retrieved.';
  }
}

function unreachable(error: unknown, signal: AbortSignal): ImageProblem {
  if (signal.aborted)
    return new ImageProblem(
      'it gave no complete answer in time',
      'See whether the archive is overloaded. Weasis waits for 15 s.',
    );
  const { code } = ((error as Error).cause ?? {}) as NodeJS.ErrnoException;
  switch (code) {
    case 'ECONNREFUSED':
      return new ImageProblem('nothing listens on that port', 'Check the port, and whether the archive runs.');
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new ImageProblem(
        'its host name is not known',
        'Check the host name, and the name server of this machine.',
      );
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'ETIMEDOUT':
    case 'UND_ERR_CONNECT_TIMEOUT':
      return new ImageProblem('its host is not reached', 'Check the host, and whether a firewall is in between.');
  }
  if (/CERT|SIGNATURE|ALTNAME|SELF_SIGNED/.test(code ?? ''))
    return new ImageProblem(
      `this machine does not trust its certificate (${code})`,
      "Weasis trusts what its desktop's Java trusts, so it may work there. For this command, set NODE_EXTRA_CA_CERTS to the authority's PEM file.",
    );
  return new ImageProblem(
    `the connection failed${code === undefined ? '' : ` (${code})`}`,
    'Check the scheme (http or https), host and port.',
  );
}
