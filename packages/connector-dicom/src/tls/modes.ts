/**
 * The values of `tls.mode` that a file may have: `AES` and `tls` encrypt with ciphers of today. The newer Java server has a
 * boolean there: true is the same, false is plain DICOM.
 */
export const ALLOWED_MODE = /^\s*(?:aes|tls|true|yes|on|1|false|no|off|0)\s*$/i;

const PLAIN_MODE = /^\s*(?:false|no|off|0)\s*$/i;

/** Whether an allowed mode is plain DICOM, without TLS. */
export function isPlain(mode: string): boolean {
  return PLAIN_MODE.test(mode);
}

const INSECURE_MODES: Record<string, string> = {
  ANONYMOUS: 'nobody would know who answers',
  '3DES': 'the cipher would be one that has been broken',
  NULL: 'nothing would be encrypted',
};

/** Why the other modes of files in the field are refused; `undefined` for a text that is none. */
export function insecurity(mode: string): string | undefined {
  return INSECURE_MODES[mode.trim().toUpperCase()];
}

/** Completes "expected …" and "set it to …". */
export const ALLOWED_MODES = 'AES, tls or true for TLS 1.2 or newer with the ciphers of BCP 195, or false for no TLS';
