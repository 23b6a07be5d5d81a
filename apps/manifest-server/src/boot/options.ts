import { parseArgs } from 'node:util';

/** How the server is started: environment, and flags over it. */
export interface ServerOptions {
  /** `CONNECTORS_CONFIG`, `--connectors-config`: YAML files or folders. */
  configuration: string[];
  /** `PORT`, `--port`; 0 takes a free one. */
  port: number;
  /** `HOST`, `--host`. */
  host: string;
  /** `SERVER_CONTEXT_PATH`, `--server-context-path`: `/name` or empty. */
  contextPath: string;
}

/** @throws Error naming the flag or variable that cannot be used. */
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
  return {
    configuration: configuration.map((name) => name.trim()).filter((name) => name !== ''),
    port: readPort(values.port ?? env['PORT'] ?? '8080'),
    host: values.host ?? env['HOST'] ?? '127.0.0.1',
    contextPath: readContextPath(values['server-context-path'] ?? env['SERVER_CONTEXT_PATH'] ?? ''),
  };
}

function readPort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) throw new Error(`PORT is ${text}; expected a number from 0 to 65535`);
  return port;
}

function readContextPath(text: string): string {
  const path = text.replace(/^\/+|\/+$/g, '');
  return path === '' ? '' : `/${path}`;
}
