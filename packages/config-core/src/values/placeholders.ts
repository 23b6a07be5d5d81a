/** A text whose placeholders are resolved. */
export interface ResolvedPlaceholders {
  text: string;
  /** The names that are not set and have no default. */
  missing: string[];
  /** Whether the text had a placeholder. */
  any: boolean;
}

const MAXIMUM_DEPTH = 32;

/**
 * Replaces `${NAME}` and `${NAME:default}` in `text`, also nested ones (`${A:${B:c}}`, `${${STAGE}_HOST}`).
 *
 * Placeholders in the values of `env` are not resolved, so that a password may contain `${`. A name with dots or dashes is also
 * looked up in the form of the environment (`db.password` → `DB_PASSWORD`). A `${` without its brace is text.
 */
export function resolvePlaceholders(
  text: string,
  env: Readonly<Record<string, string | undefined>>,
): ResolvedPlaceholders {
  const missing: string[] = [];
  let any = false;

  function expand(part: string, depth: number): string {
    let result = '';
    let at = 0;
    for (;;) {
      const start = part.indexOf('${', at);
      const end = start < 0 || depth > MAXIMUM_DEPTH ? -1 : closingBrace(part, start + 2);
      if (end < 0) return result + part.slice(at);
      any = true;
      result += part.slice(at, start) + valueOf(part.slice(start + 2, end), depth + 1);
      at = end + 1;
    }
  }

  function valueOf(inner: string, depth: number): string {
    const colon = firstColon(inner);
    const name = expand(colon < 0 ? inner : inner.slice(0, colon), depth).trim();
    const value = lookUp(name, env);
    if (value !== undefined) return value;
    if (colon >= 0) return expand(inner.slice(colon + 1), depth);
    missing.push(name);
    return '';
  }

  return { text: expand(text, 0), missing, any };
}

function lookUp(name: string, env: Readonly<Record<string, string | undefined>>): string | undefined {
  const names = [name, name.replace(/[.-]/g, '_'), name.replace(/[.-]/g, '_').toUpperCase()];
  const known = names.find((candidate) => Object.hasOwn(env, candidate));
  return known === undefined ? undefined : env[known];
}

/** Returns the place of the brace that closes the one before `from`; braces inside are paired. */
function closingBrace(text: string, from: number): number {
  let open = 1;
  for (let at = from; at < text.length; at++) {
    if (text[at] === '{') open++;
    else if (text[at] === '}' && --open === 0) return at;
  }
  return -1;
}

/** Returns the place of the colon before the default, outside of nested placeholders. */
function firstColon(text: string): number {
  let open = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '{') open++;
    else if (text[at] === '}') open--;
    else if (text[at] === ':' && open === 0) return at;
  }
  return -1;
}
