import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { request as httpsRequest } from 'node:https';

export interface HttpAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}
export interface HttpTimeouts {
  /** Time limit for the connection, milliseconds. */
  connectMs: number;
  /** Time limit without a received byte, milliseconds. */
  readMs: number;
}

/** A request without a complete answer. `cut`: the connection was refused, reset or ended early. */
export class HttpFailure extends Error {
  constructor(
    readonly kind: 'cut' | 'time-out' | 'request',
    message: string,
  ) {
    super(message);
  }
}

const REDIRECTS = [301, 302, 303, 307, 308];

/**
 * Sends one GET on a separate connection, and follows up to 5 redirects.
 *
 * @throws HttpFailure without a complete answer
 */
export async function get(
  address: string,
  headers: Record<string, string>,
  timeouts: HttpTimeouts,
): Promise<HttpAnswer> {
  let next = address;
  for (let redirects = 0; ; redirects++) {
    const answer = await getOnce(next, headers, timeouts);
    const { location } = answer.headers;
    if (!REDIRECTS.includes(answer.status) || location === undefined || redirects === 5) return answer;
    next = new URL(location, next).href;
  }
}

function getOnce(address: string, headers: Record<string, string>, timeouts: HttpTimeouts): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const connecting = setTimeout(() => fail('time-out', 'no connection in time'), timeouts.connectMs);
    const fail = (kind: HttpFailure['kind'], message: string) => {
      clearTimeout(connecting);
      reject(new HttpFailure(kind, message));
      request?.destroy();
    };
    let request: ReturnType<typeof httpRequest> | undefined;
    try {
      const url = new URL(address);
      request = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, { headers, agent: false });
    } catch (error) {
      return fail('request', (error as Error).message);
    }
    request.on('socket', (socket) => {
      socket.on('connect', () => {
        clearTimeout(connecting);
        socket.setTimeout(timeouts.readMs, () => fail('time-out', 'no answer in time'));
      });
    });
    request.on('error', (error) => fail('cut', error.message));
    request.on('response', (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('error', (error) => fail('cut', error.message));
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(parts) });
      });
    });
    request.end();
  });
}
