import { type ManifestElement } from '@pacs-connectors/manifest-builder';

type ArcQueryElement = ManifestElement['arcQuery'][number];

/** The request of Weasis for one image or one series. */
export interface ImageRequest {
  url: string;
  headers: Headers;
  /** Whether it is a WADO-RS request, which is answered in parts; otherwise it is a WADO-URI request. */
  byWadoRs: boolean;
  /** The requested image; `undefined` for a whole series. */
  sopInstanceUid?: string;
}

/** The first study, series and image that a manifest lists. */
export interface FirstListed {
  studyUid: string;
  seriesUid?: string;
  request?: ImageRequest;
}

/** The `Accept` header of Weasis for DICOM_WEB archives, unless a configured header replaces it. */
const WADO_RS_ACCEPT = 'multipart/related;type="application/dicom";transfer-syntax=*';

/** Returns the first image that a manifest lists, with the request of Weasis for it. */
export function firstListed(arcQuery: ArcQueryElement): FirstListed | undefined {
  const studies = arcQuery.Patient.flatMap(({ Study }) => Study);
  const listed = studies.flatMap((study) => study.Series.map((series) => ({ study, series })));
  const [image] = listed.flatMap(({ study, series }) =>
    series.Instance.map((instance) => ({ study, series, instance })),
  );
  const study = (image ?? listed[0])?.study ?? studies[0];
  if (!study) return undefined;
  const studyUid = study.StudyInstanceUID;
  const series = (image ?? listed[0])?.series;
  if (!series) return { studyUid };
  const seriesUid = series.SeriesInstanceUID;
  if (!image) return { studyUid, seriesUid };
  const { SOPInstanceUID: sopInstanceUid, DirectDownloadFile: file } = image.instance;
  const path = file ?? wadoQuery(arcQuery, studyUid, series, sopInstanceUid);
  const byWadoRs = arcQuery.queryMode === 'DICOM_WEB';
  return { studyUid, seriesUid, request: { ...requestOf(arcQuery, path), byWadoRs, sopInstanceUid } };
}

/** Returns the request of Weasis for a series of a DICOM_WEB archive whose images are not listed. */
export function seriesRequest(arcQuery: ArcQueryElement, studyUid: string, seriesUid: string): ImageRequest {
  return { ...requestOf(arcQuery, `/studies/${studyUid}/series/${seriesUid}`), byWadoRs: true };
}

/** Returns the query of Weasis for the series of a study of a DICOM_WEB archive that are not listed. */
export function seriesQuery(arcQuery: ArcQueryElement, studyUid: string): Pick<ImageRequest, 'url' | 'headers'> {
  const headers = headersOf(arcQuery);
  headers.set('accept', 'application/dicom+json');
  const fields = '0008103E,00080060,0020000E,00200011,00081190';
  return { url: `${arcQuery.baseUrl}/studies/${studyUid}/series?includefield=${fields}`, headers };
}

function requestOf(arcQuery: ArcQueryElement, path: string): Pick<ImageRequest, 'url' | 'headers'> {
  const headers = headersOf(arcQuery);
  if (arcQuery.queryMode === 'DICOM_WEB' && !headers.has('accept')) headers.set('accept', WADO_RS_ACCEPT);
  return { url: arcQuery.baseUrl + path + (arcQuery.additionalParameters ?? ''), headers };
}

function wadoQuery(
  { requireOnlySOPInstanceUID }: ArcQueryElement,
  studyUid: string,
  series: { SeriesInstanceUID: string; WadoTransferSyntaxUID?: string; WadoCompressionRate?: number },
  sopInstanceUid: string,
): string {
  const { SeriesInstanceUID, WadoTransferSyntaxUID: syntax, WadoCompressionRate: rate } = series;
  const above = requireOnlySOPInstanceUID ? '' : `&studyUID=${studyUid}&seriesUID=${SeriesInstanceUID}`;
  const quality = rate === undefined ? '' : `&imageQuality=${rate}`;
  const transfer = syntax === undefined ? '' : `&transferSyntax=${syntax}${quality}`;
  return `?requestType=WADO${above}&objectUID=${sopInstanceUid}&contentType=application%2Fdicom${transfer}`;
}

function headersOf({ httpTag, webLogin }: ArcQueryElement): Headers {
  const headers = new Headers((httpTag ?? []).map(({ key, value }) => [key, value]));
  if (webLogin !== undefined) headers.set('authorization', `Basic ${webLogin}`);
  return headers;
}
