import { ConnectorError, openFileLimit } from '@pacs-connectors/connector-core';
import { TruncatedJsonError } from '../json/json-array-reader.js';

/** What TLS says of a certificate (Node.js "X509 certificate error codes"), in words, and what is done about it. */
const CERTIFICATE_ERRORS: Record<string, [what: string, remedy: string]> = {
  CERT_HAS_EXPIRED: ['its certificate has expired', 'Renew the certificate of the archive.'],
  CERT_NOT_YET_VALID: ['its certificate is not valid yet', 'See that the clocks of both machines are right.'],
  CERT_REVOKED: ['its certificate is revoked', 'Renew the certificate of the archive.'],
  DEPTH_ZERO_SELF_SIGNED_CERT: ['its certificate is self-signed and not trusted', 'trust'],
  SELF_SIGNED_CERT_IN_CHAIN: ['its certificate comes from an authority that is not trusted', 'trust'],
  UNABLE_TO_GET_ISSUER_CERT: ['the certificate of its authority is not known', 'trust'],
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: ['the certificate of its authority is not known', 'trust'],
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: ['its certificate comes without that of its authority', 'trust'],
  ERR_TLS_CERT_ALTNAME_INVALID: [
    'its certificate is for another host name',
    'Use the name that is in the certificate, or renew the certificate with the name that is configured.',
  ],
};
const TRUST = 'Put the certificate of its authority into truststore.url of this connector (PEM or PKCS12).';

/** Connection errors of Node.js and undici, in words. */
const CONNECTION_ERRORS: Record<string, string> = {
  ECONNREFUSED: 'nobody listens there',
  ECONNRESET: 'it closed the connection before its answer was complete',
  EPIPE: 'it closed the connection',
  UND_ERR_SOCKET: 'it closed the connection before its answer was complete',
  ENOTFOUND: 'its name is not known',
  EAI_AGAIN: 'its name cannot be looked up now',
  EHOSTUNREACH: 'there is no route to it',
  ENETUNREACH: 'there is no route to it',
  ETIMEDOUT: 'it does not answer',
  UND_ERR_CONNECT_TIMEOUT: 'it does not answer',
};

/** Truncated or broken compression (zlib). */
const ZLIB_ERRORS = /^Z_|^ERR_.*ZLIB/;

/** What `fetch`, undici, TLS or zlib threw, as one ConnectorError; `address` is the server as messages name it. */
export function faultOf(connectorId: string, address: string, error: unknown): ConnectorError {
  if (error instanceof ConnectorError) return error;
  const { code = '', message = '' } = innermost(error);
  const fail = (kind: ConnectorError['kind'], what: string, remedy?: string) =>
    new ConnectorError(connectorId, kind, `${address}: ${what}`, { remedy, cause: error });
  const limit = openFileLimit(error);
  if (limit) return fail('unavailable', limit.message, limit.remedy);
  const certificate = CERTIFICATE_ERRORS[code];
  if (certificate) {
    const [what, remedy] = certificate;
    return fail('unavailable', `${what} (${code})`, remedy === 'trust' ? TRUST : remedy);
  }
  if (CONNECTION_ERRORS[code]) {
    return fail(
      'unavailable',
      `${CONNECTION_ERRORS[code]} (${code})`,
      'See that the archive runs and its address is right.',
    );
  }
  if (code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT') {
    return fail('timeout', 'it went silent', 'See whether the archive is overloaded.');
  }
  if (ZLIB_ERRORS.test(code)) return fail('protocol', `its compressed answer is broken or cut off (${code})`);
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG') {
    return fail('misconfigured', 'it does not speak TLS there', 'Use http:// or another port.');
  }
  if (/ALERT_(CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE|BAD_CERTIFICATE|UNKNOWN_CA|UNKNOWN)/.test(code)) {
    return fail(
      'refused',
      `it declined our side of TLS (${code})`,
      'Where it wants a client certificate, set key-store.url of this connector to one that it trusts.',
    );
  }
  if (/^HPE_|^UND_ERR_(RES|HTTP|INFO|HEADERS_OVERFLOW)|^ERR_HTTP2/.test(code)) {
    return fail(
      'protocol',
      `it does not answer in HTTP (${code})`,
      'See that the port is that of the DICOMweb service.',
    );
  }
  return fail('unavailable', `${code || message || 'the connection failed'}`);
}

/** Z_BUF_ERROR is a compressed body that ends early. */
const TRANSIENT = ['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET', 'EAI_AGAIN', 'Z_BUF_ERROR'];

/** Whether asking once more may help: the connection broke, which says nothing about the question. */
export function isTransient(error: unknown): boolean {
  const { code = '' } = innermost(error);
  return error instanceof TruncatedJsonError || TRANSIENT.includes(code) || /^ERR_HTTP2/.test(code);
}

/** The innermost error of a chain of causes, or of several attempts at once, that has a code. */
function innermost(error: unknown): { code?: string; message?: string } {
  const { code, message, cause, errors } = (error ?? {}) as {
    code?: string;
    message?: string;
    cause?: unknown;
    errors?: unknown[];
  };
  const inner = cause ?? errors?.[0];
  if (typeof inner === 'object' && inner !== null && 'code' in inner) return innermost(inner);
  return { code, message };
}
