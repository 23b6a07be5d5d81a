import { expect, it } from '@jest/globals';
import { builtPackages, neededFolders } from './build-settings.js';

const packages = builtPackages();

it.each(packages.map((settings) => [settings.folder, settings] as const))(
  '%s is built after what it needs, keeps the build state with its output and out of its tarball',
  (_, settings) => {
    expect(settings.references).toEqual(neededFolders(settings));
    // Deleting dist must delete the state too, or TypeScript would assume that the output exists.
    expect(settings.stateFile).toBe('dist/.tsbuildinfo');
    if (!settings.manifest.private) expect(settings.manifest.files).toContain('!dist/.tsbuildinfo');
  },
);

it('finds the packages', () => {
  expect(packages.map(({ folder }) => folder)).toEqual(
    expect.arrayContaining(['packages/connector-core', 'apps/manifest-server', 'tools/test-services']),
  );
});
