import { sampleUid } from './studies/sample-instances.js';

/** A search with a result in the demo. */
export interface DemoExample {
  title: string;
  /** Parameters of `GET /manifest` and `GET /display`. */
  search: Record<string, string>;
}

/** The parameters of WADO-URI (PS3.18 9.4) for a CT image in archive north, as JPEG. */
export const demoImage: Record<string, string> = {
  requestType: 'WADO',
  studyUID: sampleUid(1, 1),
  seriesUID: sampleUid(1, 1, 2),
  objectUID: sampleUid(1, 1, 2, 50),
  contentType: 'image/jpeg',
};

/** Searches with a result in the demo. The first finds images in three archives. */
export const demoExamples: readonly DemoExample[] = [
  { title: 'A patient of three archives', search: { patientID: 'DEMO-1' } },
  { title: 'A patient by id and issuer', search: { patientID: '0042^^^HOSPITAL_B' } },
  { title: 'A CT study', search: { studyUID: sampleUid(1, 1) } },
  { title: 'Accession number of two', search: { accessionNumber: '000123' } },
  {
    title: 'The newest MR of a patient',
    search: { patientID: 'DEMO-1', modalitiesInStudy: 'MR', mostRecentResults: '1' },
  },
  { title: 'An archive is down', search: { patientID: 'DEMO-1', archive: 'north,closed' } },
];
