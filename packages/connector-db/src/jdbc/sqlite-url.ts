import { type SqliteAddress } from './database-address.js';
import { Parameters, readQuery } from './parameters.js';

const URL = 'jdbc:sqlite';

/**
 * Parses a URL of the JDBC driver for SQLite: `jdbc:sqlite:path`, `jdbc:sqlite:file:path?mode=ro`, `jdbc:sqlite::memory:`.
 * The file is always opened read-only. Relative paths start at the working directory of the process.
 *
 * @param rest the URL without `jdbc:sqlite:`
 * @see https://github.com/xerial/sqlite-jdbc and https://sqlite.org/uri.html
 */
export function parseSqliteUrl(rest: string): SqliteAddress {
  if (rest.startsWith(':resource:')) {
    throw new Error(`The ${URL} URL names a resource of a Java program. Name the file itself: ${URL}:/path/to/file.`);
  }
  const parameters = new Parameters(URL, true);
  const isUri = /^file:/i.test(rest);
  // A # begins the fragment of a URI and is part of a plain path.
  const text = isUri ? rest.replace(/#.*$/s, '') : rest;
  const question = text.indexOf('?');
  const place = question < 0 ? text : text.slice(0, question);
  readQuery(question < 0 ? '' : text.slice(question + 1), parameters, isUri ? decodeUri : (value) => value);
  parameters.ignore(...WITHOUT_EFFECT);
  const inMemory = parameters.text('mode') === 'memory';
  const file = isUri ? filePath(place) : place;
  return {
    engine: 'sqlite',
    file: inMemory || file === '' ? ':memory:' : file,
    immutable: parameters.flag('immutable') ?? false,
    warnings: parameters.unknownWarnings(),
  };
}

/** Parameters of the driver and of the URI that change nothing for a reader. */
const WITHOUT_EFFECT = [
  'busy_timeout',
  'cache',
  'cache_size',
  'date_class',
  'date_precision',
  'date_string_format',
  'encoding',
  'foreign_keys',
  'jdbc.explicit_readonly',
  'journal_mode',
  'locking_mode',
  'mmap_size',
  'nolock',
  'open_mode',
  'page_size',
  'read_uncommitted',
  'shared_cache',
  'synchronous',
  'temp_store',
  'transaction_mode',
  'vfs',
];

function filePath(uri: string): string {
  const path = uri.slice('file:'.length);
  const authority = /^\/\/([^/]*)(\/.*)?$/s.exec(path);
  if (!authority) return decodeUri(path);
  if (authority[1] && authority[1].toLowerCase() !== 'localhost') {
    throw new Error(`The ${URL} URL names a host. Expected file:/path, file:///path or file:relative/path.`);
  }
  return decodeUri(authority[2] ?? '');
}

function decodeUri(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new Error(`The ${URL} URL contains a % that does not begin an escape. Write a percent sign as %25.`);
  }
}
