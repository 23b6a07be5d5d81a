import { type SettingFormat } from './setting-format.js';

/** A release of Weasis: `4.6` or `4.6.6`. */
export const weasisRelease: SettingFormat = {
  parse: (text) => (/^\d+\.\d+(?:\.\d+)?$/.test(text) ? text : undefined),
  expected: 'a release of Weasis such as 4.6.6',
  pattern: '^[0-9]+\\.[0-9]+(?:\\.[0-9]+)?$',
};

/** Returns whether a release can retrieve the images of a manifest by DICOMweb (multipart): 4.7.0 and later can. */
export function readsDicomWebManifests(release: string): boolean {
  const [major = 0, minor = 0] = release.split('.').map(Number);
  return major > 4 || (major === 4 && minor >= 7);
}
