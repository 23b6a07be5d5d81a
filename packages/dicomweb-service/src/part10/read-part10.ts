import { inflateRawSync } from 'node:zlib';
import { bufferSource, type ByteSource } from './byte-source.js';
import { type Element, type Encoding, isPixelData, NeedsMoreBytes, parseElement, UnreadableFile } from './elements.js';
import { TransferSyntax } from './transfer-syntaxes.js';

/** A Part 10 file (PS3.10 7) without its pixel data. */
export interface Part10 {
  transferSyntaxUid: string;
  encoding: Encoding;
  /** The elements of the data set before Pixel Data. */
  elements: Element[];
  pixelData?: PixelDataElement;
  /** The data set, in which the offsets of elements count. It is not the file if that is deflated. */
  source: ByteSource;
}

/** Where Pixel Data is. */
export interface PixelDataElement {
  tag: string;
  vr: string;
  /** Where its value begins in the data set's source. */
  offset: number;
  /** Bytes; `undefined` if it is encapsulated (PS3.5 A.4). */
  length?: number;
}

const META: Encoding = { explicit: true, bigEndian: false };
const WINDOW = 64 * 1024;

/**
 * Reads the elements of a Part 10 file up to Pixel Data. It reads little more of the source than these.
 *
 * @throws UnreadableFile
 */
export async function readPart10(file: ByteSource): Promise<Part10> {
  const start = await file.read(0, Math.min(132, file.length));
  if (start.toString('latin1', 128, 132) !== 'DICM') throw new UnreadableFile('it is not a DICOM file (PS3.10)');
  const meta = await readElements(file, 132, META, true);
  const transferSyntaxUid = text(meta.elements.find(({ tag }) => tag === '00020010'));
  if (!transferSyntaxUid) throw new UnreadableFile('it has no Transfer Syntax UID');
  const encoding: Encoding = {
    explicit: transferSyntaxUid !== TransferSyntax.implicitLittleEndian,
    bigEndian: transferSyntaxUid === TransferSyntax.explicitBigEndian,
  };
  let source = file;
  let at = meta.end;
  if (transferSyntaxUid === TransferSyntax.deflated) {
    source = bufferSource(inflate(await file.read(at, file.length)));
    at = 0;
  }
  const { elements, pixelData } = await readElements(source, at, encoding, false);
  return { transferSyntaxUid, encoding, elements, pixelData, source };
}

async function readElements(
  source: ByteSource,
  start: number,
  encoding: Encoding,
  onlyMeta: boolean,
): Promise<{ elements: Element[]; pixelData?: PixelDataElement; end: number }> {
  const elements: Element[] = [];
  let at = start;
  let base = start;
  let size = WINDOW;
  const readWindow = () => source.read(base, Math.min(source.length, base + size));
  let window = await readWindow();
  while (at < source.length) {
    try {
      // The data set behind the File Meta Information may have another encoding.
      if (onlyMeta && at + 2 <= base + window.length && window.readUInt16LE(at - base) !== 0x0002) break;
      const { element, end, encapsulated } = parseElement(window, at - base, base, encoding);
      if (isPixelData(element.tag)) {
        const { tag, vr, offset, length } = element;
        if (!encapsulated && offset + length > source.length) throw new UnreadableFile('it is cut off');
        return { elements, pixelData: { tag, vr, offset, length: encapsulated ? undefined : length }, end: at };
      }
      elements.push(element);
      at = base + end;
      size = WINDOW;
    } catch (error) {
      if (!(error instanceof NeedsMoreBytes)) throw error;
      if (base + window.length >= source.length) throw new UnreadableFile('it is cut off');
      if (at === base) size *= 4;
      base = at;
      window = await readWindow();
    }
  }
  return { elements, end: at };
}

function inflate(bytes: Buffer): Buffer {
  try {
    return inflateRawSync(bytes);
  } catch {
    throw new UnreadableFile('its deflated data set is damaged');
  }
}

/** Returns the ASCII text of an element without padding. */
export function text(element: Element | undefined): string {
  return (
    element?.value
      ?.toString('latin1')
      .replace(/[ \0]+$/, '')
      .trim() ?? ''
  );
}

/** Returns the ASCII text of a top-level element without padding; empty if it is missing. */
export function textOf({ elements }: Part10, tag: string): string {
  return text(elements.find((element) => element.tag === tag));
}

/** Returns the first number of a top-level element (US, IS or DS); `undefined` if it has none. */
export function numberOf({ elements, encoding }: Part10, tag: string): number | undefined {
  const element = elements.find((one) => one.tag === tag);
  if (!element?.value || element.value.length < 1) return undefined;
  if (element.vr === 'US' || element.vr === 'SS') {
    if (element.value.length < 2) return undefined;
    if (element.vr === 'SS') return encoding.bigEndian ? element.value.readInt16BE() : element.value.readInt16LE();
    return encoding.bigEndian ? element.value.readUInt16BE() : element.value.readUInt16LE();
  }
  const number = Number.parseFloat(text(element).split('\\')[0]!);
  return Number.isFinite(number) ? number : undefined;
}
