import { createHash, createHmac } from 'node:crypto';
import { type IncomingMessage, type ServerResponse } from 'node:http';

/** What a fake AWS service knows of its only user. */
export interface FakeAwsUser {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
  region: string;
  service: string;
  /** The clock of the service, ms since the epoch; default: that of this machine. */
  now?: () => number;
}

type Request = Pick<IncomingMessage, 'method' | 'url' | 'headers'>;

const sha256 = (text: string) => createHash('sha256').update(text, 'utf8').digest('hex');
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text, 'utf8').digest();
const encode = (text: string) =>
  [...Buffer.from(text, 'utf8')]
    .map((byte) => {
      const char = String.fromCharCode(byte);
      return /[A-Za-z0-9._~-]/.test(char) ? char : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');
const byCode = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/** Returns the signature of a GET request, as AWS documents it ("Create a signed AWS API request"). */
export function signatureOf(request: Request, signedHeaders: string[], user: FakeAwsUser): string {
  const [path = '', search = ''] = (request.url ?? '').split('?');
  const date = String(request.headers['x-amz-date']);
  const query = search
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => pair.split('=').map((part) => encode(decodeURIComponent(part))))
    .sort(([a = '', b = ''], [c = '', d = '']) => byCode(a, c) || byCode(b, d))
    .map(([name, value = '']) => `${name}=${value}`);
  const canonicalRequest = [
    request.method,
    path.split('/').map(encode).join('/'),
    query.join('&'),
    ...signedHeaders.map((name) => `${name}:${String(request.headers[name]).trim().replace(/ +/g, ' ')}`),
    '',
    signedHeaders.join(';'),
    sha256(''),
  ].join('\n');
  const day = date.slice(0, 8);
  const scope = `${day}/${user.region}/${user.service}/aws4_request`;
  const stringToSign = ['AWS4-HMAC-SHA256', date, scope, sha256(canonicalRequest)].join('\n');
  const key = [day, user.region, user.service, 'aws4_request'].reduce<string | Buffer>(
    hmac,
    `AWS4${user.secretAccessKey}`,
  );
  return hmac(key, stringToSign).toString('hex');
}

/** Returns why AWS would reject a request, in its words: type and message; `undefined` if the signature is right. */
export function signatureRefusal(request: Request, user: FakeAwsUser): [type: string, message: string] | undefined {
  const { authorization = '', host = '' } = request.headers;
  const parts =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, SignedHeaders=([^,]+), Signature=(\w{64})$/.exec(
      authorization,
    );
  if (!parts) return ['MissingAuthenticationTokenException', 'Missing Authentication Token'];
  const [, key, , region, service, signed = '', signature] = parts;
  const signedHeaders = signed.split(';');
  const needed = ['host', ...Object.keys(request.headers).filter((name) => name.startsWith('x-amz-'))];
  if (host === '' || !needed.every((name) => signedHeaders.includes(name))) {
    return ['IncompleteSignatureException', 'a header is not signed'];
  }
  if (key !== user.accessKeyId || request.headers['x-amz-security-token'] !== user.sessionToken) {
    return ['UnrecognizedClientException', 'The security token included in the request is invalid.'];
  }
  if (region !== user.region || service !== user.service) {
    return ['InvalidSignatureException', 'Credential should be scoped to a valid region.'];
  }
  const [, ...digits] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(String(request.headers['x-amz-date'])) ?? [];
  const [year = 0, month = 0, ...rest] = digits.map(Number);
  const sent = Date.UTC(year, month - 1, ...rest);
  if (Math.abs(sent - (user.now?.() ?? Date.now())) > 300_000) {
    return ['InvalidSignatureException', `Signature expired: ${sent} is now earlier than it may be`];
  }
  if (signature === signatureOf(request, signedHeaders, user)) return undefined;
  // AWS repeats the request here, with the session token.
  const token = request.headers['x-amz-security-token'];
  return [
    'InvalidSignatureException',
    `The request signature we calculated does not match the signature you provided. x-amz-security-token:${String(token)}`,
  ];
}

/** Answers requests whose signature is not right, as AWS does. */
export function verifySignatures(user: FakeAwsUser, status = 403) {
  return (request: IncomingMessage, response: ServerResponse): boolean => {
    const refusal = signatureRefusal(request, user);
    if (!refusal) return false;
    response.writeHead(status, { 'content-type': 'application/json', 'x-amzn-errortype': refusal[0] });
    response.end(JSON.stringify({ message: refusal[1] }));
    return true;
  };
}
