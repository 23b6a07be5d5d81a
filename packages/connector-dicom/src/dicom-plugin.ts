import { type Connector, type ConnectorDefinition, type ConnectorPlugin } from '@pacs-connectors/connector-core';
import { DicomConnector } from './dicom-connector.js';
import { DicomSettings } from './dicom-settings.js';

/** The archive language `DICOM`. */
export class DicomPlugin implements ConnectorPlugin<DicomSettings> {
  readonly type = 'DICOM';
  readonly queryMode = 'DICOM';
  readonly settings = DicomSettings;

  create(definition: ConnectorDefinition<DicomSettings>): Connector {
    return new DicomConnector(definition);
  }
}
