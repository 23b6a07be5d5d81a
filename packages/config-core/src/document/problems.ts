import { type ErrorCode, withCode } from '@pacs-connectors/connector-core';
import { type Fault } from '../errors/fault.js';

/** A place in a configuration file, counted from 1. */
export interface Place {
  file: string;
  line: number;
  column: number;
}

/** An error or a warning about the configuration. No text contains a secret. */
export interface Problem extends Fault {
  severity: 'error' | 'warning';
  file: string;
  /** Missing if the problem is about the whole file. */
  line?: number;
  column?: number;
  /** The dotted key, as written in the file; empty if the problem is about the whole file. */
  key: string;
  /** The connector that it belongs to. An error leaves out that connector. */
  connectorId?: string;
  /** True if the server must not start: the key guards access, or says where the server listens. */
  fatal?: true;
}

/**
 * Returns the problem as one line:
 * `file:12:9 connector.timeout: found "abc", expected a time such as 30s [configuration.value.invalid]`.
 */
export function renderProblem({ file, line, column, key, found, expected, code }: Problem): string {
  const place = file === '' ? '' : [file, line, column].filter((part) => part !== undefined).join(':');
  return withCode(
    `${[place, key].filter((part) => part !== '').join(' ')}: found ${found}, expected ${expected}`,
    code,
  );
}

/** Says that a file cannot be read or is not valid YAML, so that nothing of the configuration can be used. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';

  constructor(readonly problems: readonly Problem[]) {
    super(problems.map(renderProblem).join('\n'));
  }

  /** The code of the first problem. */
  get code(): ErrorCode | undefined {
    return this.problems[0]?.code;
  }
}
