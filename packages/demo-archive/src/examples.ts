import { sampleArchive } from '@pacs-connectors/connector-testkit';

/** Searches with a result in the demo archive: a title, and the parameters of `GET /manifest`. */
export const demoExamples: { title: string; search: Record<string, string> }[] = [
  { title: 'A patient', search: { patientID: 'DEMO-1' } },
  { title: 'A patient by id and issuer', search: { patientID: '0042^^^HOSPITAL_B' } },
  { title: 'A study', search: { studyUID: sampleArchive[1]?.studies[0]?.studyInstanceUid ?? '' } },
  { title: 'An accession number', search: { accessionNumber: '000123' } },
  {
    title: 'The newest MR of a patient',
    search: { patientID: 'DEMO-1', modalitiesInStudy: 'MR', mostRecentResults: '1' },
  },
];
