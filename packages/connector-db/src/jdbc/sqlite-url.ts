import { codes } from '../errors/error-codes.js';
import { type SqliteAddress } from './database-address.js';
import { Parameters, readQuery, type Unsupported, type WithoutEffect } from './parameters.js';

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
  parameters.ignore(...OF_THE_JAVA_DRIVER);
  parameters.requireSupported(UNSUPPORTED);
  parameters.warnWithoutEffect(WITHOUT_EFFECT);
  const inMemory = parameters.text('mode') === 'memory';
  const file = isUri ? filePath(place) : place;
  return {
    engine: 'sqlite',
    file: inMemory || file === '' ? ':memory:' : file,
    immutable: parameters.flag('immutable') ?? false,
    warnings: parameters.warnings(),
  };
}

/** Parameters of the driver and of the URI that ask for nothing that a reader needs. */
const OF_THE_JAVA_DRIVER = [
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
  'open_mode',
  'page_size',
  'read_uncommitted',
  'shared_cache',
  'synchronous',
  'temp_store',
  'transaction_mode',
];

const WITHOUT_EFFECT: WithoutEffect[] = [
  { name: 'enable_load_extension', values: /^true$/i, effect: 'The connector loads no extensions.' },
  { name: 'nolock', values: /^(?!0$)./, effect: 'The file is locked while it is read.' },
  { name: 'vfs', effect: 'SQLite uses its default VFS.' },
];

const UNSUPPORTED: Unsupported[] = ['cipher', 'hexkey', 'hexkey_mode', 'key', 'password'].map((name) => ({
  name,
  asksFor: 'an encrypted file',
  remedy: 'Name a file that is not encrypted, for example a decrypted copy.',
  code: codes['db.url.invalid'],
}));

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
