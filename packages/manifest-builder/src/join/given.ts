import { type Notice, type Patient } from '@pacs-connectors/connector-core';
import { type ArcQueryElement, type ManifestElement } from '../model/elements.js';
import { type ArcQuery } from '../model/manifest.js';

/** Reads the JSON form of a manifest, as far as {@link joinParts} needs it to compare and complete what the viewer has. */
export function readGiven(json: string): ArcQuery[] {
  const { manifest } = JSON.parse(json) as { manifest: ManifestElement };
  return manifest.arcQuery.map((element) => ({
    arcId: element.arcId,
    baseUrl: element.baseUrl,
    webLogin: element.webLogin,
    requireOnlySopInstanceUid: element.requireOnlySOPInstanceUID,
    additionalParameters: element.additionnalParameters,
    overrideDicomTags: element.overrideDicomTagsList?.split(',').map(Number),
    queryMode: element.queryMode,
    seriesRetrieve: element.seriesRetrieve,
    httpTags: element.httpTag,
    ...transferOf(element),
    notices: noticesOf(element),
    patients: (element.Patient ?? []).map(patientOf),
  }));
}

/** How the viewer requests images. It is the same for every series of an archive. */
function transferOf(element: ArcQueryElement): Pick<ArcQuery, 'transferSyntaxUid' | 'compressionRate'> {
  const [first] = (element.Patient ?? []).flatMap(({ Study }) => Study).flatMap(({ Series }) => Series);
  return { transferSyntaxUid: first?.WadoTransferSyntaxUID, compressionRate: first?.WadoCompressionRate };
}

/** The titles of the notices in a `Message`, which {@link messageOf} joins by semicolons. */
function noticesOf({ Message }: ArcQueryElement): Notice[] {
  return (Message?.title ?? '')
    .split('; ')
    .filter((title) => title !== '')
    .map((title) => ({ severity: 'INFO', title, description: '' }));
}

function patientOf(patient: ArcQueryElement['Patient'][number]): Patient {
  return {
    patientId: patient.PatientID,
    issuerOfPatientId: patient.IssuerOfPatientID,
    patientName: patient.PatientName,
    patientBirthDate: patient.PatientBirthDate,
    patientBirthTime: patient.PatientBirthTime,
    patientSex: patient.PatientSex,
    studies: (patient.Study ?? []).map((study) => ({
      studyInstanceUid: study.StudyInstanceUID,
      studyDescription: study.StudyDescription,
      studyDate: study.StudyDate,
      studyTime: study.StudyTime,
      accessionNumber: study.AccessionNumber,
      studyId: study.StudyID,
      referringPhysicianName: study.ReferringPhysicianName,
      series: (study.Series ?? []).map((series) => ({
        seriesInstanceUid: series.SeriesInstanceUID,
        seriesDescription: series.SeriesDescription,
        seriesNumber: series.SeriesNumber?.toString(),
        modality: series.Modality,
        seriesDate: series.SeriesDate,
        seriesTime: series.SeriesTime,
        directDownloadThumbnail: series.DirectDownloadThumbnail,
        instances: (series.Instance ?? []).map((instance) => ({ sopInstanceUid: instance.SOPInstanceUID })),
      })),
    })),
  };
}
