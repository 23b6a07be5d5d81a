// The built connector, and how its answers are counted.
import { BasicAccess, DicomWebConnector, DicomWebSettings, ServiceAccess } from '@pacs-connectors/connector-dicomweb';

export function connectorTo(url) {
  const basic = Object.assign(new BasicAccess(), { url });
  const qidoRs = Object.assign(new ServiceAccess(), { basic });
  const settings = Object.assign(new DicomWebSettings(), { qidoRs });
  return new DicomWebConnector({ id: 'bench', type: 'DICOM_WEB', deactivated: [], settings });
}

/** Asks, and sees that everything came. */
export async function searchAll(connector, criteria, expected) {
  const question = {
    patientIds: [],
    studyInstanceUids: [],
    accessionNumbers: [],
    seriesInstanceUids: [],
    sopInstanceUids: [],
    filters: {},
    ...criteria,
  };
  const result = await connector.search(question, { signal: AbortSignal.timeout(120_000), depth: 'instance' });
  const series = result.patients.flatMap(({ studies }) => studies).flatMap((study) => study.series);
  const count = series.reduce((sum, { instances }) => sum + instances.length, 0);
  if (count !== expected || result.notices.length > 0) {
    throw new Error(`${count} instances instead of ${expected}, ${JSON.stringify(result.notices)}`);
  }
  return result;
}
