import { type SettingFormat } from '@pacs-connectors/config-core';

/** A release of Weasis: `4.6` or `4.6.6`. */
export const weasisRelease: SettingFormat = {
  parse: (text) => (/^\d+\.\d+(?:\.\d+)?$/.test(text) ? text : undefined),
  expected: 'a release of Weasis such as 4.6.6',
  pattern: '^[0-9]+\\.[0-9]+(?:\\.[0-9]+)?$',
};

/** Returns whether a release shows images that a manifest lists by DICOMweb addresses, whose answers are multipart: from 4.7.0. */
export function readsDicomWebManifests(release: string): boolean {
  const [major = 0, minor = 0] = release.split('.').map(Number);
  return major > 4 || (major === 4 && minor >= 7);
}
