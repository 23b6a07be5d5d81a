import { type Connector, type ConnectorDefinition, type ConnectorPlugin } from '@pacs-connectors/connector-core';
import { DicomWebConnector } from './dicomweb-connector.js';
import { DicomWebSettings } from './dicomweb-settings.js';

/** The plug-in for the archive language `DICOM_WEB`. */
export class DicomWebPlugin implements ConnectorPlugin<DicomWebSettings> {
  readonly type = 'DICOM_WEB';
  readonly queryMode = 'DICOM_WEB';
  readonly settings = DicomWebSettings;

  create(definition: ConnectorDefinition<DicomWebSettings>): Connector {
    return new DicomWebConnector(definition);
  }
}
