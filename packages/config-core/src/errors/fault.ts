import { type ErrorCode } from '@pacs-connectors/connector-core';

/** What is wrong with a value or key. No text contains a secret. */
export interface Fault {
  code: ErrorCode;
  /** Completes "found …". */
  found: string;
  /** Completes "expected …". */
  expected: string;
}
