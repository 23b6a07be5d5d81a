import { create } from 'xmlbuilder2';
import { type Manifest } from './manifest.js';

/** The manifest as XML. */
export async function* renderManifest(manifest: Manifest): AsyncGenerator<string> {
  const root = create({ version: '1.0', encoding: 'UTF-8' }).ele('http://www.weasis.org/xsd/2.5', 'manifest');
  for (const query of manifest.arcQueries) {
    const arcQuery = root.ele('arcQuery', { arcId: query.arcId, baseUrl: query.baseUrl });
    for (const patient of query.patients) {
      const patientElement = arcQuery.ele('Patient', {
        PatientID: patient.patientId,
        PatientName: patient.patientName ?? '',
      });
      for (const study of patient.studies) {
        const studyElement = patientElement.ele('Study', { StudyInstanceUID: study.studyInstanceUid });
        for (const series of study.series) {
          const seriesElement = studyElement.ele('Series', { SeriesInstanceUID: series.seriesInstanceUid });
          for (const instance of series.instances)
            seriesElement.ele('Instance', { SOPInstanceUID: instance.sopInstanceUid });
        }
      }
    }
  }
  yield root.end({ prettyPrint: true });
}
