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
/** An encoding in an XML declaration, with the text before and after it. */
const DECLARED = /^(<\?xml[^>]*?\sencoding\s*=\s*["'])([\w.:-]*)(["'])/;
/** Encodings whose XML declaration can be read before the encoding is known. */
const LIKE_ASCII = /^(?:utf-8|us-ascii|ascii|iso-8859-\d{1,2}|windows-125\d)$/i;
const BYTE_ORDER_MARKS = [
  { bytes: [0xef, 0xbb, 0xbf], encoding: 'utf-8', declared: /^utf-8$/i },
  { bytes: [0xff, 0xfe], encoding: 'utf-16le', declared: /^utf-16(?:le)?$/i },
  { bytes: [0xfe, 0xff], encoding: 'utf-16be', declared: /^utf-16(?:be)?$/i },
];

/**
 * Decodes XML by its byte order mark, else by the charset of its Content-Type (RFC 7303 3), else by its declaration (XML 1.0
 * appendix F). The returned declaration says UTF-8, in which the server sends it.
 *
 * @throws ProblemError 400 if it cannot be decoded, or another XML reader could see a different text.
 */
function decodeXml(body: Buffer, charset?: string): string {
  const problem = new ProblemError(
    plainProblem(
      400,
      'The manifest is not in the encoding that it or its Content-Type declares. Send it as UTF-8.',
      'server.upload.encoding-invalid',
    ),
  );
  const mark = BYTE_ORDER_MARKS.find(({ bytes }) => body.subarray(0, bytes.length).equals(Buffer.from(bytes)));
  const [, , named = 'utf-8'] = DECLARED.exec(body.toString('latin1', 0, 256)) ?? [];
  const encoding = mark?.encoding ?? (charset ?? named).toLowerCase();
  if (!mark && !LIKE_ASCII.test(encoding)) throw problem;
  let text: string;
  try {
    // A TextDecoder would read ISO 8859-1 as Windows-1252.
    text =
      encoding === 'iso-8859-1' ? body.toString('latin1') : new TextDecoder(encoding, { fatal: true }).decode(body);
  } catch {
    throw problem;
  }
  const declared = DECLARED.exec(text)?.[2];
  if (mark && declared !== undefined && !mark.declared.test(declared)) throw problem;
  // UTF-16 and UTF-32 of ASCII are valid UTF-8, with a null in every character.
  if (text.includes('\0')) throw problem;
  return text.replace(DECLARED, '$1UTF-8$3');
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
