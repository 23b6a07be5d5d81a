/** One property of a `.properties` file. */
export interface Property {
  key: string;
  value: string;
  /** Line where the property starts, from 1. */
  line: number;
  /** Whether the key ends at `=` or `:`, not at a blank or the end of the line. */
  hasSeparator: boolean;
  /** Why Java would reject the line. The text is kept as far as it can be read. */
  problem?: string;
}

/**
 * Parses a `.properties` file as `java.util.Properties.load` does: comments (`#`, `!`), separators (`=`, `:`, blank), continuation
 * lines and escapes. The text is UTF-8 if that is valid, otherwise ISO 8859-1.
 */
export function parseProperties(bytes: Uint8Array): Property[] {
  const lines = decode(bytes).split(/\r\n|\r|\n/);
  const properties: Property[] = [];
  for (let at = 0; at < lines.length; at++) {
    const line = at + 1;
    let text = lines[at]!.replace(BLANKS_BEFORE, '');
    if (text === '' || text.startsWith('#') || text.startsWith('!')) continue;
    while (CONTINUED.test(text)) {
      const next = lines[++at];
      text = text.slice(0, -1) + (next ?? '').replace(BLANKS_BEFORE, '');
      if (next === undefined) break;
    }
    properties.push(propertyOf(text, line));
  }
  return properties;
}

const BLANKS_BEFORE = /^[ \t\f]+/;
/** Matches an odd number of backslashes at the end. */
const CONTINUED = /(?<!\\)(\\\\)*\\$/;
/** Matches the key with its escapes, then the separator. */
const KEY = /^((?:\\.|[^\\=: \t\f])*)[ \t\f]*([=:]?)[ \t\f]*/s;
const ESCAPE = /\\(?:u([\da-fA-F]{4})|(.))/gs;
const NAMED_ESCAPES: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', f: '\f' };

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    // TextDecoder's "latin1" is windows-1252.
    return Buffer.from(bytes).toString('latin1');
  }
}

function propertyOf(text: string, line: number): Property {
  const [before = '', key = '', separator = ''] = KEY.exec(text) ?? [];
  const value = text.slice(before.length);
  const broken = [key, value].some((part) =>
    [...part.matchAll(ESCAPE)].some(([, hex, other]) => !hex && other === 'u'),
  );
  return {
    key: unescape(key),
    value: unescape(value),
    line,
    hasSeparator: separator !== '',
    ...(broken && { problem: 'it contains \\u without four hexadecimal digits; write a backslash as \\\\' }),
  };
}

function unescape(text: string): string {
  return text.replace(ESCAPE, (_whole, hex: string | undefined, other: string | undefined) =>
    hex === undefined ? (NAMED_ESCAPES[other!] ?? other!) : String.fromCharCode(parseInt(hex, 16)),
  );
}
