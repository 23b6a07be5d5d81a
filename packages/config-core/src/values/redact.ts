const MAXIMUM_LENGTH = 80;

/** Masks passwords in URLs: `//user:password@`, `?password=…`, `;pwd=…`, and `user/password@` of Oracle. */
export function redact(text: string): string {
  return text
    .replace(/(\/\/[^/@\s:]*):[^@\s]*@/g, '$1:******@')
    .replace(/((?:^|[?&;\s(])(?:[\w-]*(?:password|passwd|pwd|secret|token)[\w-]*)\s*=\s*)[^&;\s)]*/gi, '$1******')
    .replace(/(:thin:[^/@\s]*)\/[^@\s]*@/gi, '$1/******@');
}

/** Returns a value as problems show it: quoted, shortened, with control characters escaped and passwords masked. */
export function quote(text: string): string {
  const shown = redact(text);
  return JSON.stringify(shown.length > MAXIMUM_LENGTH ? `${shown.slice(0, MAXIMUM_LENGTH)}…` : shown);
}
