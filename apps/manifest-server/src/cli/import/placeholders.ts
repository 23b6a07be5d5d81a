const INNERMOST = /\$\{([^${}:]+)(?::([^${}]*))?\}/g;
const DEEPEST = 32;

/**
 * Fills in the placeholders (`${name}`, `${name:default}`) that `valueOf` knows. The others stay, since the server reads them from
 * its environment.
 */
export function fillIn(text: string, valueOf: (name: string) => string | undefined): string {
  let filled = text;
  for (let depth = 0; depth < DEEPEST; depth++) {
    const next = filled.replace(INNERMOST, (whole, name: string) => valueOf(name.trim()) ?? whole);
    if (next === filled) return filled;
    filled = next;
  }
  return text;
}
