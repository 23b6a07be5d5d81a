import { ConnectorError, type ErrorCode, networkFaultOf, openFileLimit } from '@pacs-connectors/connector-core';
import { tlsErrors, tlsFaultOf } from '@pacs-connectors/tls-stores';
import { type ServiceTexts } from './service-texts.js';

const CHECK_ADDRESS = 'Check that the archive runs, and that its address is right.';
const REMEDIES = {
  refused: CHECK_ADDRESS,
  lost: CHECK_ADDRESS,
  'host-unknown': 'Check the host name in the configuration and the name service of this machine.',
  'no-route': 'Check the address, the firewall and the network between this machine and the archive.',
} as const;

/** Truncated or broken compression (zlib). */
const ZLIB_ERRORS = /^Z_|^ERR_.*ZLIB/;

/**
 * Returns the ConnectorError for what undici, TLS or zlib threw.
 *
 * @param address the server as messages show it.
 */
export function faultOf(
  connectorId: string,
  address: string,
  error: unknown,
  { codes, remedies }: ServiceTexts,
): ConnectorError {
  if (error instanceof ConnectorError) return error;
  const { code = '', message = '' } = innermost(error);
  const fail = (kind: ConnectorError['kind'], own: ErrorCode, what: string, remedy: string) =>
    new ConnectorError(connectorId, kind, `${address}: ${what}`, { code: own, remedy, cause: error });
  const limit = openFileLimit(error);
  if (limit) return fail('unavailable', limit.code, limit.message, limit.remedy);
  const network = networkFaultOf(code);
  if (network) {
    const { name } = network;
    return fail('unavailable', codes[`connection.${name}`], `${network.message} (${code})`, REMEDIES[name]);
  }
  const tls = tlsFaultOf({ code, message });
  if (tls) {
    const isOfPort = tls.code === tlsErrors.codes['tls.peer.without-tls'];
    const kind = isOfPort ? 'misconfigured' : tls.code.startsWith('tls.handshake.') ? 'refused' : 'unavailable';
    const what = tls.message.includes(code) ? tls.message : `${tls.message} (${code})`;
    return fail(kind, tls.code, what, isOfPort ? 'Use http:// or another port.' : tls.remedy);
  }
  if (code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT') {
    const remedy = 'Check whether the archive is overloaded.';
    return fail('timeout', codes['answer.stalled'], 'its answer stalled', remedy);
  }
  if (ZLIB_ERRORS.test(code)) {
    const what = `its compressed answer is broken or cut off (${code})`;
    return fail('protocol', codes['answer.cut-off'], what, 'Read the log of the archive and of the proxies before it.');
  }
  const proxyStatus = /^Proxy response \((\d{3})\)/.exec(message)?.[1];
  if (proxyStatus) {
    const what = `the HTTP proxy does not connect to it (HTTP ${proxyStatus})`;
    return fail('unavailable', codes['proxy.refused'], what, remedies.proxy);
  }
  if (/^HPE_|^UND_ERR_(RES|HTTP|INFO|HEADERS_OVERFLOW)|^ERR_HTTP2/.test(code)) {
    return fail('protocol', codes['answer.not-http'], `its answer does not follow HTTP (${code})`, remedies.port);
  }
  return fail('unavailable', codes['connection.failed'], code || message || 'the connection failed', CHECK_ADDRESS);
}

/** Z_BUF_ERROR is a compressed body that ends early. */
const TRANSIENT = ['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET', 'EAI_AGAIN', 'Z_BUF_ERROR'];

/** Whether a second attempt may help: the connection broke, which says nothing about the request. */
export function isTransient(error: unknown): boolean {
  const { code = '' } = innermost(error);
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
