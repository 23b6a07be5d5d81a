import { type Notice, type Patient } from '@pacs-connectors/connector-core';

/** The content of a manifest: one {@link ArcQuery} for each archive. */
export interface Manifest {
  /** `uid` of the manifest. */
  uid?: string;
  arcQueries: ArcQuery[];
}

/** The part of one archive: where and how the viewer fetches, and what was found. */
export interface ArcQuery {
  arcId: string;
  /** The URI that the viewer retrieves from. */
  baseUrl: string;
  /** base64 of `login:password`. */
  webLogin?: string;
  requireOnlySopInstanceUid?: boolean;
  /** Appended by the viewer to each retrieve URL. */
  additionalParameters?: string;
  /** Attributes whose values from this manifest replace those of the images, as 32-bit tags `0xGGGGEEEE`. */
  overrideDicomTags?: number[];
  queryMode?: 'DB' | 'DICOM' | 'DICOM_WEB';
  seriesRetrieve?: boolean;
  /** Headers that the viewer sends, in order. */
  httpTags?: { key: string; value: string }[];
  /** Shown to the user; several become one `Message`. */
  notices?: Notice[];
  /** Transfer Syntax UID that the viewer requests for every series; `*`: as stored. */
  transferSyntaxUid?: string;
  /** JPEG quality that the viewer requests, 1 to 100. */
  compressionRate?: number;
  patients: Patient[];
}

export type ManifestFormat = 'xml' | 'json';
