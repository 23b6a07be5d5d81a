// A real Orthanc with one study of 20 series × 500 instances and one patient of 120 studies × 4 series × 3 instances.
import { dicomFile, startOrthanc } from '@pacs-connectors/test-services';

export const LARGE_STUDY = '1.2.826.0.1.3680043.10.999.2.1';
export const LARGE_PATIENT = 'P120';

export async function startFilledOrthanc() {
  const orthanc = await startOrthanc({ dicomWeb: true, config: { DefaultEncoding: 'Utf8' } });
  const files = [];
  const add = (patientId, studyInstanceUid, studyDate, seriesCount, instanceCount) => {
    const patient = { patientId, patientName: 'Bench^Patient', patientSex: 'O', patientBirthDate: '19700101' };
    const study = {
      studyInstanceUid,
      studyDate,
      studyTime: '101500',
      studyDescription: 'CT Thorax',
      accessionNumber: studyDate,
    };
    for (let s = 1; s <= seriesCount; s++) {
      const series = {
        seriesInstanceUid: `${studyInstanceUid}.${s}`,
        modality: 'CT',
        seriesNumber: String(s),
        seriesDescription: `Series ${s}`,
      };
      for (let i = 1; i <= instanceCount; i++) {
        const instance = { sopInstanceUid: `${series.seriesInstanceUid}.${i}`, instanceNumber: String(i) };
        files.push(dicomFile(patient, study, series, instance));
      }
    }
  };
  add('PLARGE', LARGE_STUDY, '20210101', 20, 500);
  for (let n = 1; n <= 120; n++) {
    const date = `20${10 + (n % 12)}0${1 + (n % 9)}${10 + (n % 18)}`;
    add(LARGE_PATIENT, `1.2.826.0.1.3680043.10.999.1.${n}`, date, 4, 3);
  }
  await orthanc.upload(files);
  return orthanc;
}
