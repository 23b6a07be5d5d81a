const MAXIMUM_LENGTH = 80;

/** Functions of SQL whose texts are connections or keys: `dblink('host=… password=…')`, `pgp_sym_decrypt(x, 'key')`. */
const SECRET_CALL =
  /(\b\w{0,30}(?:dblink|openrowset|opendatasource|openquery|crypt|passphrase)\w{0,30}\s{0,9}\()([^)]*)/gi;
const SECRET_NAME = '[\\w-]{0,40}(?:passw(?:or)?d|passphrase|pwd|secret|token|api[-_]?key)[\\w-]{0,40}';
/** `password=…`, also in quotes and in JSON. */
const SECRET_PAIR = new RegExp(
  `((?:^|[?&;,\\s({'"])${SECRET_NAME}['"]?\\s{0,9}(?:=>?|:)\\s{0,9}['"]?)[^&;,\\s)}'"]+`,
  'gi',
);

/**
 * Masks passwords: in URLs (`//user:password@`, `?password=…`, `;pwd=…`), in `user/password@` of Oracle, and in connections that a
 * select contains.
 */
export function redact(text: string): string {
  return text
    .replace(/(\/\/[^/@\s:]*):[^@\s]*@/g, '$1:******@')
    .replace(SECRET_CALL, (_call, name: string, args: string) => name + args.replace(/'[^']*'/g, "'******'"))
    .replace(SECRET_PAIR, '$1******')
    .replace(/(:thin:[^/@\s]*)\/[^@\s]*@/gi, '$1/******@');
}

/** Returns a value as problems show it: quoted, shortened, with control characters escaped and passwords masked. */
export function quote(text: string): string {
  const shown = redact(text);
  return JSON.stringify(shown.length > MAXIMUM_LENGTH ? `${shown.slice(0, MAXIMUM_LENGTH)}…` : shown);
}
