import { LaunchError } from '@pacs-connectors/connector-core';
import { checkLength } from '../address/address-length.js';
import { codes } from '../address/error-codes.js';

export interface SlicerLaunch {
  /** `slicer.command.protocol`: `slicer://`. */
  protocol: string;
  /** `slicer.command.context`: `viewer`. */
  context: string;
  /** DICOMweb addresses of the archives that are searched, as the desktop sees them. Exactly one. */
  dicomWebUrls: readonly string[];
  /** Exactly one. */
  studyInstanceUids: readonly string[];
  bearerToken?: string;
}

/**
 * Returns the address that opens one study of one archive in 3D Slicer.
 *
 * @throws LaunchError if it is not one study of one archive (`viewer.launch.unsupported`), or the address is too long
 *   (`viewer.address.too-long`).
 */
export function slicerUrl(launch: SlicerLaunch): string {
  const [study, ...moreStudies] = launch.studyInstanceUids;
  const [endpoint, ...moreEndpoints] = launch.dicomWebUrls;
  if (study === undefined || moreStudies.length > 0)
    throw new LaunchError(
      'studyUID',
      `leads to ${launch.studyInstanceUids.length} studies: 3D Slicer opens exactly one`,
      codes['viewer.launch.unsupported'],
    );
  if (endpoint === undefined || moreEndpoints.length > 0)
    throw new LaunchError(
      'archive',
      `leads to ${launch.dicomWebUrls.length} archives: 3D Slicer opens a study of exactly one. Name one archive`,
      codes['viewer.launch.unsupported'],
    );
  const token = launch.bearerToken ? `&access_token=${encodeURIComponent(launch.bearerToken)}` : '';
  const url = `${launch.protocol}${launch.context}/?studyUID=${encodeURIComponent(study)}&dicomweb_endpoint=${encodeURIComponent(endpoint)}${token}`;
  checkLength(url, [
    ['access_token', token.length],
    ['archive', endpoint.length],
  ]);
  return url;
}
