/** `AES` or `tls`: the modes of files in the field that encrypt with ciphers of today. */
export const SECURE_MODE = /^\s*(?:[aA][eE][sS]|[tT][lL][sS])\s*$/;

const INSECURE_MODES: Record<string, string> = {
  ANONYMOUS: 'nobody would know who answers',
  '3DES': 'the cipher would be one that has been broken',
  NULL: 'nothing would be encrypted',
};

/** Why the other modes of files in the field are refused; `undefined` for a text that is none. */
export function insecurity(mode: string): string | undefined {
  return INSECURE_MODES[mode.trim().toUpperCase()];
}
