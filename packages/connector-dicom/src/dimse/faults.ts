import { openFileLimit, type ErrorCode } from '@pacs-connectors/connector-core';
import { tlsErrors, tlsFaultOf } from '@pacs-connectors/tls-stores';
import { DimseError } from './dimse-error.js';
import { codes } from '../errors/error-codes.js';

/** The names of a peer and of us, as operators know them. */
export interface PeerNames {
  callingAeTitle: string;
  calledAeTitle: string;
  host: string;
  port: number;
}

/** A code, what happened, and what to do. */
type Reason = [code: ErrorCode, what: string, remedy: string];

const READ_LOG = "Read the archive's log.";
const CHECK_PORT = 'Check that a DICOM archive listens on that port.';

function at({ host, port }: PeerNames): string {
  return `${host}:${port}`;
}

/** Returns the error of an A-ASSOCIATE-RJ (PS3.8 9.3.4). */
export function rejection(peer: PeerNames, result: number, source: number, reason: number): DimseError {
  const [code, what, remedy] = rejectionReason(peer, source, reason);
  return new DimseError('refused', code, `the archive at ${at(peer)} rejected the association: ${what}`, {
    remedy,
    transient: result === 2 || source === 3,
  });
}

function rejectionReason(peer: PeerNames, source: number, reason: number): Reason {
  const { callingAeTitle, calledAeTitle } = peer;
  const askForLog = `Ask the archive's administrator for its log. Often the calling AE title ${callingAeTitle} or our address is unknown to it.`;
  switch (`${source}.${reason}`) {
    case '1.1':
    case '2.1':
      return [codes['dicom.association.rejected'], 'no reason given', askForLog];
    case '1.2':
      return [
        codes['dicom.association.application-context-unsupported'],
        'application context name not supported',
        CHECK_PORT,
      ];
    case '1.3':
      return [
        codes['dicom.association.calling-ae-unknown'],
        `calling AE title ${callingAeTitle} not recognized`,
        `Add ${callingAeTitle} to the archive's known AE titles, or set calling-aet to one of these.`,
      ];
    case '1.7':
      return [
        codes['dicom.association.called-ae-unknown'],
        `called AE title ${calledAeTitle} not recognized`,
        `Set aet to the archive's own AE title; letter case counts. Some archives give this reason for an unknown calling AE title. Ask their administrator to add ${callingAeTitle}.`,
      ];
    case '2.2':
      return [codes['dicom.association.protocol-version-unsupported'], 'protocol version not supported', CHECK_PORT];
    case '3.1':
      return [
        codes['dicom.association.congestion'],
        'temporary congestion',
        'Try again later, or set a smaller max-associations.',
      ];
    case '3.2':
      return [
        codes['dicom.association.limit-reached'],
        'local limit exceeded, it has as many associations as it allows',
        'Set max-associations to the number that the archive allows this AE title, or raise its limit.',
      ];
    default:
      return [codes['dicom.association.rejected'], `source ${source}, reason ${reason}`, askForLog];
  }
}

/** Returns the error of a peer that accepted no query model. */
export function findNotOffered(peer: PeerNames, models: readonly string[]): DimseError {
  const names = models.map((name) => (name === 'study' ? 'Study Root' : 'Patient Root'));
  return new DimseError(
    'refused',
    codes['dicom.association.find-not-offered'],
    `the archive at ${at(peer)} does not offer C-FIND of ${names.join(' or ')}`,
    {
      remedy: 'Enable queries for this calling AE title, or set information-model to the one that the archive offers.',
    },
  );
}

/** Returns the error of an association that was not open within connect-timeout. */
export function associationTimeout(peer: PeerNames, timeoutMs: number): DimseError {
  return new DimseError(
    'timeout',
    codes['dicom.association.timeout'],
    `${at(peer)} did not accept an association within ${timeoutMs / 1000} s`,
    {
      remedy:
        'Check that a DICOM archive listens on that port, and that no firewall is in between. connect-timeout sets the time.',
    },
  );
}

