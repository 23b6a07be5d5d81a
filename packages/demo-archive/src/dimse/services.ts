/** The SOP classes of query and retrieve (PS3.4 C.6). */
export const FIND = ['1.2.840.10008.5.1.4.1.2.1.1', '1.2.840.10008.5.1.4.1.2.2.1'];
export const MOVE = ['1.2.840.10008.5.1.4.1.2.1.2', '1.2.840.10008.5.1.4.1.2.2.2'];
export const GET = ['1.2.840.10008.5.1.4.1.2.1.3', '1.2.840.10008.5.1.4.1.2.2.3'];
const VERIFICATION = '1.2.840.10008.1.1';

const QUERIES = new Set([VERIFICATION, ...FIND, ...MOVE, ...GET]);

/** Whether a SOP class stores instances; all of the standard's begin like this. */
function isStorage(abstractSyntaxUid: string): boolean {
  return abstractSyntaxUid.startsWith('1.2.840.10008.5.1.4.1.1.');
}

export function isSupported(abstractSyntaxUid: string): boolean {
  return QUERIES.has(abstractSyntaxUid) || isStorage(abstractSyntaxUid);
}

/** Returns the transfer syntax to accept; undefined if none is known. Queries are answered in the default transfer syntax. */
export function acceptedOf(abstractSyntaxUid: string, proposed: readonly string[]): string | undefined {
  if (isStorage(abstractSyntaxUid)) return proposed.find((uid) => uid.startsWith('1.2.840.10008.1.2'));
  return proposed.find((uid) => uid === '1.2.840.10008.1.2') ?? proposed.find((uid) => uid === '1.2.840.10008.1.2.1');
}
