import { type Problem } from './problems.js';

const COMMENT = /^\s*(?:#|!(?:\s|$))/;
const EXCLAMATION_COMMENT = /^!(?:\s|$)/m;
/** `name=value`, and `name: value` at the left edge. A name in quotes is YAML's. */
const WITH_EQUALS = /^[^\s:="'{[]+[ \t]*=/;
const AT_LEFT_EDGE = /^[^\s:="'{[]+[ \t]*[=:]/;
/** Keys that only the oldest Java server's files have. */
const OLDEST_SERVER = /^(?:arc\.(?:id|name)|server\.base\.url)[ \t]*:/;

/** Whether a file is in Java's properties format, by its name or, where it was renamed, by its lines. */
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
  const telling = withEquals > 0 || EXCLAMATION_COMMENT.test(text) || lines.some((line) => OLDEST_SERVER.test(line));
  return telling && lines.length > 0 && lines.every((line) => AT_LEFT_EDGE.test(line));
}

/** The problem of a properties file that was given as YAML. */
export function propertiesProblem(file: string): Problem {
  const expected = `YAML; convert it: pacs-connectors import ${file}`;
  return { severity: 'error', file, key: '', found: 'a Java properties file', expected };
}
