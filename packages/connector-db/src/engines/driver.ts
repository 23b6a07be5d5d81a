import { createRequire } from 'node:module';
import { requireOpenFiles } from '@pacs-connectors/connector-core';
import { UnusableSettingError } from './unusable-setting-error.js';

const require = createRequire(import.meta.url);

/**
 * Loads a driver package; only what the configuration names is ever loaded.
 *
 * @throws UnusableSettingError that names the package to install
 */
export function loadDriver<Driver>(name: string, engine: string): Driver {
  try {
    // Node.js remembers for good that it could not read a package. So nothing is loaded while no file can be opened, and in
    // one turn: `import` would leave the turn between its files.
    requireOpenFiles();
    return require(name) as Driver;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw code === 'MODULE_NOT_FOUND'
      ? new UnusableSettingError(`the driver of ${engine} is not installed`, `Install it: npm install ${name}`)
      : new UnusableSettingError(
          `the driver of ${engine} cannot be loaded: ${message}`,
          `Install it: npm install ${name}`,
          error,
        );
  }
}
