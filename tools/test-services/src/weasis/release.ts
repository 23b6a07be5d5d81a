/** The Weasis releases that the client can be. `newest` is the state of August 2026, after 4.7.2. */
export const WEASIS_RELEASES = ['4.6.6', '4.7.1', 'newest'] as const;
export type WeasisRelease = (typeof WEASIS_RELEASES)[number];

/** Where the releases differ. */
export interface ReleaseRules {
  /** The attribute of `arcQuery` that extra URL parameters are read from. */
  extraParameters: 'additionalParameters' | 'additionnalParameters';
  /** `dicom:get -i` works. */
  embeddedManifest: boolean;
  /** A manifest is unzipped by its first bytes, whatever its headers say, and may be JSON. */
  gzipAndJson: boolean;
  /** `queryMode` and multipart answers are read. */
  dicomWeb: boolean;
  /** Parts of a DICOM_WEB manifest that are missing are asked for, and whole series are retrieved. */
  partialManifests: boolean;
  /** `requireOnlySOPInstanceUID` leaves the other UIDs out; otherwise they are sent empty. */
  omitsOtherUids: boolean;
  /** An illegal header ends the reading of the manifest. */
  checksHeaders: boolean;
  /** Headers of `httpTag`, in lower case, that are left out; the images load. */
  ignoredHeaders: readonly string[];
  /** Headers of `httpTag`, in lower case, that Java's client refuses; no image loads. */
  refusedHeaders: readonly string[];
  /** What a `baseUrl` may not hold. */
  illegalInBaseUrl: RegExp | undefined;
  /** Connections that are tried for an image whose transfer is cut. */
  imageTries: number;
  /** A cut connection ends in a dialog. */
  asksAfterCut: boolean;
}

const HEADERS = ['host', 'connection', 'content-length', 'upgrade'];
const SINCE_4_7: ReleaseRules = {
  extraParameters: 'additionalParameters',
  embeddedManifest: false,
  gzipAndJson: false,
  dicomWeb: true,
  partialManifests: false,
  omitsOtherUids: true,
  checksHeaders: true,
  ignoredHeaders: [],
  refusedHeaders: [...HEADERS, 'expect'],
  illegalInBaseUrl: /[{}]/,
  imageTries: 8,
  asksAfterCut: false,
};

export const RULES: Record<WeasisRelease, ReleaseRules> = {
  '4.6.6': {
    extraParameters: 'additionnalParameters',
    embeddedManifest: true,
    gzipAndJson: false,
    dicomWeb: false,
    partialManifests: false,
    omitsOtherUids: false,
    checksHeaders: false,
    ignoredHeaders: HEADERS,
    refusedHeaders: [],
    illegalInBaseUrl: undefined,
    imageTries: 4,
    asksAfterCut: true,
  },
  '4.7.1': SINCE_4_7,
  newest: {
    ...SINCE_4_7,
    gzipAndJson: true,
    partialManifests: true,
    // What java.net.URI refuses.
    // eslint-disable-next-line no-control-regex -- control characters are what is looked for
    illegalInBaseUrl: /[\u0000- "<>\\^`{|}\u007f]|%(?![\dA-Fa-f]{2})/,
  },
};
