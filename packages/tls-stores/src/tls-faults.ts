import { type ErrorCode } from '@pacs-connectors/connector-core';
import { codes } from './error-codes.js';

/** What an error of TLS means. */
export interface TlsFault {
  code: ErrorCode;
  /** What is wrong, about "it", the peer: "its certificate has expired". */
  message: string;
  remedy: string;
}

const TRUST = 'Add the certificate of its authority, or the self-signed certificate itself, to the truststore.';
const RENEW = 'Renew the certificate of the archive.';

const untrusted = (message: string): TlsFault => ({
  code: codes['tls.certificate.untrusted'],
  message,
  remedy: TRUST,
});
const invalid = (message: string): TlsFault => ({ code: codes['tls.certificate.invalid'], message, remedy: RENEW });

/** Errors of certificates by the codes of Node.js ("X509 certificate error codes"). */
const CERTIFICATE_FAULTS: Readonly<Record<string, TlsFault>> = {
  CERT_HAS_EXPIRED: { code: codes['tls.certificate.expired'], message: 'its certificate has expired', remedy: RENEW },
  CERT_NOT_YET_VALID: {
    code: codes['tls.certificate.not-yet-valid'],
    message: 'its certificate is not valid yet',
    remedy: 'Check the clocks of both machines.',
  },
  CERT_REVOKED: { code: codes['tls.certificate.revoked'], message: 'its certificate is revoked', remedy: RENEW },
  ERR_TLS_CERT_ALTNAME_INVALID: {
    code: codes['tls.certificate.other-host'],
    message: 'its certificate is for another host name',
    remedy: 'Use the host name in the certificate, or renew the certificate with the configured host name.',
  },
  DEPTH_ZERO_SELF_SIGNED_CERT: untrusted('its certificate is self-signed and not trusted'),
  SELF_SIGNED_CERT_IN_CHAIN: untrusted('its certificate comes from an authority that is not trusted'),
  UNABLE_TO_GET_ISSUER_CERT: untrusted('the authority of its certificate is not known'),
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted('the authority of its certificate is not known'),
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted('its certificate comes without the one of its authority'),
  CERT_UNTRUSTED: untrusted('its certificate is not trusted'),
  CERT_REJECTED: untrusted('its certificate is not trusted'),
  CERT_SIGNATURE_FAILURE: invalid('its certificate has a wrong signature'),
  CERT_CHAIN_TOO_LONG: invalid('the chain of its certificate is too long'),
  INVALID_CA: invalid('the authority of its certificate may not issue certificates'),
  INVALID_PURPOSE: invalid('its certificate may not be used by a server'),
  PATH_LENGTH_EXCEEDED: invalid('the chain of its certificate is longer than its authority allows'),
};

/**
 * Returns what an error of a TLS connection means; `undefined` if it is not an error of TLS.
 *
 * @param error of a socket, as Node.js reports it, or its `code`.
 */
export function tlsFaultOf(error: { code?: string; message?: string } | string): TlsFault | undefined {
  const { code = '', message = '' } = typeof error === 'string' ? { code: error } : error;
  const certificate = CERTIFICATE_FAULTS[code];
  if (certificate) return certificate;
  // An alert of the peer is in the code where Node.js was reading, and in the message where it was writing.
  const written = code === 'EPROTO' ? /:([^:]* alert [^:]*):/.exec(message)?.[1] : undefined;
  const name = written ? `ERR_SSL_${written.toUpperCase().replaceAll(' ', '_')}` : code;
  if (code === 'EPROTO' && !written) return WITHOUT_TLS;
  if (!/^ERR_(SSL|TLS)_/.test(name)) return undefined;
  if (/WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG/.test(name)) return WITHOUT_TLS;
  return handshakeFault(name);
}

const WITHOUT_TLS: TlsFault = {
  code: codes['tls.peer.without-tls'],
  message: 'it does not speak TLS at this port',
  remedy: 'Turn TLS off for this archive, or use its port with TLS.',
};

function handshakeFault(name: string): TlsFault {
  const ciphers = 'Check that the archive offers TLS 1.2 or newer with ciphers of the BCP 195 profile.';
  const identity = "set key-store, and ask the archive's administrator to trust the issuer of its certificate.";
  const rejected = { code: codes['tls.handshake.rejected'], message: `it ended the TLS handshake (${name})` };
  // RFC 5246 7.2.2: no acceptable set of parameters; servers report a missing client certificate so too (7.4.6).
  if (name.includes('HANDSHAKE_FAILURE')) {
    return { ...rejected, remedy: `${ciphers} If the archive requires a client certificate, ${identity}` };
  }
  if (/CERTIFICATE_REQUIRED|BAD_CERTIFICATE|UNKNOWN_CA|CERTIFICATE_UNKNOWN/.test(name)) {
    return {
      code: codes['tls.handshake.client-certificate-needed'],
      message: `it requires a client certificate that it trusts (${name})`,
      remedy: `For the client certificate, ${identity}`,
    };
  }
  return { ...rejected, remedy: ciphers };
}
