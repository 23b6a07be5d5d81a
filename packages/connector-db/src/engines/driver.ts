import { createRequire } from 'node:module';
import { requireOpenFiles } from '@pacs-connectors/connector-core';
import { codes } from '../errors/error-codes.js';
import { UnusableSettingError } from '../errors/unusable-setting-error.js';

const require = createRequire(import.meta.url);

/**
 * Loads a driver package. Only the driver of a configured database is loaded.
 *
 * @throws UnusableSettingError that names the package to install
 */
export function loadDriver<Driver>(name: string, engine: string): Driver {
  try {
    // If Node.js cannot read a package once, it never reads it again. So nothing is loaded while no file can be opened, and
    // everything in one turn: `import` would leave the turn between its files.
    requireOpenFiles();
    return require(name) as Driver;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const remedy = `Install it: npm install ${name}`;
    throw code === 'MODULE_NOT_FOUND'
      ? new UnusableSettingError(codes['db.driver.not-installed'], `the driver of ${engine} is not installed`, remedy)
      : new UnusableSettingError(
          codes['db.driver.not-loaded'],
          `the driver of ${engine} cannot be loaded: ${message}`,
          remedy,
          error,
        );
  }
}
