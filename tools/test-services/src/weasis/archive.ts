import { type Element } from './manifest-elements.js';
import { type ReleaseRules } from './release.js';

/** How the images of one `arcQuery`, or of `dicom:rs`, are fetched. */
export interface Archive {
  baseUrl: string;
  /** Headers of each request. */
  headers: Record<string, string>;
  /** The reason why no image of this archive can be fetched. */
  unusable?: string;
  /** Answers must be multipart. */
  multipart: boolean;
  requireOnlySopInstanceUid: boolean;
  /** Appended to each address. */
  extraParameters: string;
  /** Each series is retrieved by one request. */
  retrievesSeries: boolean;
  /** Tags that are overwritten in the images. */
  overriddenTags: number[];
  /** Weasis requests what the manifest leaves out by DICOMweb. */
  dicomWeb: boolean;
}

/** The `Accept` header for DICOM_WEB images; a manifest may override it. */
export const MULTIPART_DICOM = 'multipart/related;type="application/dicom";transfer-syntax=*';

/** Ends the reading of a manifest. With `dialog`, an error dialog opens; otherwise there is only a log line. */
export class ReadingEnds extends Error {
  constructor(
    message: string,
    readonly dialog: boolean,
  ) {
    super(message);
  }
}

/** Returns the archive of an `arcQuery`. @throws ReadingEnds if Weasis rejects its address or a header */
export function archiveOf({ attributes, children }: Element, rules: ReleaseRules): Archive {
  const baseUrl = attributes['baseUrl'];
  if (baseUrl === undefined) throw new ReadingEnds('an arcQuery has no baseUrl', false);
  if (rules.illegalInBaseUrl?.test(baseUrl)) throw new ReadingEnds('a baseUrl is not a URI', false);
  const firstPatient = children.findIndex(({ name }) => name === 'Patient');
  const tags = (firstPatient < 0 ? children : children.slice(0, firstPatient)).filter(({ name }) => name === 'httpTag');
  const dicomWeb = rules.dicomWeb && attributes['queryMode'] === 'DICOM_WEB';
  const archive: Archive = {
    baseUrl,
    headers: {},
    multipart: false,
    requireOnlySopInstanceUid: attributes['requireOnlySOPInstanceUID'] === 'true',
    extraParameters: attributes[rules.extraParameters] ?? '',
    retrievesSeries: rules.partialManifests && dicomWeb && attributes['seriesRetrieve'] === 'true',
    overriddenTags: (attributes['overrideDicomTagsList'] ?? '').split(',').filter(Boolean).map(Number),
    dicomWeb,
  };
  for (const { attributes: tag } of tags) addHeader(archive, tag['key'] ?? '', tag['value'] ?? '', rules);
  if (attributes['webLogin']) setHeader(archive.headers, 'Authorization', `Basic ${attributes['webLogin']}`);
  if (dicomWeb && !hasHeader(archive.headers, 'Accept')) {
    archive.headers['Accept'] = MULTIPART_DICOM;
    archive.multipart = true;
  }
  return archive;
}

function addHeader(archive: Archive, key: string, value: string, rules: ReleaseRules): void {
  // eslint-disable-next-line no-control-regex -- the pattern has to find control characters
  if (rules.checksHeaders && (!/^[\w!#$%&'*+.^`|~-]+$/.test(key) || /[\u0000-\u0008\u000a-\u001f\u007f]/.test(value)))
    throw new ReadingEnds(`the header ${key} is illegal`, true);
  const name = key.toLowerCase();
  if (rules.refusedHeaders.includes(name)) archive.unusable = `Java's client refuses the header ${key}`;
  else if (!rules.ignoredHeaders.includes(name)) setHeader(archive.headers, key, value);
}

export function setHeader(headers: Record<string, string>, key: string, value: string): void {
  for (const name of Object.keys(headers)) if (name.toLowerCase() === key.toLowerCase()) delete headers[name];
  headers[key] = value;
}

function hasHeader(headers: Record<string, string>, key: string): boolean {
  return Object.keys(headers).some((name) => name.toLowerCase() === key.toLowerCase());
}

/** The values in the address of an image. */
export interface ImageReference {
  studyInstanceUid: string;
  seriesInstanceUid: string;
  sopInstanceUid: string;
  directDownloadFile?: string;
  transferSyntaxUid?: string;
  compressionRate?: string;
}

/** Returns the address of an image. Like Weasis, it corrects no mistakes in the values. */
export function imageAddress(archive: Archive, image: ImageReference, rules: ReleaseRules): string {
  return archive.baseUrl + (image.directDownloadFile ?? wadoQuery(archive, image, rules)) + archive.extraParameters;
}

function wadoQuery(archive: Archive, image: ImageReference, rules: ReleaseRules): string {
  const parents = !archive.requireOnlySopInstanceUid
    ? `&studyUID=${image.studyInstanceUid}&seriesUID=${image.seriesInstanceUid}`
    : rules.omitsOtherUids
      ? ''
      : '&studyUID=&seriesUID=';
  const syntax = image.transferSyntaxUid ? `&transferSyntax=${image.transferSyntaxUid}` : '';
  const rate = syntax && image.compressionRate ? `&imageQuality=${image.compressionRate}` : '';
  return `?requestType=WADO${parents}&objectUID=${image.sopInstanceUid}&contentType=application%2Fdicom${syntax}${rate}`;
}
