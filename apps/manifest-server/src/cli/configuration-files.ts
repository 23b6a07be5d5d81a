import { UsageError } from '../boot/terminal.js';

/** Returns the files of a command line, or those of `CONNECTORS_CONFIG`, as the server reads them. */
export function configurationFiles(operands: readonly string[], env: NodeJS.ProcessEnv): string[] {
  const files = operands.length > 0 ? operands : (env['CONNECTORS_CONFIG'] ?? '').split(',');
  return files.map((file) => file.trim()).filter((file) => file !== '');
}

/** Returns the same files. @throws UsageError if there are none. */
export function requiredConfigurationFiles(operands: readonly string[], env: NodeJS.ProcessEnv): string[] {
  const files = configurationFiles(operands, env);
  if (files.length === 0) throw new UsageError('name the configuration files, or set CONNECTORS_CONFIG');
  return files;
}
