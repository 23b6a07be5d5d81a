import { parseArgs } from 'node:util';
import { codes } from '../errors/error-codes.js';
import { StartError } from './start-error.js';

/** Options of a start, from flags or environment variables. They override the keys of the configuration. */
export class ServerOptions {
  /** `CONNECTORS_CONFIG`, `--connectors-config`: YAML files or folders. */
  configuration!: string[];
  /** `PORT`, `--port`; 0 for any free port. */
  port?: number;
  /** `HOST`, `--host`. */
  host?: string;
  /** `SERVER_CONTEXT_PATH`, `--server-context-path`: `/name` or empty. */
  contextPath?: string;
}

/**
 * Reads the options. A flag overrides its variable.
 *
 * @throws StartError that names the invalid flag or variable.
 */
export function readOptions(args: string[], env: NodeJS.ProcessEnv): ServerOptions {
  const { values } = parseArgs({
    args,
    options: {
      'connectors-config': { type: 'string' },
      port: { type: 'string' },
      host: { type: 'string' },
      'server-context-path': { type: 'string' },
    },
  });
  const configuration = (values['connectors-config'] ?? env['CONNECTORS_CONFIG'] ?? '').split(',');
  const port = values.port ?? env['PORT'];
  const contextPath = values['server-context-path'] ?? env['SERVER_CONTEXT_PATH'];
  return {
    configuration: configuration.map((name) => name.trim()).filter((name) => name !== ''),
    port: port === undefined || port === '' ? undefined : readPort(port),
    host: values.host || env['HOST'] || undefined,
    contextPath: contextPath === undefined ? undefined : readContextPath(contextPath),
  };
}

function readPort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535)
    throw new StartError(`PORT is ${text}; expected a number from 0 to 65535`, codes['server.start.option-invalid']);
  return port;
}

/** Returns a context path as `/name` or empty, without repeated slashes. @throws StartError if a URL cannot contain it unescaped. */
export function readContextPath(text: string): string {
  const path = text.replace(/^\/+|\/+$/g, '').replace(/\/{2,}/g, '/');
  if (!/^[\w.~/-]*$/.test(path))
    throw new StartError(
      `The context path is ${text}; expected letters, digits, and - _ . ~ between slashes`,
      codes['server.start.option-invalid'],
    );
  return path === '' ? '' : `/${path}`;
}
