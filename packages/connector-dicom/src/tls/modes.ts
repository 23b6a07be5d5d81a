/**
 * The allowed values of `tls.mode`. `AES` and `tls` encrypt with today's ciphers. The newer Java server has a boolean: true
 * means the same, false is plain DICOM.
 */
export const ALLOWED_MODE = /^\s*(?:aes|tls|true|yes|on|1|false|no|off|0)\s*$/i;

const PLAIN_MODE = /^\s*(?:false|no|off|0)\s*$/i;

/** Returns whether an allowed mode is plain DICOM, without TLS. */
export function isPlain(mode: string): boolean {
  return PLAIN_MODE.test(mode);
}

const INSECURE_MODES: Record<string, string> = {
  ANONYMOUS: 'the archive would not have to prove its identity',
  '3DES': 'its cipher is broken',
  NULL: 'nothing would be encrypted',
};

/** Returns why a mode of an older server is rejected; `undefined` if the text is not a mode. */
export function insecurity(mode: string): string | undefined {
  return INSECURE_MODES[mode.trim().toUpperCase()];
}

/** Completes "expected …" and "set it to …". */
export const ALLOWED_MODES = 'AES, tls or true for TLS 1.2 or newer with the ciphers of BCP 195, or false for no TLS';
