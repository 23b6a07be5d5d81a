import { tags } from '@iwharris/dicom-data-dictionary';
import { type SettingFormat } from '../setting.js';

/** A tag as `0xGGGGEEEE`, decimal, `(gggg,eeee)` or DICOM keyword (PS3.6) → its 32-bit number. */
export const dicomTag: SettingFormat = {
  parse(text) {
    const hexadecimal = /^(?:0x([\da-f]{1,8})|\(?([\da-f]{4}),\s*([\da-f]{4})\)?)$/i.exec(text);
    if (hexadecimal) return Number.parseInt(hexadecimal[1] ?? `${hexadecimal[2]}${hexadecimal[3]}`, 16);
    if (/^\d{1,10}$/.test(text)) return Number(text) <= 0xff_ff_ff_ff ? Number(text) : undefined;
    return keywords().get(text.toLowerCase());
  },
  print: (tag) => `0x${Number(tag).toString(16).toUpperCase().padStart(8, '0')}`,
  expected: 'a DICOM tag: 0xGGGGEEEE, decimal or keyword',
};

let known: Map<string, number> | undefined;

function keywords(): Map<string, number> {
  // Repeating groups such as (60xx,3000) are no single tag.
  known ??= new Map(
    Object.entries(tags)
      .filter(([, tag]) => /^\([\da-f]{4},[\da-f]{4}\)$/i.test(tag))
      .map(([keyword, tag]) => [keyword.toLowerCase(), Number.parseInt(tag.replace(/\W/g, ''), 16)]),
  );
  return known;
}
