import {
  type ConnectorError,
  type ConnectorErrorKind,
  type LeftOutConnector,
  type Notice,
  withFullStop,
} from '@pacs-connectors/connector-core';
import { codes } from '../errors/error-codes.js';

/** Says why the part of an archive is missing. */
export function errorNotice(error: ConnectorError): Notice {
  return {
    severity: 'ERROR',
    code: error.code,
    title: `Archive ${error.connectorId}: ${TITLES[error.kind]}`,
    description: [
      'Its images are not in this manifest.',
      sentence(error.message),
      ...(error.remedy ? [sentence(error.remedy)] : []),
    ].join(' '),
  };
}

const TITLES: Record<ConnectorErrorKind, string> = {
  unavailable: 'not reachable',
  timeout: 'no answer in time',
  refused: 'request refused',
  misconfigured: 'configuration error',
  protocol: 'unexpected answer',
  cancelled: 'cancelled',
};

/** Says that a configured archive cannot be searched. The reasons are for operators, in health and log. */
export function leftOutNotice({ id }: LeftOutConnector): Notice {
  return {
    severity: 'ERROR',
    code: codes['server.archive.left-out'],
    title: `Archive ${id}: configuration error`,
    description:
      "Its images are not in this manifest, because this server's configuration of the archive has an error. Ask the administrator of this server to read /health/ready or the server's log.",
  };
}

/** Says that the token of the request, which the viewer shows to the archive, has expired (ms since the epoch). */
export function expiredTokenNotice(id: string, expiredAt: number): Notice {
  return {
    severity: 'WARN',
    code: codes['server.token.expired'],
    title: `Archive ${id}: token expired`,
    description: `The token of the request expired at ${new Date(expiredAt).toISOString()}, so the archive may refuse images. Log in and launch the viewer again.`,
  };
}

const LATER = 'The search goes on. Launch the viewer again in a moment.';

/** Says that an archive has not answered within the time that a viewer waits. */
export function unansweredNotice(id: string, waitedMs: number): Notice {
  return {
    severity: 'WARN',
    code: codes['server.archive.not-answered'],
    title: `Archive ${id}: no answer yet`,
    description: `Archive ${id} has not answered within ${seconds(waitedMs)}. Its images are not in this manifest. ${LATER}`,
  };
}

/** Says that nothing of a manifest is ready within the time that a viewer waits. */
export function notReadyNotice(waitedMs: number): Notice {
  return {
    severity: 'WARN',
    code: codes['server.manifest.not-ready'],
    title: 'The search is not finished',
    description: `The list of images was not ready within ${seconds(waitedMs)}, so no images are shown. ${LATER}`,
  };
}

/** Says that the earlier parts of a launch are lost, so that a part cannot be made. */
export function lostPartsNotice(): Notice {
  return {
    severity: 'WARN',
    code: codes['server.launch.parts-lost'],
    title: 'Images may be missing',
    description:
      'The server no longer has the first parts of this launch, so images of further archives may be missing. Launch the viewer again.',
  };
}

/** Says that a launch is unknown or has expired. */
export function expiredLaunchNotice(): Notice {
  return {
    severity: 'ERROR',
    code: codes['server.launch.expired'],
    title: 'This launch has expired',
    description: 'The server does not know this launch, or no longer, so no images are shown. Launch the viewer again.',
  };
}

/** Says that none of these archives has a match. */
export function nothingFoundNotice(ids: readonly string[]): Notice {
  const who =
    ids.length === 1 ? `Archive ${ids[0]} has nothing` : `None of the archives ${ids.join(', ')} has anything`;
  return {
    severity: 'INFO',
    code: codes['server.search.nothing-found'],
    title: 'Nothing found',
    description: `${who} that matches the request.`,
  };
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}

/** A text as a sentence, with a capital letter and a full stop. */
function sentence(text: string): string {
  const trimmed = text.trim();
  // An address, a host name or a key at the beginning stays as it is.
  const isWord = /^[\p{L}-]+(?=[\s,;:.!?]*(?:\s|$))/u.test(trimmed);
  const capital = isWord ? trimmed.charAt(0).toUpperCase() + trimmed.slice(1) : trimmed;
  return withFullStop(capital);
}
