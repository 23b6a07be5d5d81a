import { isUtf8 } from 'node:buffer';

/** Reports a body that is not a JSON array of objects. `message` says what it is, without its content. */
export class JsonFormatError extends Error {
  override readonly name: string = 'JsonFormatError';
}

/** Reports a body that ends before its first byte. */
export class EmptyBodyError extends JsonFormatError {
  override readonly name = 'EmptyBodyError';
}

/** Reports a body that ends before its array does, as when HTTP/2 or a proxy breaks off an answer. */
export class TruncatedJsonError extends JsonFormatError {
  override readonly name = 'TruncatedJsonError';
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const LESS_THAN = 0x3c;

/**
 * Reads a JSON array of objects piece by piece, so that neither its whole text nor its whole tree is in memory. A body of 16 MB
 * occupies a few pieces of 64 KiB. The reader only finds where elements end, and passes complete elements to `JSON.parse`,
 * several at once.
 */
export class JsonArrayReader {
  private place:
    | 'before the array'
    | 'before an element'
    | 'in an element'
    | 'in a literal'
    | 'after an element'
    | 'after the array' = 'before the array';
  /** Open braces and brackets inside the element. */
  private depth = 0;
  private inString = false;
  /** The previous piece ended in a backslash. */
  private escaped = false;
  /** Earlier pieces of an incomplete element. */
  private begun: Buffer[] = [];
  private begunLength = 0;
  /** Elements that were passed on. */
  private passed = 0;
  /** Elements that were left out: too long, not in UTF-8, broken, or no objects. */
  skipped = 0;
  private fault?: JsonFormatError;
  /** The current element is too long, and its pieces are not kept. */
  private tooLong = false;

  /** @param maxElement the longest element, bytes. */
  constructor(
    private readonly onElement: (element: object) => void,
    private readonly maxElement = 16 * 1024 * 1024,
  ) {}

  /** Reads one piece. @throws JsonFormatError if the body cannot be a JSON array of objects. */
  write(chunk: Buffer): void {
    /** Where the unparsed elements begin. */
    let start = this.place === 'in an element' ? 0 : -1;
    /** Where each complete one of them ends. */
    let ends: number[] = [];
    /** Where the last element begins. */
    let opened = 0;
    let index = 0;
    while (index < chunk.length) {
      if (this.place === 'in an element') {
        index = this.inString ? this.passString(chunk, index) : this.passStructure(chunk, index);
        if (this.depth > 0) continue;
        this.place = 'after an element';
        ends.push(index);
        if (this.tooLong) {
          this.tooLong = false;
          this.skip(`one result is longer than ${this.maxElement} bytes`);
          start = -1;
          ends = [];
        }
      } else if (chunk[index] === OPEN_BRACE && this.place === 'before an element') {
        this.place = 'in an element';
        opened = index;
        if (start < 0) start = index;
        this.depth = 1;
        index++;
      } else this.passBetween(chunk, index++);
    }
    if (ends.length > 0) this.parse(chunk, start, ends);
    if (this.place === 'in an element') this.keep(chunk.subarray(opened));
  }

  /** Ends the body. @throws TruncatedJsonError if the array is not complete; JsonFormatError if no element is readable. */
  end(): void {
    if (this.place === 'before the array') throw new EmptyBodyError('the body is empty');
    if (this.passed === 0 && this.fault) throw this.fault;
    if (this.place !== 'after the array') throw new TruncatedJsonError('the JSON ends before its array does');
  }

  /** Returns the place after the quote that ends a string, or the end of the chunk. */
  private passString(chunk: Buffer, from: number): number {
    let index = this.escaped ? from + 1 : from;
    this.escaped = false;
    for (; index < chunk.length; index++) {
      const byte = chunk[index];
      if (byte === QUOTE) {
        this.inString = false;
        return index + 1;
      }
      if (byte === BACKSLASH && ++index === chunk.length) this.escaped = true;
    }
    return chunk.length;
  }

