import { createRequire } from 'node:module';

type HandlePacket = (offset: number, code: number, length: number, bytes: Buffer) => unknown;
interface Parser {
  handlePacket: HandlePacket & { checked?: true };
}

const ERROR_RESPONSE = 0x45;
const NOTICE_RESPONSE = 0x4e;

/**
 * Lets pg reject an ErrorResponse or NoticeResponse without its end. By itself, pg would search for the end forever, and nothing else
 * in the process would run. It does nothing if pg has another structure.
 */
export function checkErrorMessages(): void {
  const prototype = parserPrototype();
  if (!prototype || prototype.handlePacket.checked) return;
  const { handlePacket } = prototype;
  const checked: Parser['handlePacket'] = function (this: Parser, offset, code, length, bytes) {
    const isError = code === ERROR_RESPONSE || code === NOTICE_RESPONSE;
    // The length counts itself, 4 bytes.
    if (isError && !isComplete(bytes, offset, offset + length - 4)) throw new Error('an error message without its end');
    return handlePacket.call(this, offset, code, length, bytes);
  };
  prototype.handlePacket = Object.assign(checked, { checked: true as const });
}

/** Returns whether the bytes are fields (a type and a text that ends with NUL) and a NUL at the end. */
function isComplete(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end;) {
    if (bytes[at] === 0) return true;
    const nul = bytes.indexOf(0, at + 1);
    if (nul < 0 || nul >= end) return false;
    at = nul + 1;
  }
  return false;
}

function parserPrototype(): Parser | undefined {
  try {
    const require = createRequire(import.meta.url);
    // pg-protocol is a package of pg's own.
    const { Parser } = createRequire(require.resolve('pg'))('pg-protocol/dist/parser.js') as {
      Parser: { prototype: Parser };
    };
    return typeof Parser.prototype.handlePacket === 'function' ? Parser.prototype : undefined;
  } catch {
    return undefined;
  }
}
