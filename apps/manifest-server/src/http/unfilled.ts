/** Values that scripts write if a variable has none. */
const NO_VALUE = new Set(['undefined', 'null', 'None', 'NaN', '[object Object]']);

/** The longest value that may have parts, characters. */
const LONGEST_IDENTIFIER = 1024;

/** Templates of any name: `{{name}}`, `${name}`, `#{name}`, `<%= name %>`. */
const TEMPLATE = /^(?:\{\{[^]*\}\}|[$#]\{[^]*\}|<%[^]*%>)$/;

/**
 * Whether a parameter's value is a placeholder that the calling page did not fill in. Placeholders are a template, the
 * parameter's own name (as dcm4chee-arc's web page sends it, also in brackets), and `undefined` and the like. An identifier
 * whose issuer is a placeholder is also one.
 *
 * @param name the parameter's name. Without it, the value may be the same word.
 */
export function isUnfilled(value: string, name?: string): boolean {
  const own = name && bareWord(name);
  // No identifier is as long, and a token has no parts.
  const parts = value.length > LONGEST_IDENTIFIER ? [] : value.split(/[\^&]/);
  return [value, ...parts].some((part) => {
    const text = unescaped(part).trim();
    return NO_VALUE.has(text) || TEMPLATE.test(text) || (own !== undefined && bareWord(text) === own);
  });
}

/** Words that are not tokens, in lower case. */
const NO_TOKEN = new Set(['', 'nil', 'false', ...[...NO_VALUE].map((word) => word.toLowerCase())]);

/** Whether a token is empty or a placeholder that the calling page did not fill in. */
export function isUnfilledToken(value: string): boolean {
  return NO_TOKEN.has(value.toLowerCase()) || isUnfilled(value, 'access_token');
}

/** Returns the letters and digits in lower case, so that `{Patient_ID}` and `patientID` are the same word. */
function bareWord(text: string): string {
  // No parameter has a longer name.
  return text.length > 64 ? text : text.replace(/[^A-Za-z0-9]/g, '').toLowerCase();
}

/** Decodes a placeholder that the calling page escaped twice. */
function unescaped(text: string): string {
  if (!/%(?:7B|24|23|3C)/i.test(text)) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
