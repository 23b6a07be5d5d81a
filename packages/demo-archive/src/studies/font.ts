/** Five columns of seven pixels for each character from blank to Z; the lowest bit is the top. */
const GLYPHS = `
0000000000 00005F0000 0007000700 147F147F14 242A7F2A12 2313086462 3649562050 0008070300 001C224100 0041221C00 2A1C7F1C2A
08083E0808 0080703000 0808080808 0000606000 2010080402 3E5149453E 00427F4000 7249494946 2141494D33 1814127F10 2745454539
3C4A494931 4121110907 3649494936 464949291E 0000140000 0040340000 0008142241 1414141414 0041221408 0201590906 3E415D594E
7C1211127C 7F49494936 3E41414122 7F4141413E 7F49494941 7F09090901 3E41415173 7F0808087F 00417F4100 2040413F01 7F08142241
7F40404040 7F021C027F 7F0408107F 3E4141413E 7F09090906 3E4151215E 7F09192946 2649494932 03017F0103 3F4040403F 1F2040201F
3F4038403F 6314081463 0304780403 6159494D43`
  .trim()
  .split(/\s+/)
  .map((columns) => Buffer.from(columns, 'hex'));
const UNDERSCORE = Buffer.from('4040404040', 'hex');

export interface TextStyle {
  /** Size of a dot of a character, in pixels. */
  scale: number;
  ink: number;
  /** The value around the characters. */
  paper: number;
}

/** Writes lines into the top left corner of an image. Characters without a glyph are written as `?`. */
export function burnIn(
  pixels: Int16Array | Uint8Array,
  columns: number,
  lines: readonly string[],
  { scale, ink, paper }: TextStyle,
): void {
  const margin = 4 * scale;
  lines.forEach((line, index) => {
    const top = margin + index * 10 * scale;
    fill(
      pixels,
      columns,
      { x: margin - scale, y: top - scale, width: (line.length * 6 + 1) * scale, height: 9 * scale },
      paper,
    );
    [...line.toUpperCase()].forEach((character, position) => {
      glyphOf(character).forEach((bits, column) => {
        for (let row = 0; row < 8; row++) {
          if (((bits >> row) & 1) === 0) continue;
          const x = margin + (position * 6 + column) * scale;
          fill(pixels, columns, { x, y: top + row * scale, width: scale, height: scale }, ink);
        }
      });
    });
  });
}

function glyphOf(character: string): Buffer {
  if (character === '_') return UNDERSCORE;
  return GLYPHS[character.charCodeAt(0) - 0x20] ?? (GLYPHS[0x1f] as Buffer);
}

function fill(
  pixels: Int16Array | Uint8Array,
  columns: number,
  { x, y, width, height }: { x: number; y: number; width: number; height: number },
  value: number,
): void {
  const end = Math.min(columns, x + width);
  for (let row = y; row < y + height && (row + 1) * columns <= pixels.length; row++) {
    pixels.fill(value, row * columns + x, row * columns + end);
  }
}
