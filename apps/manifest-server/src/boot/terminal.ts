/** What a command reads and writes. */
export interface Terminal {
  env: NodeJS.ProcessEnv;
  stdin: NodeJS.ReadableStream & { isTTY?: boolean };
  stdout: NodeJS.WritableStream;
  stderr: NodeJS.WritableStream;
}

/** A command that was called in a way that it cannot follow; the message says what is right. */
export class UsageError extends Error {}