/**
 * Returns the error of an A-ABORT (PS3.8 9.3.8). Source 0 is the peer's application, 2 its service provider.
 *
 * @param insteadOfAnswer the peer received a C-FIND and answered none. Orthanc does so to a caller that it does not know.
 */
export function abortion(peer: PeerNames, source: number, reason: number, insteadOfAnswer: boolean): DimseError {
  const who = source === 2 ? `its protocol layer, reason ${reason}` : 'its application';
  return new DimseError(
    'unavailable',
    codes['dicom.association.aborted'],
    `the archive at ${at(peer)} aborted the association (${who})`,
    {
      remedy: insteadOfAnswer
        ? `Check that the archive knows calling-aet ${peer.callingAeTitle} and allows it to query. Otherwise read the archive's log.`
        : READ_LOG,
      lost: true,
    },
  );
}

/** Returns the error of a connection that the peer closed too early. */
export function connectionClosed(peer: PeerNames, during: 'negotiation' | 'query', tls: boolean): DimseError {
  if (during === 'query') {
    return new DimseError(
      'unavailable',
      codes['dicom.association.closed'],
      `the archive at ${at(peer)} closed the connection before its answer was complete`,
      { remedy: READ_LOG, lost: true },
    );
  }
  return new DimseError(
    'unavailable',
    codes['dicom.association.unanswered'],
    `${at(peer)} closed the connection without an answer to the association request`,
    {
      remedy: tls
        ? 'Check that a DICOM archive with TLS listens on that port, and whether it requires a client certificate.'
        : 'Check that a DICOM archive listens on that port, and whether it requires TLS (tls.mode).',
      lost: true,
    },
  );
}

/** Returns the error of an answer that is not a PDU. Its first byte shows which protocol the peer uses. */
export function notDicom(peer: PeerNames, firstByte: number): DimseError {
  const [code, what, remedy] = foreignProtocolReason(firstByte);
  return new DimseError('protocol', code, `${at(peer)} answered ${what}`, { remedy });
}

function foreignProtocolReason(firstByte: number): Reason {
  if (firstByte === 0x48) {
    return [
      codes['dicom.peer.http'],
      'in HTTP',
      "Set port to the archive's DICOM port; this one belongs to a web server.",
    ];
  }
  if (firstByte === 0x15 || firstByte === 0x16) {
    return [codes['dicom.peer.tls-required'], 'in TLS', 'Set tls.mode and the truststore: this port requires TLS.'];
  }
  return [codes['dicom.peer.not-dicom'], 'with something that is not DICOM', "Set port to the archive's DICOM port."];
}

/** Returns the error of bytes on an association that are not a PDU. */
export function unreadable(peer: PeerNames, cause?: unknown): DimseError {
  return new DimseError(
    'protocol',
    codes['dicom.answer.unreadable'],
    `${at(peer)} answered with bytes that cannot be read`,
    { remedy: READ_LOG, cause },
  );
}

/** Returns the error of PDUs whose content breaks PS3.7. */
export function malformed(peer: PeerNames, cause: unknown): DimseError {
  return new DimseError(
    'protocol',
    codes['dicom.answer.malformed'],
    `the archive at ${at(peer)} sent a malformed answer`,
    { remedy: "Read the archive's log, or ask its manufacturer.", cause },
  );
}

/** Returns the error of a peer that is silent while it owes an answer. */
export function responseTimeout(peer: PeerNames, timeoutMs: number): DimseError {
  return new DimseError(
    'timeout',
    codes['dicom.response.timeout'],
    `the archive at ${at(peer)} sent nothing for ${timeoutMs / 1000} s`,
    { remedy: 'Check whether the archive is overloaded. response-timeout sets the time.' },
  );
}

