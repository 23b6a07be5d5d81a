import { UsageError } from '../boot/terminal.js';

/** The files that a command is given, else those of `CONNECTORS_CONFIG`, as the server takes them. */
export function configurationFiles(operands: readonly string[], env: NodeJS.ProcessEnv): string[] {
  const files = operands.length > 0 ? operands : (env['CONNECTORS_CONFIG'] ?? '').split(',');
  return files.map((file) => file.trim()).filter((file) => file !== '');
}

/** @throws UsageError where there is none. */
export function requiredConfigurationFiles(operands: readonly string[], env: NodeJS.ProcessEnv): string[] {
  const files = configurationFiles(operands, env);
  if (files.length === 0) throw new UsageError('name the configuration files, or set CONNECTORS_CONFIG');
  return files;
}
