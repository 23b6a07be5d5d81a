import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import { gzip } from 'node:zlib';
import { HEADER_NAME, REFUSED_IN_ADDRESS, REFUSED_IN_HEADER, SET_BY_JAVA } from '@pacs-connectors/config-core';
import { openFileLimit } from '@pacs-connectors/connector-core';
import { type CachedManifest, type FoundInArchive, tagOf } from '../cache/cached-manifest.js';
import { plainProblem, ProblemError } from '../http/problem.js';
import { tokenExpiry } from '../retrieval/token-expiry.js';

const compress = promisify(gzip);

/** How long checking one may take, milliseconds: a valid one of the largest size that is taken in needs a few seconds. */
const DEADLINE_MS = 30_000;
/** How many may wait to be checked, one after the other. */
const MOST_WAITING = 8;
const CHECK = new URL('./uploaded-manifest-check.mjs', import.meta.url);
/** What Java refuses of addresses and headers, as in the configuration. */
const PATTERNS = {
  refusedInAddress: REFUSED_IN_ADDRESS,
  headerName: HEADER_NAME,
  setByJava: SET_BY_JAVA,
  refusedInHeader: REFUSED_IN_HEADER,
};

/** What {@link CHECK} found. */
type Checked = { json: string; found: FoundInArchive[]; bearerTokens: string[] } | { wrong: string };

/**
 * Reads a manifest that was built elsewhere: what Weasis opens is taken, and kept as it came, in UTF-8.
 *
 * Document types are refused, and with them every entity: nothing outside the body is looked at, and nothing grows.
 *
 * @param body what arrived as `application/xml`
 * @param contentType its Content-Type
 * @throws ProblemError 400, 415 or 422 saying what is wrong, and where; 503 while too many are being checked
 */
export async function readUpload(body: unknown, contentType = ''): Promise<CachedManifest> {
  if (!Buffer.isBuffer(body))
    throw new ProblemError(plainProblem(415, 'A manifest is sent as application/xml in the body.'));
  const text = decodeXml(body, CHARSET.exec(contentType)?.[1]);
  if (text.trim() === '') throw new ProblemError(plainProblem(422, 'The manifest is empty.'));
  // Also where it stands in a comment: a manifest has no use for the word.
  if (/<!DOCTYPE/i.test(text)) throw new ProblemError(plainProblem(422, 'A manifest has no document type (DOCTYPE).'));
  const checked = await inTurn(() => check(text));
  if ('wrong' in checked) throw new ProblemError(plainProblem(422, checked.wrong));
  const expiresAt = Math.min(...checked.bearerTokens.map((token) => tokenExpiry(token) ?? Infinity));
  if (expiresAt <= Date.now()) throw new ProblemError(plainProblem(422, 'The manifest holds a token that has ended.'));
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
/** An encoding in an XML declaration, and what stands before and after it. */
const DECLARED = /^(<\?xml[^>]*?\sencoding\s*=\s*["'])([\w.:-]*)(["'])/;
/** Encodings in which a declaration can be read before they are known. */
const LIKE_ASCII = /^(?:utf-8|us-ascii|ascii|iso-8859-\d{1,2}|windows-125\d)$/i;
const BYTE_ORDER_MARKS = [
  { bytes: [0xef, 0xbb, 0xbf], encoding: 'utf-8', declared: /^utf-8$/i },
  { bytes: [0xff, 0xfe], encoding: 'utf-16le', declared: /^utf-16(?:le)?$/i },
  { bytes: [0xfe, 0xff], encoding: 'utf-16be', declared: /^utf-16(?:be)?$/i },
];

/**
 * Decodes XML by its byte order mark, else by the charset of its Content-Type (RFC 7303 3), else by its declaration (XML 1.0
 * appendix F). The declaration says UTF-8 afterwards, since that is how it is sent.
 *
 * @throws ProblemError 400 where it cannot be decoded, or a reader of XML could see another text than we do.
 */
function decodeXml(body: Buffer, charset?: string): string {
  const problem = new ProblemError(
    plainProblem(400, 'The manifest is not in the encoding that it or its Content-Type declares; send it as UTF-8.'),
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

let last: Promise<unknown> = Promise.resolve();
let waiting = 0;

/** One at a time: each takes a core and many times its length of memory. */
async function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
  if (waiting >= MOST_WAITING)
    throw new ProblemError(plainProblem(503, 'Other manifests are being checked; send this one again in a while.'));
  waiting++;
  const result = last.then(work);
  last = result.catch(() => undefined).finally(() => waiting--);
  return result;
}

/** @throws ProblemError 422 where it takes too long or too much memory, 503 where no file can be opened for it */
function check(text: string): Promise<Checked> {
  const worker = new Worker(CHECK, {
    workerData: { text, patterns: PATTERNS },
    resourceLimits: { maxOldGenerationSizeMb: 512 },
  });
  return new Promise<Checked>((resolve, reject) => {
    const tooMuch = () =>
      reject(new ProblemError(plainProblem(422, 'The manifest takes too much time or memory to check.')));
    const timer = setTimeout(tooMuch, DEADLINE_MS);
    worker.once('message', resolve);
    worker.once('error', (error: NodeJS.ErrnoException) => {
      const limit = openFileLimit(error);
      if (limit)
        return reject(
          new ProblemError(plainProblem(503, `The manifest cannot be checked: ${limit.message}. ${limit.remedy}`)),
        );
      return error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? tooMuch() : reject(error);
    });
    worker.once('exit', () => {
      clearTimeout(timer);
      tooMuch();
    });
  }).finally(() => worker.terminate());
}