/** Returns the error of a socket or of TLS. */
export function connectionError(peer: PeerNames, error: Error & { code?: string }): DimseError {
  const { code } = error;
  const limit = openFileLimit(error);
  if (limit) {
    const message = `a connection to ${at(peer)} cannot be made: ${limit.message}`;
    return new DimseError('unavailable', codes['dicom.connection.file-limit'], message, {
      remedy: limit.remedy,
      cause: error,
    });
  }
  const failed = (own: ErrorCode, message: string, remedy: string, lost = false) =>
    new DimseError('unavailable', own, message, { remedy, cause: error, lost });
  switch (code) {
    case 'ECONNREFUSED':
      return failed(
        codes['dicom.connection.refused'],
        `${at(peer)} refused the connection`,
        'Check that the archive runs and listens on that port.',
      );
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return failed(
        codes['dicom.connection.host-unknown'],
        `the host name ${peer.host} is unknown`,
        'Correct host, or check that the name server answers.',
      );
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'ETIMEDOUT':
      return failed(
        codes['dicom.connection.unreachable'],
        `${at(peer)} cannot be reached`,
        'Check that host is right, and that no firewall is in between.',
      );
    case 'ECONNRESET':
    case 'EPIPE':
      return failed(
        codes['dicom.connection.lost'],
        `${at(peer)} ended the connection`,
        "Read the archive's log, and check whether it requires TLS.",
        true,
      );
    default: {
      const fault = tlsFault(peer, error);
      if (fault) return fault;
      return failed(
        codes['dicom.connection.failed'],
        `the connection to ${at(peer)} failed (${code ?? 'no code'})`,
        'Check host and port.',
      );
    }
  }
}

/**
 * Returns the error of a TLS fault on our side or the peer's.
 *
 * @param error of the socket, or its `code`.
 * @returns `undefined` for an error that is not about TLS.
 */
function tlsFault(peer: PeerNames, error: (Error & { code?: string }) | string): DimseError | undefined {
  const fault = tlsFaultOf(error);
  if (!fault) return undefined;
  const name = typeof error === 'string' ? error : (error.code ?? '');
  const shown = fault.message.includes(name) || name === 'EPROTO' ? '' : ` (${name})`;
  const tls = tlsErrors.codes;
  const kind = fault.code === tls['tls.peer.without-tls'] ? 'protocol' : 'refused';
  const ownRemedies: Record<string, string> = {
    [tls['tls.certificate.other-host']]: 'Set host to a name in the certificate, or tls.host-name-check to false.',
    [tls['tls.peer.without-tls']]: "Remove tls.mode, or set port to the archive's port with TLS.",
  };
  const remedy = ownRemedies[fault.code] ?? fault.remedy;
  const message = `no TLS connection to ${at(peer)}: ${fault.message}${shown}`;
  return new DimseError(kind, fault.code, message, { remedy, cause: error });
}

/** Returns the error of a certificate that TLS rejected, by the code of Node.js. */
export function untrusted(peer: PeerNames, code: string): DimseError {
  return (
    tlsFault(peer, code) ??
    new DimseError(
      'refused',
      tlsErrors.codes['tls.certificate.invalid'],
      `no TLS connection to ${at(peer)} (${code})`,
      {
        remedy: 'Renew the certificate of the archive.',
      },
    )
  );
}

/** Returns the error of an association that the peer accepted, and whose queries it does not answer while it answers others. */
export function unserved(): DimseError {
  return new DimseError(
    'timeout',
    codes['dicom.response.timeout'],
    'the archive accepted it and left its query unanswered',
    {
      lost: true,
    },
  );
}

/** Returns the error of an association that failed to open, or ended before its first answer, while another one works. */
export function furtherAssociation(error: DimseError): DimseError {
  return new DimseError(
    'timeout',
    codes['dicom.association.limit-suspected'],
    `a further association failed: ${error.message}`,
    {
      remedy: `Set max-associations to the number that the archive serves at once. ${error.remedy ?? ''}`.trim(),
      transient: true,
      cause: error,
    },
  );
}
