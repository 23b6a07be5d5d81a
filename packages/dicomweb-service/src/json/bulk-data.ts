import { littleEndian } from './dicom-json.js';
import { type ByteSource, bufferSource } from '../part10/byte-source.js';
import { type Element } from '../part10/elements.js';
import { type Part10 } from '../part10/read-part10.js';

/**
 * Returns the value of an attribute as bulk data (PS3.18 10.4.1.1.5); `undefined` if the file has no such attribute, or it is
 * encapsulated Pixel Data, whose frames have addresses of their own.
 *
 * @param path the tag, or `tag.item.tag` within a sequence
 */
export async function bulkData(file: Part10, path: string): Promise<ByteSource | undefined> {
  const { pixelData, source } = file;
  if (path === pixelData?.tag) {
    const { offset, length } = pixelData;
    return length === undefined ? undefined : part(source, offset, length);
  }
  const element = find(file.elements, path.split('.'));
  if (!element || element.items) return undefined;
  if (!element.value) return part(source, element.offset, element.length);
  return bufferSource(littleEndian(element.value, element.vr, file.encoding));
}

function part(source: ByteSource, offset: number, length: number): ByteSource {
  return { length, read: (start, end) => source.read(offset + start, offset + end) };
}

function find(elements: readonly Element[], [tag, item, ...rest]: string[]): Element | undefined {
  const element = elements.find((one) => one.tag === tag?.toUpperCase());
  if (item === undefined) return element;
  const inner = element?.items?.[Number(item) - 1];
  return inner && rest.length > 0 ? find(inner, rest) : undefined;
}
