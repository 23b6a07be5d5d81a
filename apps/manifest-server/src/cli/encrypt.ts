import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { CipherError, type CipherMode, SymmetricCipher } from '@pacs-connectors/config-core';
import { type Terminal, UsageError } from '../boot/terminal.js';

/** `pacs-connectors encrypt`: a value becomes a `{cipher}…` text. The value is never an argument: others see those. */
export async function encrypt(
  operands: readonly string[],
  mode: string = 'gcm',
  { env, stdin, stdout, stderr }: Terminal,
): Promise<number> {
  if (operands.length > 0) {
    throw new UsageError('encrypt takes no value as argument, where others could see it: type it, or pipe it in');
  }
  if (mode !== 'gcm' && mode !== 'cbc') throw new UsageError(`--mode is gcm or cbc, not ${mode}`);
  const cipher = cipherOf(env, stderr);
  if (!cipher) return 1;
  const value = stdin.isTTY ? await ask(stdin, stderr) : withoutLineEnd(await text(stdin));
  if (value === '') {
    stderr.write('There is no value to encrypt: type it, or pipe it in.\n');
    return 1;
  }
  stdout.write(`{cipher}${cipher.encrypt(value, mode satisfies CipherMode)}\n`);
  if (stdin.isTTY) stderr.write(`In YAML it needs quotes: '{cipher}…'\n`);
  return 0;
}

function cipherOf(env: NodeJS.ProcessEnv, stderr: NodeJS.WritableStream): SymmetricCipher | undefined {
  const password = env['ENCRYPT_KEY'];
  if (!password) {
    stderr.write('ENCRYPT_KEY is not set: it is the password of the encryption, the same as for the server.\n');
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

/** Asks at a terminal; what is typed is not shown. */
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
