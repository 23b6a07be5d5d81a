import { type Notice } from '@pacs-connectors/connector-core';
import { type ArcQueryElement } from '../model/elements.js';
import { codes } from '../model/error-codes.js';
import { type Pace } from './pace.js';

/**
 * Completes the part of an archive whose images are retrieved by DICOMweb, for any plug-in with `queryMode: 'DICOM_WEB'`.
 * Weasis does not make the WADO-RS address of an instance, so each instance gets one by its UIDs (PS3.18 10.4.1.1).
 *
 * - `baseUrl` loses the slashes at its end: Weasis appends `/studies/…` to it as it is.
 * - `DirectDownloadFile` of an instance without one becomes `/studies/…/series/…/instances/…`. `?` follows if the extra
 *   parameters begin with `&`.
 * - `seriesRetrieve` is true if a study has no series or a series no instances: Weasis would list them and fetch nothing.
 * - `overrideDicomTagsList` is removed if an instance is listed: Weasis would show no image.
 *
 * @returns notices about what was removed.
 */
export async function completeDicomWeb(part: ArcQueryElement, pace: Pace): Promise<Notice[]> {
  part.baseUrl = part.baseUrl.replace(/\/+$/, '');
  const query = part.additionalParameters?.startsWith('&') ? '?' : '';
  let instances = false;
  let stopsAbove = false;
  for (const { Study: studies } of part.Patient) {
    for (const { StudyInstanceUID: studyUid, Series: seriesOfStudy } of studies) {
      stopsAbove ||= seriesOfStudy.length === 0;
      for (const series of seriesOfStudy) {
        if (series.Instance.length > 0) instances = true;
        else stopsAbove = true;
        const path = `/studies/${studyUid}/series/${series.SeriesInstanceUID}/instances/`;
        for (const instance of series.Instance) {
          instance.DirectDownloadFile ??= path + instance.SOPInstanceUID + query;
          if (pace.due()) await pace.rest();
        }
      }
    }
  }
  if (stopsAbove) part.seriesRetrieve ??= true;
  return instances ? withoutOverriddenTags(part) : [];
}

function withoutOverriddenTags(part: ArcQueryElement): Notice[] {
  const { arcId, overrideDicomTagsList } = part;
  if (overrideDicomTagsList === undefined) return [];
  part.overrideDicomTagsList = undefined;
  return [
    {
      severity: 'WARN',
      code: codes['manifest.attributes.not-replaced'],
      title: 'Attributes shown as stored',
      description: `The attributes ${overrideDicomTagsList} of the images of archive ${arcId} are shown as they are stored. Weasis cannot show images of a DICOMweb archive with replaced attributes. Ask the administrator of this server to remove overrideDicomTags of archive ${arcId}.`,
    },
  ];
}
