import {
  type ConnectorError,
  type ConnectorErrorKind,
  type LeftOutConnector,
  type Notice,
} from '@pacs-connectors/connector-core';

/** What the reader of a manifest is told of an archive whose part is missing. */
export function errorNotice(error: ConnectorError): Notice {
  return {
    severity: 'ERROR',
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

/** The same for an archive that is configured and cannot be asked at all. The reasons are for operators, in health. */
export function leftOutNotice({ id }: LeftOutConnector): Notice {
  return {
    severity: 'ERROR',
    title: `Archive ${id}: configuration error`,
    description:
      "Its images are not in this manifest: it is left out because of an error in this server's configuration, which /health/ready and the server's log name.",
  };
}

/** Said where the token of the request, which the viewer is to show the archive, has ended (milliseconds since the epoch). */
export function endedTokenNotice(id: string, endedAt: number): Notice {
  const end = new Date(endedAt).toISOString();
  return {
    severity: 'WARN',
    title: `Archive ${id}: the token has ended`,
    description: `The token of the request ended at ${end}; images may be refused.`,
  };
}

const LATER = 'The search goes on: launch the viewer again in a moment.';

/** Said of an archive that is still being asked when the viewer waits no longer. */
export function unansweredNotice(id: string, waitedMs: number): Notice {
  return {
    severity: 'WARN',
    title: `Archive ${id}: no answer yet`,
    description: `Archive ${id} has not answered within ${Math.round(waitedMs / 1000)} s. Its images are not in this manifest. ${LATER}`,
  };
}

/** Said where nothing of a manifest is there yet when the viewer waits no longer. */
export function notYetNotice(waitedMs: number): Notice {
  return {
    severity: 'WARN',
    title: 'The images are still being looked for',
    description: `The list of images was not ready within ${Math.round(waitedMs / 1000)} s, so none are shown. ${LATER}`,
  };
}

/** Said in place of a part whose predecessors are not kept any more: what the viewer has of them is not known. */
export function lostPartsNotice(): Notice {
  return {
    severity: 'WARN',
    title: 'Images may be missing',
    description:
      'The server no longer has the first parts of this launch, so images of further archives may be missing. Launch again.',
  };
}

/** Said to a viewer that asks for a launch which is not known, or not any more. */
export function expiredLaunchNotice(): Notice {
  return {
    severity: 'ERROR',
    title: 'This launch has expired',
    description:
      'The server does not know this launch, or not any more, so no images are shown. Launch the viewer again.',
  };
}

/** Said where no archive holds what was asked for. */
export function nothingFoundNotice(id: string): Notice {
  return { severity: 'INFO', title: 'Nothing found', description: `Archive ${id} holds nothing that was asked for.` };
}

function sentence(text: string): string {
  const trimmed = text.trim();
  // An address, a host or a key at the beginning stays as it is.
  const isWord = /^[\p{L}-]+(?=[\s,;:.!?]*(?:\s|$))/u.test(trimmed);
  const capital = isWord ? trimmed.charAt(0).toUpperCase() + trimmed.slice(1) : trimmed;
  return /[.!?]$/.test(capital) ? capital : `${capital}.`;
}
