import { type ConnectorErrorKind } from '@pacs-connectors/connector-core';

const WITHOUT_ARCHIVE_TEXT: ReadonlySet<ConnectorErrorKind> = new Set(['unavailable', 'timeout', 'misconfigured']);

/** Whether messages of a kind of error may quote words of the archive, which may name a patient. */
export function mayQuoteArchive(kind: ConnectorErrorKind): boolean {
  return !WITHOUT_ARCHIVE_TEXT.has(kind);
}
