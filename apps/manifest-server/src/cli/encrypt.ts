import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { CipherError, type CipherMode, SymmetricCipher } from '@pacs-connectors/config-core';
import { type Terminal, UsageError } from '../boot/terminal.js';

/** Runs `pacs-connectors encrypt`: it turns a value into a `{cipher}…` text. It takes no value as argument, which others could see. */
export async function encrypt(
  operands: readonly string[],
  mode: string = 'gcm',
  { env, stdin, stdout, stderr }: Terminal,
): Promise<number> {
  if (operands.length > 0) {
    throw new UsageError('encrypt takes no value as argument, which others could see. Type it, or pipe it in');
  }
  if (mode !== 'gcm' && mode !== 'cbc') throw new UsageError(`--mode is gcm or cbc, not ${mode}`);
  const cipher = cipherOf(env, stderr);
  if (!cipher) return 1;
  const value = stdin.isTTY ? await ask(stdin, stderr) : withoutLineEnd(await text(stdin));
  if (value === '') {
    stderr.write('The value is empty. Type it, or pipe it in.\n');
    return 1;
  }
  stdout.write(`{cipher}${cipher.encrypt(value, mode satisfies CipherMode)}\n`);
  if (stdin.isTTY) stderr.write(`Write it in quotes in YAML: '{cipher}…'\n`);
  return 0;
}

function cipherOf(env: NodeJS.ProcessEnv, stderr: NodeJS.WritableStream): SymmetricCipher | undefined {
  const password = env['ENCRYPT_KEY'];
  if (!password) {
    stderr.write('ENCRYPT_KEY is not set. Set it to the password of the encryption, as for the server.\n');
    return undefined;
  }
  try {
    return new SymmetricCipher(password, env['ENCRYPT_SALT'] || undefined);
  } catch (error) {
    if (!(error instanceof CipherError)) throw error;
    stderr.write(`ENCRYPT_SALT: found ${error.message}, expected ${error.remedy}\n`);
    return undefined;
  }
}

/** Reads a value at a terminal without showing it. */
async function ask(input: NodeJS.ReadableStream, stderr: NodeJS.WritableStream): Promise<string> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input, output: silent, terminal: true });
  stderr.write('Value (not shown): ');
  try {
    return await lines.question('');
  } finally {
    lines.close();
    stderr.write('\n');
  }
}

function withoutLineEnd(value: string): string {
  return value.replace(/\r?\n$/, '');
}
