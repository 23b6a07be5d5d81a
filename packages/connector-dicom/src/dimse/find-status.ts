import { type ErrorCode } from '@pacs-connectors/connector-core';
import { DimseError } from './dimse-error.js';
import { codes } from '../errors/error-codes.js';
import { type PeerNames } from './faults.js';

/** A code, what happened, and what to do. */
type Reason = [code: ErrorCode, what: string, remedy: string];

const READ_LOG = "Read the archive's log.";

/** A failure status of C-FIND (PS3.4 C.4.1.1.4, PS3.7 C.5). */
export function failureStatus(peer: PeerNames, status: number, errorComment: string | undefined): DimseError {
  const number = `0x${status.toString(16).toUpperCase().padStart(4, '0')}`;
  const [code, what, remedy] = statusReason(status);
  const comment = errorComment ? `: ${errorComment}` : '';
  return new DimseError(
    'refused',
    code,
    `the archive at ${peer.host}:${peer.port} answered with ${number}, ${what}${comment}`,
    {
      remedy,
      queryOnly: true,
    },
  );
}

function statusReason(status: number): Reason {
  if (status === CANCELLED) {
    // The connector sent no C-CANCEL. Some archives end an answer with this status at their limit.
    return [
      codes['dicom.find.broken-off'],
      'cancelled, though nobody cancelled it',
      "Search for less, or raise the archive's limit on the number of matches.",
    ];
  }
  if (status >= 0xa700 && status <= 0xa7ff) {
    return [
      codes['dicom.find.out-of-resources'],
      'out of resources',
      "Search for less, or raise the archive's limits.",
    ];
  }
  if (status === 0xa900) {
    return [
      codes['dicom.find.identifier-mismatch'],
      'identifier does not match SOP class',
      'Set information-model to the one that the archive offers.',
    ];
  }
  if (status >= 0xc000 && status <= 0xcfff) {
    return [codes['dicom.find.unable-to-process'], 'unable to process', READ_LOG];
  }
  if (status === 0x0122) {
    return [
      codes['dicom.find.sop-class-unsupported'],
      'SOP class not supported',
      'Enable C-FIND of Study Root or Patient Root in the archive.',
    ];
  }
  if (status === 0x0124) {
    return [codes['dicom.find.not-authorized'], 'not authorized', 'Allow this calling AE title to query.'];
  }
  return [codes['dicom.find.failed'], 'a failure', READ_LOG];
}

/** The status of a query that was cancelled (PS3.4 C.4.1.1.4). */
export const CANCELLED = 0xfe00;
