/** The streams and the environment of a command. */
export interface Terminal {
  env: NodeJS.ProcessEnv;
  stdin: NodeJS.ReadableStream & { isTTY?: boolean };
  stdout: NodeJS.WritableStream;
  stderr: NodeJS.WritableStream;
}

/** An invalid call of a command. The message says how to call it. */
export class UsageError extends Error {}
