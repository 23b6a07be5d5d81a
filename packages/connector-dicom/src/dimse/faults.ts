import { openFileLimit } from '@pacs-connectors/connector-core';
import { DimseError } from './dimse-error.js';

/** The peer as an operator knows it: `AET@host:port`. */
export interface PeerNames {
  callingAeTitle: string;
  calledAeTitle: string;
  host: string;
  port: number;
}

function at({ host, port }: PeerNames): string {
  return `${host}:${port}`;
}

/** A-ASSOCIATE-RJ (PS3.8 9.3.4). */
export function rejection(peer: PeerNames, result: number, source: number, reason: number): DimseError {
  const [what, remedy] = rejectionReason(peer, source, reason);
  return new DimseError('refused', `the archive at ${at(peer)} rejected the association: ${what}`, {
    remedy,
    transient: result === 2 || source === 3,
  });
}

function rejectionReason(peer: PeerNames, source: number, reason: number): [string, string] {
  switch (`${source}.${reason}`) {
    case '1.1':
      return [
        'no reason given',
        'Ask its administrator for its log; often the calling AE title or address is unknown.',
      ];
    case '1.2':
      return ['application context name not supported', 'See whether a DICOM archive listens on that port.'];
    case '1.3':
      return [
        `calling AE title ${peer.callingAeTitle} not recognized`,
        `Have ${peer.callingAeTitle} entered in the archive as a known AE title, or set calling-aet to one that is.`,
      ];
    case '1.7':
      return [
        `called AE title ${peer.calledAeTitle} not recognized`,
        `Set aet to the archive's own AE title; letter case counts. Some archives give this reason for an unknown calling AE title. Ask their administrator to add ${peer.callingAeTitle}.`,
      ];
    case '2.1':
      return ['no reason given (its association service)', 'Ask its administrator for its log.'];
    case '2.2':
      return ['protocol version not supported', 'See whether a DICOM archive listens on that port.'];
    case '3.1':
      return ['temporary congestion', 'Ask again later; a smaller max-associations eases it.'];
    case '3.2':
      return [
        'local limit exceeded, it has as many associations as it allows',
        'Set max-associations to what the archive allows this AE title, or have its limit raised.',
      ];
    default:
      return [`source ${source}, reason ${reason}`, 'Ask its administrator for its log.'];
  }
}

/**
 * A-ABORT (PS3.8 9.3.8), source 0 is the peer's application, 2 its service provider.
 *
 * @param insteadOfAnswer the peer has had a C-FIND and answered none: Orthanc does so to a caller that it does not know
 */
export function abortion(peer: PeerNames, source: number, reason: number, insteadOfAnswer: boolean): DimseError {
  const who = source === 2 ? `its protocol layer, reason ${reason}` : 'its application';
  return new DimseError('unavailable', `the archive at ${at(peer)} aborted the association (${who})`, {
    remedy: insteadOfAnswer
      ? `See whether the archive knows calling-aet ${peer.callingAeTitle} and lets it query; else look into the archive's log.`
      : "Look into the archive's log.",
    lost: true,
  });
}

/** A connection that ended by itself before it was due. */
export function connectionClosed(peer: PeerNames, during: 'negotiation' | 'question', tls: boolean): DimseError {
  const message =
    during === 'negotiation'
      ? `${at(peer)} closed the connection without an answer to the association request`
      : `the archive at ${at(peer)} closed the connection before its answer was complete`;
  const remedy =
    during === 'question'
      ? "Look into the archive's log."
      : tls
        ? 'See whether a DICOM archive with TLS listens on that port, and whether it wants a client certificate.'
        : 'See whether a DICOM archive listens on that port, and whether it wants TLS (tls.mode).';
  return new DimseError('unavailable', message, { remedy, lost: true });
}

/** The first byte of an answer that is no PDU tells who answers. */
export function notDicom(peer: PeerNames, firstByte: number): DimseError {
  if (firstByte === 0x48) {
    return new DimseError('protocol', `${at(peer)} answered in HTTP`, {
      remedy: "Set port to the archive's DICOM port; this one is a web server's.",
    });
  }
  if (firstByte === 0x15 || firstByte === 0x16) {
    return new DimseError('protocol', `${at(peer)} answered in TLS`, {
      remedy: 'Set tls.mode and the truststore: this port expects TLS.',
    });
  }
  return new DimseError('protocol', `${at(peer)} answered something that is not DICOM`, {
    remedy: "Set port to the archive's DICOM port.",
  });
}

/** Bytes that are no PDU, where one was due. */
export function unreadable(peer: PeerNames, cause?: unknown): DimseError {
  return new DimseError('protocol', `${at(peer)} answered something that cannot be read`, {
    remedy: "Look into the archive's log.",
    cause,
  });
}

/** PDUs whose content is not what PS3.7 says. */
export function malformed(peer: PeerNames, cause: unknown): DimseError {
  return new DimseError('protocol', `the archive at ${at(peer)} sent a malformed answer`, {
    remedy: "Look into the archive's log; its vendor may know of it.",
    cause,
  });
}

