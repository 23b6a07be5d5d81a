import { DicomWebConnector } from '../dicomweb-connector.js';
import { BasicAccess, DicomWebSettings, ServiceAccess } from '../dicomweb-settings.js';

/** A connector to a DICOMweb service without authentication, settings over the defaults. */
export function connectorTo(url: string, settings: Partial<DicomWebSettings> = {}): DicomWebConnector {
  const qidoRs = Object.assign(new ServiceAccess(), { basic: Object.assign(new BasicAccess(), { url }) });
  return new DicomWebConnector({
    id: 'web',
    type: 'DICOM_WEB',
    deactivated: [],
    settings: Object.assign(new DicomWebSettings(), { qidoRs }, settings),
  });
}
