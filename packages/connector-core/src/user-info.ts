/** Returns a text without the user info of the addresses in it (RFC 3986 3.2.1): `https://user:password@host` → `https://host`. */
export function withoutUserInfo(text: string): string {
  return text.replace(/:\/\/[^\s/?#]*@/g, '://');
}
