import { isAscii, isUtf8 } from 'node:buffer';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import { gzip } from 'node:zlib';
import { HEADER_NAME, REFUSED_IN_ADDRESS, REFUSED_IN_HEADER, SET_BY_JAVA } from '@pacs-connectors/config-core';
import { openFileLimit } from '@pacs-connectors/connector-core';
import { type CachedManifest, type FoundInArchive, tagOf } from '../cache/cached-manifest.js';
import { plainProblem, ProblemError } from '../http/problem.js';
import { tokenExpiry } from '../retrieval/token-expiry.js';

const compress = promisify(gzip);

/** How long one check may take, in milliseconds. A valid manifest of the largest accepted size needs a few seconds. */
const DEADLINE_MS = 30_000;
/** How many manifests may wait for their check. They are checked one after the other. */
const MOST_WAITING = 8;
const CHECK = new URL('./uploaded-manifest-check.mjs', import.meta.url);
/** What Java rejects in addresses and headers; the same rules as for the configuration. */
const PATTERNS = {
  refusedInAddress: REFUSED_IN_ADDRESS,
  headerName: HEADER_NAME,
  setByJava: SET_BY_JAVA,
  refusedInHeader: REFUSED_IN_HEADER,
};

/** The result of {@link CHECK}. */
type Checked = { json: string; found: FoundInArchive[]; bearerTokens: string[] } | { wrong: string };

/**
 * Reads a manifest that was built elsewhere. It accepts what Weasis opens, and keeps it unchanged, in UTF-8.
 *
 * Document types are rejected, and with them every entity: nothing outside the body is read, and nothing expands.
 *
 * @param body the body of a request with `application/xml`.
 * @param contentType the request's Content-Type.
 * @throws ProblemError 400, 415 or 422 that says what is wrong and where; 503 while too many manifests are being checked.
 */
export async function readUpload(body: unknown, contentType = ''): Promise<CachedManifest> {
  if (!Buffer.isBuffer(body))
    throw new ProblemError(
      plainProblem(
        415,
        'The body is not a manifest. Send it as application/xml.',
        'server.upload.media-type-unsupported',
      ),
    );
  const text = decodeXml(body, CHARSET.exec(contentType)?.[1]);
  if (text.trim() === '') throw invalidManifest('The manifest is empty.');
  // Also in a comment: a manifest does not need the word.
  if (/<!DOCTYPE/i.test(text))
    throw invalidManifest('The manifest contains a document type (DOCTYPE), which is not allowed.');
  const checked = await inTurn(() => check(text));
  if ('wrong' in checked) throw invalidManifest(checked.wrong);
  const expiresAt = Math.min(...checked.bearerTokens.map((token) => tokenExpiry(token) ?? Infinity));
  if (expiresAt <= Date.now()) throw invalidManifest('The manifest contains an expired token.');
  const [xml, json] = await Promise.all([compress(text), compress(checked.json)]);
  return {
    complete: true,
    xml,
    json,
    tag: tagOf(xml, json),
    found: checked.found,
    ...(Number.isFinite(expiresAt) && { expiresAt }),
  };
}

/** The charset of a Content-Type. */
const CHARSET = /;\s*charset\s*=\s*"?([\w.:-]+)/i;
/** An encoding in an XML declaration. */
const DECLARED = /^<\?xml[^>]*?\sencoding\s*=\s*["']([\w.:-]*)["']/;
/** The only encoding that is accepted, and its subset. */
const ACCEPTED = /^(?:utf-?8|us-ascii|ascii)$/i;
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * Decodes XML in UTF-8. Another encoding is refused, whether the byte order mark, the Content-Type or the declaration names it: one
 * program would read another text than the next.
 *
 * @throws ProblemError 400
 */
function decodeXml(body: Buffer, charset = 'utf-8'): string {
  const marked = body.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK);
  const bytes = marked ? body.subarray(BYTE_ORDER_MARK.length) : body;
  const text = isUtf8(bytes) ? bytes.toString('utf8') : undefined;
  const declared = text === undefined ? undefined : (DECLARED.exec(text)?.[1] ?? 'utf-8');
  const names = [charset, declared ?? ''];
  const isAsciiOnly = names.some((name) => /ascii/i.test(name));
  // A second mark is text before the declaration. UTF-16 and UTF-32 of ASCII are valid UTF-8, with a null in every character.
  if (
    text === undefined ||
    !names.every((name) => ACCEPTED.test(name)) ||
    (isAsciiOnly && !isAscii(bytes)) ||
    text.startsWith('\ufeff') ||
    text.includes('\0')
  )
    throw new ProblemError(
      plainProblem(
        400,
        'The manifest is not in UTF-8, or it or its Content-Type declares another encoding. Send it as UTF-8.',
        'server.upload.encoding-invalid',
      ),
    );
  return text;
}

function invalidManifest(detail: string): ProblemError {
  return new ProblemError(plainProblem(422, detail, 'server.upload.manifest-invalid'));
}

function busy(detail: string): ProblemError {
  return new ProblemError(plainProblem(503, detail, 'server.upload.not-possible-now'));
}

let last: Promise<unknown> = Promise.resolve();
let waiting = 0;

/** Runs checks one at a time: each needs a core, and many times the manifest's length of memory. */
async function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
  if (waiting >= MOST_WAITING) throw busy('Other manifests are being checked. Send this one again later.');
  waiting++;
  const result = last.then(work);
  last = result.catch(() => undefined).finally(() => waiting--);
  return result;
}

/** @throws ProblemError 422 if it needs too much time or memory, 503 if the server cannot open a file for it. */
function check(text: string): Promise<Checked> {
  const worker = new Worker(CHECK, {
    workerData: { text, patterns: PATTERNS },
    resourceLimits: { maxOldGenerationSizeMb: 512 },
  });
  return new Promise<Checked>((resolve, reject) => {
    const tooMuch = () =>
      reject(invalidManifest('The check of the manifest needs too much time or memory. Send a smaller one.'));
    const timer = setTimeout(tooMuch, DEADLINE_MS);
    worker.once('message', resolve);
    worker.once('error', (error: NodeJS.ErrnoException) => {
      const limit = openFileLimit(error);
      if (limit) return reject(busy(`The manifest cannot be checked: ${limit.message}. ${limit.remedy}`));
      return error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? tooMuch() : reject(error);
    });
    worker.once('exit', () => {
      clearTimeout(timer);
      tooMuch();
    });
  }).finally(() => worker.terminate());
}