  /** Returns the place after the quote that begins a string, after the brace that ends the element, or the end of the chunk. */
  private passStructure(chunk: Buffer, from: number): number {
    for (let index = from; index < chunk.length; index++) {
      const byte = chunk[index];
      if (byte === QUOTE) {
        this.inString = true;
        return index + 1;
      }
      if (byte === OPEN_BRACE || byte === OPEN_BRACKET) this.depth++;
      else if ((byte === CLOSE_BRACE || byte === CLOSE_BRACKET) && --this.depth === 0) return index + 1;
    }
    return chunk.length;
  }

  /** Reads one byte outside of elements. */
  private passBetween(chunk: Buffer, index: number): void {
    const byte = chunk[index] as number;
    if (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) return;
    if (this.place === 'before the array') {
      if (byte === OPEN_BRACKET) this.place = 'before an element';
      else if (index < 3 && byte === [0xef, 0xbb, 0xbf][index]) return;
      else throw new JsonFormatError(startOf(byte, chunk));
    } else if (this.place === 'in a literal' && isOfLiteral(byte)) return;
    else if (this.place === 'before an element' && isOfLiteral(byte)) {
      this.place = 'in a literal';
      this.skip('the JSON is not an array of objects');
    } else if (byte === COMMA && (this.place === 'after an element' || this.place === 'in a literal'))
      this.place = 'before an element';
    else if (byte === CLOSE_BRACKET && this.place !== 'after the array') this.place = 'after the array';
    else throw new JsonFormatError('the JSON is not an array of objects');
  }

  private parse(chunk: Buffer, start: number, ends: readonly number[]): void {
    const { begun } = this;
    this.begun = [];
    this.begunLength = 0;
    const join = (bytes: Buffer) => (begun.length > 0 ? Buffer.concat([...begun, bytes]) : bytes);
    const all = elementsOf(join(chunk.subarray(start, ends.at(-1))));
    if (typeof all !== 'string') return this.pass(all);
    // One of them is broken, so each is parsed alone.
    let from = start;
    for (const [n, end] of ends.entries()) {
      const bytes = chunk.subarray(chunk.indexOf(n === 0 && begun.length > 0 ? '' : '{', from), end);
      const one = elementsOf(n === 0 ? join(bytes) : bytes);
      if (typeof one === 'string') this.skip(one);
      else this.pass(one);
      from = end;
    }
  }

  private pass(elements: readonly unknown[]): void {
    for (const element of elements) {
      if (typeof element !== 'object' || element === null) continue; // a literal, which is counted where it begins
      this.passed++;
      this.onElement(element);
    }
  }

  private skip(why: string): void {
    this.skipped++;
    this.fault ??= new JsonFormatError(why);
  }

  private keep(bytes: Buffer): void {
    if (!this.tooLong) this.begun.push(bytes);
    this.begunLength += bytes.length;
    if (this.begunLength <= this.maxElement) return;
    this.tooLong = true;
    this.begun = [];
    this.begunLength = 0;
  }
}

/** Returns the parsed elements, which are separated by commas; otherwise why they cannot be parsed. */
function elementsOf(bytes: Buffer): unknown[] | string {
  if (!isUtf8(bytes)) return 'the JSON is not in UTF-8, the only character set of DICOM JSON (PS3.18 F.2)';
  try {
    return JSON.parse(`[${bytes.toString('utf8')}]`) as unknown[];
  } catch {
    // The message of JSON.parse contains a part of the text, and with it patients' data.
    return 'the JSON is broken';
  }
}

/** Returns whether a byte belongs to `null`, `true`, `false` or a number. */
function isOfLiteral(byte: number | undefined): boolean {
  return byte !== undefined && /[a-z0-9.+-]/i.test(String.fromCharCode(byte));
}

function startOf(byte: number, chunk: Buffer): string {
  if (byte === LESS_THAN) return 'the answer is HTML or XML, not JSON';
  if (byte === OPEN_BRACE) return 'the answer is one JSON object, not an array of results';
  if (byte === 0xff || byte === 0xfe || byte === 0 || chunk.subarray(0, 4).includes(0)) {
    return 'the JSON is in UTF-16 or UTF-32; DICOM JSON is always in UTF-8 (PS3.18 F.2)';
  }
  return 'the answer is not JSON';
}
