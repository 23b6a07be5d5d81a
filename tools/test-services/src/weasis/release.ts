/** The Weasis releases that the client can simulate. `newest` is the state of August 2026, after 4.7.2. */
export const WEASIS_RELEASES = ['4.6.6', '4.7.1', 'newest'] as const;
export type WeasisRelease = (typeof WEASIS_RELEASES)[number];

/** The differences between releases. */
export interface ReleaseRules {
  /** The attribute of `arcQuery` with extra URL parameters. */
  extraParameters: 'additionalParameters' | 'additionnalParameters';
  /** `dicom:get -i` works. */
  embeddedManifest: boolean;
  /** A manifest may be JSON. It is unzipped if its first bytes are those of gzip; the headers do not matter. */
  gzipAndJson: boolean;
  /** `queryMode` and multipart answers are read. */
  dicomWeb: boolean;
  /** Weasis requests what a DICOM_WEB manifest leaves out, and retrieves whole series. */
  partialManifests: boolean;
  /** `requireOnlySOPInstanceUID` leaves out the other UIDs; without this rule, they are sent empty. */
  omitsOtherUids: boolean;
  /** An illegal header ends the reading of the manifest. */
  checksHeaders: boolean;
  /** Headers of `httpTag`, in lower case, that Weasis leaves out; the images load. */
  ignoredHeaders: readonly string[];
  /** Headers of `httpTag`, in lower case, that Java's client rejects; no image loads. */
  refusedHeaders: readonly string[];
  /** Characters that a `baseUrl` must not contain. */
  illegalInBaseUrl: RegExp | undefined;
  /** Number of tries for an image whose transfer is cut. */
  imageTries: number;
  /** A cut connection opens a dialog. */
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
    // The characters that java.net.URI rejects.
    // eslint-disable-next-line no-control-regex -- the pattern has to find control characters
    illegalInBaseUrl: /[\u0000- "<>\\^`{|}\u007f]|%(?![\dA-Fa-f]{2})/,
  },
};