/** A socket's or TLS's own error. */
export function connectionError(peer: PeerNames, error: Error & { code?: string }): DimseError {
  const { code } = error;
  const limit = openFileLimit(error);
  if (limit) {
    const message = `${at(peer)} cannot be connected to: ${limit.message}`;
    return new DimseError('unavailable', message, { remedy: limit.remedy, cause: error });
  }
  const failed = (text: string, remedy: string, lost = false) =>
    new DimseError('unavailable', `${at(peer)} ${text}`, { remedy, cause: error, lost });
  switch (code) {
    case 'ECONNREFUSED':
      return failed('refused the connection', 'See whether the archive runs and listens on that port.');
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new DimseError('unavailable', `the host name ${peer.host} is unknown`, {
        remedy: 'Correct host, or check that the name server answers.',
        cause: error,
      });
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'ETIMEDOUT':
      return failed('cannot be reached', 'See whether a firewall stands between, and whether host is right.');
    case 'ECONNRESET':
    case 'EPIPE':
      return failed('ended the connection', "Look into the archive's log; it may expect TLS, or none.", true);
    case 'EPROTO': {
      // An alert of the peer is the code where Node was reading, and a part of this message where it was writing.
      const alert = /:([^:]* alert [^:]*):/.exec(error.message)?.[1];
      if (alert) return certificateError(peer, `ERR_SSL_${alert.toUpperCase().replaceAll(' ', '_')}`, error);
      return new DimseError('protocol', `${at(peer)} does not speak TLS as asked`, {
        remedy: 'Remove tls.mode where the archive has no TLS; else see that it offers TLS 1.2 or newer.',
        cause: error,
      });
    }
    default:
      if (code?.startsWith('ERR_SSL') || code?.startsWith('ERR_TLS') || (code && CERTIFICATE_ERRORS.has(code)))
        return certificateError(peer, code, error);
      return failed(`cannot be talked to (${code ?? 'no code'})`, 'See whether host and port are right.');
  }
}

/** OpenSSL's reasons for a peer's certificate not to be trusted, as Node names them. */
const CERTIFICATE_ERRORS = new Set([
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_REVOKED',
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'INVALID_CA',
  'INVALID_PURPOSE',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/** TLS that was refused, by us or by the peer. */
export function certificateError(peer: PeerNames, code: string, cause?: unknown): DimseError {
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return new DimseError('refused', `the certificate of ${at(peer)} is for another host name`, {
      remedy: 'Set host to a name in its certificate, or tls.host-name-check to false.',
      cause,
    });
  }
  if (code.startsWith('ERR_SSL')) {
    return new DimseError('refused', `${at(peer)} ended the TLS handshake (${code})`, {
      remedy: handshakeRemedy(code),
      cause,
    });
  }
  return new DimseError('refused', `the certificate of ${at(peer)} is not trusted (${code})`, {
    remedy: 'Put the certificate that issued it (or itself, where it is self-signed) into the truststore.',
    cause,
  });
}

function handshakeRemedy(code: string): string {
  const ciphers = 'See that it offers TLS 1.2 or newer with ciphers of the BCP 195 profile.';
  const certificate = 'set key-store, and have its issuer entered in the archive.';
  // RFC 5246 7.2.2: no acceptable set of parameters; a missing client certificate is told so too (7.4.6).
  if (code.includes('HANDSHAKE_FAILURE')) {
    return `It has no cipher in common with us, or wants a client certificate. ${ciphers} For a client certificate, ${certificate}`;
  }
  return /CERTIFICATE_REQUIRED|BAD_CERTIFICATE|UNKNOWN_CA/.test(code)
    ? `It wants a client certificate that it knows: ${certificate}`
    : ciphers;
}

/** A failure status of C-FIND (PS3.4 C.4.1.1.4, PS3.7 C.5). */
export function failureStatus(peer: PeerNames, status: number, errorComment: string | undefined): DimseError {
  const code = `0x${status.toString(16).toUpperCase().padStart(4, '0')}`;
  const [what, remedy] = statusReason(status);
  const comment = errorComment ? `: ${errorComment}` : '';
  return new DimseError('refused', `the archive at ${at(peer)} answered with ${code}, ${what}${comment}`, {
    remedy,
    questionOnly: true,
  });
}

function statusReason(status: number): [string, string] {
  if (status >= 0xa700 && status <= 0xa7ff) return ['out of resources', 'Ask for less, or have its limits raised.'];
  if (status === 0xa900) {
    return ['identifier does not match SOP class', 'Set information-model to the one that the archive offers.'];
  }
  if (status >= 0xc000 && status <= 0xcfff) return ['unable to process', "Look into the archive's log."];
  if (status === 0x0122) return ['SOP class not supported', 'Have C-FIND of Study Root or Patient Root enabled.'];
  if (status === 0x0124) return ['not authorized', 'Have this calling AE title allowed to query.'];
  return ['a failure', "Look into the archive's log."];
}
