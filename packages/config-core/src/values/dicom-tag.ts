import { tags } from '@iwharris/dicom-data-dictionary';
import { type SettingFormat } from './setting-format.js';

/** Reads a tag as `0xGGGGEEEE`, decimal, `(gggg,eeee)` or keyword (PS3.6), as its 32-bit number. */
export const dicomTag: SettingFormat = {
  parse(text) {
    const tag = numberOf(text);
    // Groups below 0008 are for commands and files. `0010,0020`, read as a list, would yield such a group.
    return tag !== undefined && tag >= 0x00_08_00_00 && tag <= 0xff_ff_ff_ff ? tag : undefined;
  },
  print: (tag) => `0x${Number(tag).toString(16).toUpperCase().padStart(8, '0')}`,
  expected: 'a DICOM tag: 0xGGGGEEEE, decimal or keyword',
  pattern: '^(?:0[xX][0-9A-Fa-f]{6,8}|\\(?[0-9A-Fa-f]{4},\\s*[0-9A-Fa-f]{4}\\)?|[0-9]{6,10}|[A-Za-z][0-9A-Za-z]*)$',
};

function numberOf(text: string): number | undefined {
  const hexadecimal = /^(?:0x([\da-f]{1,8})|\(?([\da-f]{4}),\s*([\da-f]{4})\)?)$/i.exec(text);
  if (hexadecimal) return Number.parseInt(hexadecimal[1] ?? `${hexadecimal[2]}${hexadecimal[3]}`, 16);
  return /^\d{1,10}$/.test(text) ? Number(text) : keywords().get(text.toLowerCase());
}

let known: Map<string, number> | undefined;

function keywords(): Map<string, number> {
  // A repeating group such as (60xx,3000) is not a single tag.
  known ??= new Map(
    Object.entries(tags)
      .filter(([, tag]) => /^\([\da-f]{4},[\da-f]{4}\)$/i.test(tag))
      .map(([keyword, tag]) => [keyword.toLowerCase(), Number.parseInt(tag.replace(/\W/g, ''), 16)]),
  );
  return known;
}
