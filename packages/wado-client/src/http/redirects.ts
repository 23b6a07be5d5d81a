import { ConnectorError } from '@pacs-connectors/connector-core';
import { type Dispatcher } from 'undici';
import { type UnsignedRequest } from './credentials.js';
import { header, type Headers } from './response-body.js';
import { type HttpFault, type ServiceTexts } from './service-texts.js';

const MOST_REDIRECTS = 5;
const STATUSES = [301, 302, 303, 307, 308];
const REMEDY = 'Configure the address that the redirects should lead to.';

/** One GET request to the configured server. */
export interface GetRequest {
  origin: string;
  path: string;
  headers: Readonly<Record<string, string>>;
  /** Headers that only the configured server gets: credentials and keys. */
  ownHeaders: Readonly<Record<string, string>>;
  /** Signs each request to the configured server. */
  sign?(request: UnsignedRequest): Promise<Omit<UnsignedRequest, 'origin'>>;
  /** Connections to the configured server, with the client certificate. */
  dispatcher: Dispatcher;
  /** Connections to other servers, which a redirect leads to. */
  foreignDispatcher: Dispatcher;
  /** Bytes of the body that are held for a slow reader. */
  highWaterMark?: number;
  /** How long the server may be silent within a body, milliseconds. */
  stallMs?: number;
  signal: AbortSignal;
}

/**
 * Sends a request and follows redirects. Credentials and the client certificate go to the configured origin only, and never from
 * https to http.
 *
 * @param address the server as messages show it.
 * @returns the response, and the origin that it came from if that is not the configured one.
 */
export async function getWithRedirects(
  connectorId: string,
  address: string,
  {
    origin,
    path,
    headers,
    ownHeaders,
    sign,
    dispatcher,
    foreignDispatcher,
    highWaterMark,
    stallMs,
    signal,
  }: GetRequest,
  { codes }: ServiceTexts,
): Promise<{ response: Dispatcher.ResponseData; elsewhere?: string }> {
  const fail = (kind: ConnectorError['kind'], code: HttpFault, what: string) =>
    new ConnectorError(connectorId, kind, `${address}: ${what}`, { code: codes[code], remedy: REMEDY });
  let [place, target] = [origin, path];
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
    const own = place === origin;
    const unsigned = { origin: place, path: target, headers: { ...headers, ...(own ? ownHeaders : {}) } };
    const request = own && sign ? await sign(unsigned) : unsigned;
    const response = await (own ? dispatcher : foreignDispatcher).request({
      origin: place,
      ...request,
      method: 'GET',
      highWaterMark,
      bodyTimeout: stallMs,
      signal,
    });
    if (!STATUSES.includes(response.statusCode)) return { response, ...(own ? {} : { elsewhere: place }) };
    await discard(response.body);
    const location = header(response.headers as Headers, 'location');
    if (!location || !URL.canParse(location, place + target)) {
      throw fail('protocol', 'redirect.invalid', `it redirects to no address (HTTP ${response.statusCode})`);
    }
    const next = new URL(location, place + target);
    if (!/^https?:$/.test(next.protocol) || (place.startsWith('https:') && next.protocol === 'http:')) {
      const what = 'it redirects to an address without TLS, which is not followed';
      throw fail('refused', 'redirect.without-tls', what);
    }
    [place, target] = [next.origin, next.pathname + next.search];
  }
  throw fail('protocol', 'redirect.invalid', `it redirects more than ${MOST_REDIRECTS} times`);
}

/** Reads a body that is not needed. The connection is kept for the next query if the body ends soon, and closed otherwise. */
export async function discard(body: Dispatcher.ResponseData['body']): Promise<void> {
  await body.dump({ limit: 65_536, signal: AbortSignal.timeout(1_000) }).catch(() => body.destroy());
}
