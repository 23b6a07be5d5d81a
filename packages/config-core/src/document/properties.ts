import { codes } from '../errors/error-codes.js';
import { type Problem } from './problems.js';

const COMMENT = /^\s*(?:#|!(?:\s|$))/;
const EXCLAMATION_COMMENT = /^!(?:\s|$)/m;
/** `name=value`, or `name: value` at the left edge. A name in quotes is YAML. */
const WITH_EQUALS = /^[^\s:="'{[]+[ \t]*=/;
const AT_LEFT_EDGE = /^[^\s:="'{[]+[ \t]*[=:]/;
/** `name value`. With a colon later in the line it may be YAML: `name with spaces: value`. */
const WITH_SPACE = /^[A-Za-z_][\w.-]*[ \t]+[^\s=:#]/;
const NO_YAML = /^[\w-]+\.\w[\w.-]*[ \t]+(?!.*:(?:\s|$))/;
/** A key of our own YAML files without its colon. */
const OUR_KEY = /^connector\b/;
/** Keys that only the oldest Java server's files have. */
const OLDEST_SERVER = /^(?:arc\.(?:id|name)|server\.base\.url)[ \t]*:/;

/** Returns whether a file is in Java's properties format, by its name, or by its lines if it was renamed. */
export function isProperties(name: string, text: string): boolean {
  return /\.properties$/i.test(name) || looksLikeProperties(text);
}

function looksLikeProperties(text: string): boolean {
  const lines = text
    .replace(/^\uFEFF/, '')
    .replace(/\\(?:\r\n|\r|\n)/g, ' ')
    .split(/\r\n|\r|\n/)
    .filter((line) => line.trim() !== '' && !COMMENT.test(line));
  const withEquals = lines.filter((line) => WITH_EQUALS.test(line)).length;
  if (withEquals > 0 && withEquals * 2 >= lines.length) return true;
  // YAML does not begin with a lone !.
  if (lines.length === 0) return EXCLAMATION_COMMENT.test(text);
  const spaces = lines.filter((line) => WITH_SPACE.test(line));
  if (spaces.some((line) => NO_YAML.test(line)) && spaces.length + withEquals === lines.length)
    return !lines.some((line) => OUR_KEY.test(line));
  const isRecognised =
    withEquals > 0 || EXCLAMATION_COMMENT.test(text) || lines.some((line) => OLDEST_SERVER.test(line));
  return isRecognised && lines.every((line) => AT_LEFT_EDGE.test(line));
}

/** Returns the problem of a properties file. */
export function propertiesProblem(file: string): Problem {
  const expected = `YAML; convert it: pacs-connectors import ${file}`;
  const code = codes['configuration.file.not-yaml'];
  return { severity: 'error', file, key: '', code, found: 'a Java properties file', expected };
}
