const MAXIMUM_LENGTH = 80;

/** `text` without the passwords that URLs carry: `//user:password@`, `?password=…`, `;pwd=…`, Oracle's `user/password@`. */
export function redact(text: string): string {
  return text
    .replace(/(\/\/[^/@\s:]*):[^@\s]*@/g, '$1:******@')
    .replace(/((?:^|[?&;\s(])(?:[\w-]*(?:password|passwd|pwd|secret|token)[\w-]*)\s*=\s*)[^&;\s)]*/gi, '$1******')
    .replace(/(:thin:[^/@\s]*)\/[^@\s]*@/gi, '$1/******@');
}

/** A value as problems show it: quoted, control characters escaped, shortened, without passwords. */
export function quote(text: string): string {
  const shown = redact(text);
  return JSON.stringify(shown.length > MAXIMUM_LENGTH ? `${shown.slice(0, MAXIMUM_LENGTH)}…` : shown);
}
