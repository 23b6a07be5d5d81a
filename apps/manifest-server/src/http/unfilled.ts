/** What scripts write for a value that they don't have. */
const NO_VALUE = new Set(['undefined', 'null', 'None', 'NaN', '[object Object]']);

/** Templates whose name does not matter: `{{name}}`, `${name}`, `#{name}`, `<%= name %>`. */
const TEMPLATE = /^(?:\{\{[^]*\}\}|[$#]\{[^]*\}|<%[^]*%>)$/;

/**
 * Whether a parameter's value is a placeholder that the calling page did not fill in: a template, the parameter's own name
 * (as dcm4chee-arc's web page sends it, or in any brackets), or `undefined` and the like. So is an identifier of which the
 * issuer is one.
 *
 * @param name the parameter's name; not given: its value may be the same word
 */
export function isUnfilled(value: string, name?: string): boolean {
  const own = name && bareWord(name);
  return [value, ...value.split(/[\^&]/)].some((part) => {
    const text = unescaped(part).trim();
    return NO_VALUE.has(text) || TEMPLATE.test(text) || (own !== undefined && bareWord(text) === own);
  });
}

/** The same in lower case, for tokens: none of these words is one, and `nil` and `false` neither. */
const NO_TOKEN = new Set(['', 'nil', 'false', ...[...NO_VALUE].map((word) => word.toLowerCase())]);

/** Whether the value of `access_token`, or what follows `Bearer`, is empty or was not filled in by the calling page. */
export function isUnfilledToken(value: string): boolean {
  return NO_TOKEN.has(value.toLowerCase()) || isUnfilled(value, 'access_token');
}

/** Letters and digits, in lower case: `{Patient_ID}` and `patientID` are one word. */
function bareWord(text: string): string {
  // Longer ones are no parameter's name.
  return text.length > 64 ? text : text.replace(/[^A-Za-z0-9]/g, '').toLowerCase();
}

/** Some pages escape a placeholder once more. */
function unescaped(text: string): string {
  if (!/%(?:7B|24|23|3C)/i.test(text)) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
