import { UnusableSettingError } from './unusable-setting-error.js';

/**
 * Imports a driver package; only what the configuration names is ever loaded.
 *
 * @throws UnusableSettingError that names the package to install
 */
export async function loadDriver<Driver>(name: string, engine: string): Promise<Driver> {
  try {
    const module = (await import(name)) as { default?: Driver };
    return module.default ?? (module as Driver);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND'
      ? new UnusableSettingError(`the driver of ${engine} is not installed`, `Install it: npm install ${name}`)
      : new UnusableSettingError(
          `the driver of ${engine} cannot be loaded: ${message}`,
          `Install it: npm install ${name}`,
        );
  }
}
