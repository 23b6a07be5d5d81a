import { ConnectorError, type ErrorCode, openFileLimit } from '@pacs-connectors/connector-core';
import { codes } from '../errors/error-codes.js';
import { EmptyBodyError, TruncatedJsonError } from '../json/json-array-reader.js';

interface Fault {
  code: ErrorCode;
  /** What happened, as the end of a sentence about the server. */
  what: string;
  remedy: string;
}

const TRUST = 'Add the certificate of its authority to truststore.url of this connector (PEM or PKCS12).';
const RENEW = "Renew the archive's certificate.";
const CHECK_ADDRESS = 'Check that the archive runs, and that its address is right.';

const untrusted = (what: string): Fault => ({ code: codes['dicomweb.certificate.untrusted'], what, remedy: TRUST });
const invalid = (what: string, remedy: string): Fault => ({
  code: codes['dicomweb.certificate.invalid'],
  what,
  remedy,
});

/** Certificate errors of TLS (Node.js: X509 certificate error codes). */
const CERTIFICATE_FAULTS: Readonly<Record<string, Fault>> = {
  CERT_HAS_EXPIRED: invalid('its certificate has expired', RENEW),
  CERT_NOT_YET_VALID: invalid('its certificate is not valid yet', 'Check the clocks of both machines.'),
  CERT_REVOKED: invalid('its certificate is revoked', RENEW),
  DEPTH_ZERO_SELF_SIGNED_CERT: untrusted('its certificate is self-signed and not trusted'),
  SELF_SIGNED_CERT_IN_CHAIN: untrusted('its certificate comes from an authority that is not trusted'),
  UNABLE_TO_GET_ISSUER_CERT: untrusted('the authority of its certificate is unknown'),
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted('the authority of its certificate is unknown'),
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted('its certificate comes without the certificate of its authority'),
  ERR_TLS_CERT_ALTNAME_INVALID: {
    code: codes['dicomweb.certificate.other-host'],
    what: 'its certificate is for another host name',
    remedy: 'Configure a host name that the certificate contains, or renew the certificate with the configured name.',
  },
};

const lost = (what: string): Fault => ({ code: codes['dicomweb.connection.lost'], what, remedy: CHECK_ADDRESS });
const noRoute = (what: string): Fault => ({
  code: codes['dicomweb.connection.no-route'],
  what,
  remedy: 'Check the address, the firewall and the network between this machine and the archive.',
});
const unknownHost = (what: string): Fault => ({
  code: codes['dicomweb.connection.host-unknown'],
  what,
  remedy: 'Check the host name in the configuration and the name service of this machine.',
});

/** Connection errors of Node.js and undici. */
const CONNECTION_FAULTS: Readonly<Record<string, Fault>> = {
  ECONNREFUSED: {
    code: codes['dicomweb.connection.refused'],
    what: 'no program listens there',
    remedy: CHECK_ADDRESS,
  },
  ECONNRESET: lost('it closed the connection before its answer was complete'),
  EPIPE: lost('it closed the connection'),
  UND_ERR_SOCKET: lost('it closed the connection before its answer was complete'),
  ENOTFOUND: unknownHost('its host name is unknown'),
  EAI_AGAIN: unknownHost('its host name cannot be looked up now'),
  EHOSTUNREACH: noRoute('there is no route to it'),
  ENETUNREACH: noRoute('there is no route to it'),
  ETIMEDOUT: noRoute('it does not answer'),
  UND_ERR_CONNECT_TIMEOUT: noRoute('it does not answer'),
};

/** Truncated or broken compression (zlib). */
const ZLIB_ERRORS = /^Z_|^ERR_.*ZLIB/;

/**
 * Returns the ConnectorError for what undici, TLS or zlib threw.
 *
 * @param address the server as messages show it.
 */
export function faultOf(connectorId: string, address: string, error: unknown): ConnectorError {
  if (error instanceof ConnectorError) return error;
  const { code = '', message = '' } = innermost(error);
  const fail = (kind: ConnectorError['kind'], { code, what, remedy }: Fault) =>
    new ConnectorError(connectorId, kind, `${address}: ${what}`, { code, remedy, cause: error });
  const limit = openFileLimit(error);
  if (limit) return fail('unavailable', { ...limit, what: limit.message });
  const fault = CERTIFICATE_FAULTS[code] ?? CONNECTION_FAULTS[code];
  if (fault) return fail('unavailable', { ...fault, what: `${fault.what} (${code})` });
  if (code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT') {
    return fail('timeout', {
      code: codes['dicomweb.answer.stalled'],
      what: 'its answer stalled',
      remedy: 'Check whether the archive is overloaded.',
    });
  }
  if (ZLIB_ERRORS.test(code)) {
    return fail('protocol', {
      code: codes['dicomweb.answer.cut-off'],
      what: `its compressed answer is broken or cut off (${code})`,
      remedy: 'Read the log of the archive and of the proxies before it.',
    });
  }
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG') {
    return fail('misconfigured', {
      code: codes['dicomweb.tls.not-offered'],
      what: 'it does not use TLS at this port',
      remedy: 'Use http:// or another port.',
    });
  }
  if (/ALERT_(CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE|BAD_CERTIFICATE|UNKNOWN_CA|UNKNOWN)/.test(code)) {
    return fail('refused', {
      code: codes['dicomweb.tls.client-certificate-refused'],
      what: `it ended the TLS handshake (${code})`,
      remedy: 'If it requires a client certificate, set key-store.url of this connector to one that it trusts.',
    });
  }
  const proxyStatus = /^Proxy response \((\d{3})\)/.exec(message)?.[1];
  if (proxyStatus) {
    return fail('unavailable', {
      code: codes['dicomweb.proxy.refused'],
      what: `the HTTP proxy does not connect to it (HTTP ${proxyStatus})`,
      remedy:
        'Check dicom-web-connector.proxy or HTTP_PROXY, HTTPS_PROXY and NO_PROXY, and the permissions of the proxy.',
    });
  }
  if (/^HPE_|^UND_ERR_(RES|HTTP|INFO|HEADERS_OVERFLOW)|^ERR_HTTP2/.test(code)) {
    return fail('protocol', {
      code: codes['dicomweb.answer.not-http'],
      what: `its answer does not follow HTTP (${code})`,
      remedy: 'Check that the port is that of the DICOMweb service.',
    });
  }
  return fail('unavailable', {
    code: codes['dicomweb.connection.failed'],
    what: code || message || 'the connection failed',
    remedy: CHECK_ADDRESS,
  });
}

/** Z_BUF_ERROR is a compressed body that ends early. */
const TRANSIENT = ['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET', 'EAI_AGAIN', 'Z_BUF_ERROR'];

/** Whether a second attempt may help: the connection broke, which says nothing about the query. */
export function isTransient(error: unknown): boolean {
  const { code = '' } = innermost(error);
  if (error instanceof TruncatedJsonError || error instanceof EmptyBodyError) return true;
  return TRANSIENT.includes(code) || /^ERR_HTTP2/.test(code);
}

/** Returns the innermost error that has a code, of a chain of causes or of several attempts at once. */
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
