import { type ChunkSource, CutOffError } from './chunk-source.js';

/** Reports a body that is not what its type says. */
export class MultipartFormatError extends Error {
  override readonly name = 'MultipartFormatError';
}

/** The longest header of a part, bytes. */
const LONGEST_HEADER = 16_384;
const LINE_END = Buffer.from('\r\n');
const [CR, SPACE, TAB, DASH] = [0x0d, 0x20, 0x09, 0x2d] as const;

/**
 * Returns the boundary in the value of a `Content-Type` (RFC 2046 5.1.1).
 *
 * @returns `undefined` if the type is not multipart.
 * @throws MultipartFormatError if the type is multipart and has no boundary.
 */
export function boundaryOf(contentType: string): string | undefined {
  if (!/^\s*multipart\//i.test(contentType)) return undefined;
  const [, quoted, token] = /;\s*boundary\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]+))/i.exec(contentType) ?? [];
  const boundary = quoted?.replace(/\\(.)/g, '$1') ?? token ?? '';
  if (boundary === '') throw new MultipartFormatError('the multipart answer has no boundary');
  return boundary;
}

/**
 * Reads the parts of a multipart body one after another, as the body arrives. It holds one chunk of the body at most.
 *
 * A part ends where the next boundary begins. A body that ends without the closing boundary is cut off.
 */
export class MultipartReader implements ChunkSource {
  private readonly delimiter: Buffer;
  /** What came and has not been taken. The line end makes a boundary at the beginning of the body like the others. */
  private buffer: Buffer = LINE_END;
  private isInPart = true;
  private isClosed = false;
  /** Length of the current part so far, and as its header announces it. */
  private length = 0;
  private announced: number | undefined;

  constructor(
    private readonly body: ChunkSource,
    boundary: string,
  ) {
    this.delimiter = Buffer.from(`\r\n--${boundary}`, 'latin1');
  }

  /**
   * Goes to the next part, and skips what has not been read of the current one. {@link next} reads the part.
   *
   * @returns false after the last part.
   * @throws CutOffError, MultipartFormatError, or what the body throws.
   */
  async nextPart(): Promise<boolean> {
    // The text before the first boundary is read like a part.
    while (await this.next());
    if (this.isClosed) return false;
    const length = /^content-length[ \t]*:[ \t]*(\d+)[ \t]*$/im.exec(await this.header())?.[1];
    this.announced = length === undefined ? undefined : Number(length);
    this.length = 0;
    this.isInPart = true;
    return true;
  }

  /** Returns the next chunk of the current part; `undefined` at its end. */
  async next(): Promise<Buffer | undefined> {
    while (this.isInPart) {
      const { buffer, delimiter } = this;
      const at = buffer.indexOf(delimiter);
      if (at < 0) {
        const chunk = this.take(buffer.length - startOfDelimiter(buffer, delimiter));
        if (chunk) return chunk;
        await this.fill();
        continue;
      }
      if (at > 0) return this.take(at);
      const end = delimiter.length;
      if (buffer.length < end + 2) {
        await this.fill();
        continue;
      }
      const [first, second] = [buffer[end], buffer[end + 1]];
      this.isClosed = first === DASH && second === DASH;
      // A longer line that begins like the boundary is data.
      if (!this.isClosed && first !== CR && first !== SPACE && first !== TAB) return this.take(end);
      this.buffer = buffer.subarray(end);
      this.isInPart = false;
      const { announced = this.length } = this;
      if (this.length !== announced) throw new CutOffError(`a part has ${this.length} of ${announced} announced bytes`);
    }
    return undefined;
  }

  /** Takes the rest of the line of the boundary, and the header up to the empty line. @returns the header. */
  private async header(): Promise<string> {
    let header = '';
    // Without a header, the line of the boundary ends and the next line is empty.
    for (;;) {
      const end = (await this.lineEnd()) + LINE_END.length;
      header += this.buffer.toString('latin1', 0, end);
      if (header.length > LONGEST_HEADER) throw new MultipartFormatError('a part has a header that does not end');
      this.buffer = this.buffer.subarray(end);
      await this.fillTo(LINE_END.length);
      if (this.buffer.subarray(0, LINE_END.length).equals(LINE_END)) break;
    }
    this.buffer = this.buffer.subarray(LINE_END.length);
    return header;
  }

  private async lineEnd(): Promise<number> {
    for (;;) {
      const at = this.buffer.indexOf(LINE_END);
      if (at >= 0) return at;
      if (this.buffer.length > LONGEST_HEADER) throw new MultipartFormatError('a part has a header that does not end');
      await this.fill();
    }
  }

  private take(length: number): Buffer | undefined {
    if (length === 0) return undefined;
    const chunk = this.buffer.subarray(0, length);
    this.buffer = this.buffer.subarray(length);
    this.length += length;
    return chunk;
  }

  private async fillTo(length: number): Promise<void> {
    while (this.buffer.length < length) await this.fill();
  }

  private async fill(): Promise<void> {
    const chunk = await this.body.next();
    if (!chunk) throw new CutOffError('the multipart answer ends without its closing boundary');
    this.buffer = this.buffer.length === 0 ? chunk : Buffer.concat([this.buffer, chunk]);
  }
}

/** Returns how many bytes at the end of `buffer` may begin a delimiter. Only its first byte is a CR. */
function startOfDelimiter(buffer: Buffer, delimiter: Buffer): number {
  const tail = buffer.subarray(Math.max(0, buffer.length - delimiter.length + 1));
  const at = tail.lastIndexOf(CR);
  if (at < 0) return 0;
  const start = tail.subarray(at);
  return start.equals(delimiter.subarray(0, start.length)) ? start.length : 0;
}
