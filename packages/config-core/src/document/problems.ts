/** A place in a configuration file, counted from 1. */
export interface Place {
  file: string;
  line: number;
  column: number;
}

/** One thing that is wrong, or looks so, in the configuration. Holds no secret. */
export interface Problem {
  severity: 'error' | 'warning';
  file: string;
  /** Not given where the file as a whole is meant. */
  line?: number;
  column?: number;
  /** The dotted key, as written in the file where it is there; empty where the file as a whole is meant. */
  key: string;
  /** Completes "found …". */
  found: string;
  /** Completes "expected …". */
  expected: string;
  /** The connector that it belongs to; an error leaves that one out. */
  connectorId?: string;
  /** The server must not start: the key guards who may ask for what, or says where the server listens. */
  fatal?: true;
}

/** The problem in one line: `file:12:9 connector.timeout: found "abc", expected a time such as 30s`. */
export function renderProblem({ file, line, column, key, found, expected }: Problem): string {
  const place = file === '' ? '' : [file, line, column].filter((part) => part !== undefined).join(':');
  return `${[place, key].filter((part) => part !== '').join(' ')}: found ${found}, expected ${expected}`;
}

/** A configuration of which nothing can be used: a file that cannot be read, broken YAML. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';

  constructor(readonly problems: readonly Problem[]) {
    super(problems.map(renderProblem).join('\n'));
  }
}
