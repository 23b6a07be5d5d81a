import { closeSync, openSync } from 'node:fs';
import { codes } from './error-codes.js';
import { type ErrorCode } from './error-table.js';

/** A limit of open files that has been reached, with the texts for operators. */
export interface OpenFileLimit {
  code: ErrorCode;
  message: string;
  /** What an operator does about it, one sentence. */
  remedy: string;
}

const LIMITS: Record<string, OpenFileLimit> = {
  EMFILE: {
    code: codes['archive.open-files.limit-reached'],
    message: 'this process has reached its limit of open files and connections (EMFILE)',
    remedy:
      'Raise the limit of open files of this process: LimitNOFILE= in its systemd unit, --ulimit nofile= of its container, or ulimit -n in its shell.',
  },
  ENFILE: {
    code: codes['archive.open-files.limit-reached'],
    message: 'this machine has reached its limit of open files (ENFILE)',
    remedy: 'Raise fs.file-max on this machine, or find the program that holds so many files open.',
  },
};

interface Wrapped {
  code?: unknown;
  message?: unknown;
  cause?: unknown;
  errors?: unknown;
}

/** Errors by which name lookups and the module loader also report that they could not open their files. */
const HIDING_ERRORS = ['ENOTFOUND', 'EAI_AGAIN', 'MODULE_NOT_FOUND', 'ERR_MODULE_NOT_FOUND'];

/**
 * Returns which limit of open files an error reports; `undefined` if it reports none. Looks into causes and into errors of
 * several attempts as well, because libraries wrap the error of the operating system.
 */
export function openFileLimit(error: unknown): OpenFileLimit | undefined {
  for (const one of chainOf(error)) {
    const limit = limitOf(one);
    if (limit) return limit;
  }
  return undefined;
}

/** Returns an error and everything that it wraps. A chain of causes may lead back to its beginning. */
function chainOf(error: unknown, seen = new Set<Wrapped>()): Set<Wrapped> {
  if (typeof error !== 'object' || error === null || seen.has(error)) return seen;
  seen.add(error);
  const { cause, errors } = error as Wrapped;
  for (const inner of [cause, ...(Array.isArray(errors) ? errors : [])]) chainOf(inner, seen);
  return seen;
}

function limitOf({ code, message }: Wrapped): OpenFileLimit | undefined {
  if (typeof code !== 'string') return undefined;
  if (code in LIMITS) return LIMITS[code];
  if (HIDING_ERRORS.includes(code)) return currentOpenFileLimit();
  // For a worker that did not start, Node.js reports the reason only in the message.
  if (code === 'ERR_WORKER_INIT_FAILED') return LIMITS[/EMFILE|ENFILE/.exec(String(message))?.[0] ?? ''];
  return undefined;
}

/**
 * Checks that a few more files can be opened now.
 *
 * @throws Error (`EMFILE`, `ENFILE`) if not
 */
export function requireOpenFiles(): void {
  const opened: number[] = [];
  try {
    // Every container has it. If it cannot be opened for another reason, nothing is known about the limit.
    while (opened.length < 4) opened.push(openSync('/', 'r'));
  } catch (error) {
    if (openFileLimit(error)) throw error;
  } finally {
    for (const descriptor of opened) closeSync(descriptor);
  }
}

/** Returns the limit that keeps this process from opening files now; `undefined` if it can open some. */
export function currentOpenFileLimit(): OpenFileLimit | undefined {
  try {
    requireOpenFiles();
    return undefined;
  } catch (error) {
    return LIMITS[(error as NodeJS.ErrnoException).code ?? ''];
  }
}
