import { expect, it } from '@jest/globals';
import { codes } from './error-codes.js';
import { tlsFaultOf } from './tls-faults.js';

it.each([
  ['CERT_HAS_EXPIRED', 'tls.certificate.expired', /has expired/, /Renew/],
  ['CERT_NOT_YET_VALID', 'tls.certificate.not-yet-valid', /not valid yet/, /clocks/],
  ['CERT_REVOKED', 'tls.certificate.revoked', /revoked/, /Renew/],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'tls.certificate.untrusted', /self-signed/, /truststore/],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'tls.certificate.untrusted', /authority/, /truststore/],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'tls.certificate.untrusted', /authority/, /truststore/],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'tls.certificate.untrusted', /without/, /truststore/],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls.certificate.other-host', /another host name/, /host name/],
  ['INVALID_PURPOSE', 'tls.certificate.invalid', /may not be used/, /Renew/],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'tls.peer.without-tls', /does not speak TLS/, /TLS off/],
  ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'tls.handshake.client-certificate-needed', /requires/, /key-store/],
  ['ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', 'tls.handshake.rejected', /ended/, /TLS 1.2 or newer.*key-store/],
  ['ERR_SSL_UNSUPPORTED_PROTOCOL', 'tls.handshake.rejected', /ended/, /TLS 1.2 or newer/],
] as const)('the fault of %s', (error, code, message, remedy) => {
  const fault = tlsFaultOf(error);
  expect(fault?.code).toBe(codes[code]);
  expect(fault?.message).toMatch(message);
  expect(fault?.remedy).toMatch(remedy);
});

it('reads the alert of a peer from the message where Node.js was writing', () => {
  const message =
    'write EPROTO C0DE:error:0A000412:SSL routines:ssl3_read_bytes:sslv3 alert bad certificate:../x.c:1605:';
  expect(tlsFaultOf({ code: 'EPROTO', message })?.code).toBe(codes['tls.handshake.client-certificate-needed']);
  expect(tlsFaultOf({ code: 'EPROTO', message: 'write EPROTO' })?.code).toBe(codes['tls.peer.without-tls']);
});

it.each(['ECONNREFUSED', '', 'UND_ERR_SOCKET'])('%p is not a fault of TLS', (error) => {
  expect(tlsFaultOf(error)).toBeUndefined();
});
