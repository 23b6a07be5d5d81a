import { type RetrievedInstance, type RetrieveRequest } from '@pacs-connectors/connector-core';
import { DicomConnector } from '../dicom-connector.js';
import { DicomSettings } from '../dicom-settings.js';

/** Returns a connector to a peer on this machine, with default settings. */
export function connectorTo(
  peer: { dicomPort: number; aet: string },
  settings: Partial<DicomSettings> = {},
): DicomConnector {
  return new DicomConnector({
    id: 'pacs',
    type: 'DICOM',
    deactivated: [],
    settings: Object.assign(new DicomSettings(), {
      callingAet: 'CONNECTOR',
      aet: peer.aet,
      host: '127.0.0.1',
      port: peer.dicomPort,
      ...settings,
    }),
  });
}

/** Retrieves from a connector that can. */
export function retrieveFrom(
  { retrieve }: DicomConnector,
  request: RetrieveRequest,
  signal: AbortSignal,
): AsyncGenerator<RetrievedInstance, void> {
  if (!retrieve) throw new Error('the connector cannot retrieve');
  return retrieve(request, signal);
}
