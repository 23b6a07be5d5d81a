import { type ServerErrorCode } from '../../errors/error-codes.js';
import { type ImageRequest } from './image-request.js';

/** How long Weasis waits for an answer to begin, milliseconds. */
const WEASIS_TIMEOUT_MS = 15_000;
const MAX_REDIRECTS = 5;
const REDIRECTS = [301, 302, 303, 307, 308];

/** Says why an image cannot be fetched, and what to do about it. */
export class ImageProblem extends Error {
  override readonly name = 'ImageProblem';

  constructor(
    message: string,
    readonly remedy: string,
    readonly code: ServerErrorCode = 'server.image.invalid',
  ) {
    super(message);
  }
}

type Request = Pick<ImageRequest, 'url' | 'headers'>;

/**
 * Sends a GET request and follows redirects. It accepts status 200 only, and waits as long as Weasis for the answer to begin.
 *
 * Login, token and configured headers are sent to the configured origin only.
 *
 * @param take reads the answer. `redirectedTo` is the origin of the answer if there were redirects.
 * @throws ImageProblem that names the origin of the answer if there were redirects
 */
export async function get<Result>(
  request: Request,
  signal: AbortSignal,
  take: (response: Response, redirectedTo?: string) => Promise<Result>,
): Promise<Result> {
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(), WEASIS_TIMEOUT_MS);
  const either = AbortSignal.any([signal, silence.signal]);
  const configured = URL.canParse(request.url) ? new URL(request.url).origin : undefined;
  let { url } = request;
  let redirectedTo: string | undefined;
  try {
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
      const own = redirectedTo === undefined || redirectedTo === configured;
      const response = await ask({ url, headers: own ? request.headers : publicHeaders(request.headers) }, either);
      const { status } = response;
      if (status === 200) {
        clearTimeout(timer);
        return await take(response, redirectedTo);
      }
      await response.body?.cancel().catch(() => undefined);
      if (!REDIRECTS.includes(status)) throw own ? declined(status) : declinedElsewhere(status);
      const next = nextAddress(url, response);
      url = next.href;
      redirectedTo = next.origin;
    }
    throw new ImageProblem(
      `it redirects more than ${MAX_REDIRECTS} times`,
      'Configure the final address, and check the rules of a proxy in between.',
      'server.image.redirect',
    );
  } catch (error) {
    if (!(error instanceof ImageProblem) || redirectedTo === undefined) throw error;
    throw new ImageProblem(`${error.message} (after a redirect to ${redirectedTo})`, error.remedy, error.code);
  } finally {
    clearTimeout(timer);
  }
}

/** Yields the decompressed body of an answer. @throws ImageProblem */
export async function* chunksOf(response: Response, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  try {
    for await (const chunk of response.body ?? []) {
      bytes += chunk.length;
      yield chunk;
    }
  } catch (error) {
    if (signal.aborted) throw unreachable(error, signal);
    throw new ImageProblem(
      `it closed the connection after ${bytes.toLocaleString('en')} bytes, before the answer was complete`,
      "Check the archive's log, and that of a proxy in between.",
      'server.image.unreachable',
    );
  }
}

async function ask({ url, headers }: Request, signal: AbortSignal): Promise<Response> {
  try {
    return await fetch(url, { headers, signal, redirect: 'manual' });
  } catch (error) {
    if (((error as Error).cause as Error | undefined)?.message === 'bad port')
      throw new ImageProblem(
        `this command cannot use port ${new URL(url).port}, which web browsers block; Weasis may`,
        'Open an image in Weasis, or serve images at another port.',
        'server.image.unreachable',
      );
    throw unreachable(error, signal);
  }
}

/** Returns the headers that any server may see: the accepted types. */
function publicHeaders(headers: Headers): Headers {
  const accept = headers.get('accept');
  return new Headers(accept === null ? {} : { accept });
}

/** Returns the address that an answer redirects to. @throws ImageProblem */
function nextAddress(url: string, { status, headers }: Response): URL {
  const location = headers.get('location');
  if (!location || !URL.canParse(location, url))
    throw new ImageProblem(
      `it answered status ${status} (a redirect) without a usable Location`,
      'Configure the final address.',
      'server.image.redirect',
    );
  const next = new URL(location, url);
  if (next.protocol !== 'https:' && next.protocol !== 'http:')
    throw new ImageProblem(
      'it redirects to an address that is neither http nor https',
      'Configure the final address.',
      'server.image.redirect',
    );
  if (next.protocol === 'http:' && url.startsWith('https:'))
    throw new ImageProblem(
      'it redirects to an address without TLS, which is not followed',
      'Configure the final address.',
      'server.image.redirect',
    );
  // Without a login in the Location, since fetch refuses such an address.
  next.username = next.password = '';
  return next;
}

function declined(status: number): ImageProblem {
  return new ImageProblem(
    `it answered status ${status}; Weasis shows no image`,
    remedyOf(status),
    'server.image.refused',
  );
}

function declinedElsewhere(status: number): ImageProblem {
  return new ImageProblem(
    `it answered status ${status}; this command sends login, token and httpTags only to the configured server`,
    'Configure the final address.',
    'server.image.redirect',
  );
}

function remedyOf(status: number): string {
  switch (status) {
    case 400:
      return "Set wado.authentication.additionnalParameters to '&contentType=application/dicom' if the archive does not decode %2F (Debian's Orthanc does not).";
    case 401:
    case 407:
      return 'Check login and password below wado.authentication, or the registration of its oidc-id.';
    case 403:
      return 'Allow this login to see images in the archive, or request another scope.';
    case 404:
    case 405:
    case 410:
      return 'Check the address of the images, including its path.';
    case 406:
    case 415:
      return 'Check transfer-syntax-uid, and an Accept header in httpTags.';
    default:
      return status >= 500 ? "Check the archive's log." : 'Check the address of the images.';
  }
}

function unreachable(error: unknown, signal: AbortSignal): ImageProblem {
  if (signal.aborted)
    return new ImageProblem(
      'it gave no complete answer in time',
      'Check whether the archive is overloaded. Weasis waits 15 s for an answer to begin.',
      'server.image.unreachable',
    );
  const { code } = ((error as Error).cause ?? {}) as NodeJS.ErrnoException;
  switch (code) {
    case 'ECONNREFUSED':
      return new ImageProblem(
        'nothing listens on that port',
        'Check the port, and whether the archive runs.',
        'server.image.unreachable',
      );
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new ImageProblem(
        'its host name is unknown',
        'Check the host name, and the name server of this machine.',
        'server.image.unreachable',
      );
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'ETIMEDOUT':
    case 'UND_ERR_CONNECT_TIMEOUT':
      return new ImageProblem(
        'its host cannot be reached',
        'Check the host, and whether a firewall is in between.',
        'server.image.unreachable',
      );
  }
  if (/CERT|SIGNATURE|ALTNAME|SELF_SIGNED/.test(code ?? ''))
    return new ImageProblem(
      `this machine does not trust its certificate (${code})`,
      "Weasis trusts the authorities of its Java, so it may work there. For this command, set NODE_EXTRA_CA_CERTS to the authority's PEM file.",
      'server.image.certificate-not-trusted',
    );
  return new ImageProblem(
    `the connection failed${code === undefined ? '' : ` (${code})`}`,
    'Check the scheme (http or https), host and port.',
    'server.image.unreachable',
  );
}
