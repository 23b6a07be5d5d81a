import { checkLength } from './address-length.js';
import { LaunchError } from './launch-error.js';

export interface SlicerLaunch {
  /** `slicer.command.protocol`: `slicer://`. */
  protocol: string;
  /** `slicer.command.context`: `viewer`. */
  context: string;
  /** DICOMweb addresses of the archives asked, as that desktop sees them; exactly one. */
  dicomWebUrls: readonly string[];
  /** Exactly one. */
  studyInstanceUids: readonly string[];
  bearerToken?: string;
}

/**
 * Returns the address that opens one study of one archive in 3D Slicer.
 *
 * @throws LaunchError where it is not one study of one archive, or the address is longer than Windows hands over.
 */
export function slicerUrl(launch: SlicerLaunch): string {
  const [study, ...moreStudies] = launch.studyInstanceUids;
  const [endpoint, ...moreEndpoints] = launch.dicomWebUrls;
  if (study === undefined || moreStudies.length > 0) {
    throw new LaunchError(
      'studyUID',
      `3D Slicer opens exactly one study, and ${launch.studyInstanceUids.length} are asked for`,
    );
  }
  if (endpoint === undefined || moreEndpoints.length > 0) {
    throw new LaunchError(
      'archive',
      `3D Slicer opens a study of exactly one archive, and ${launch.dicomWebUrls.length} are asked for: name one`,
    );
  }
  const token = launch.bearerToken ? `&access_token=${encodeURIComponent(launch.bearerToken)}` : '';
  const url = `${launch.protocol}${launch.context}/?studyUID=${encodeURIComponent(study)}&dicomweb_endpoint=${encodeURIComponent(endpoint)}${token}`;
  checkLength(url, [
    ['access_token', token.length],
    ['archive', endpoint.length],
  ]);
  return url;
}
