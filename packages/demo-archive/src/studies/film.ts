import { burnIn } from './font.js';
import { grayscale, type ImageSeries } from './image-series.js';

// Taken from the global once: the loops below run over millions of pixels.
const { cos, floor } = Math;

const SIZE = 512;

/** Returns scanned films: a step wedge and a test pattern, as Secondary Capture. */
export function filmSeries(count: number): ImageSeries {
  return {
    modality: 'OT',
    sopClassUid: '1.2.840.10008.5.1.4.1.1.7',
    keywords: {
      ImageType: ['DERIVED', 'SECONDARY'],
      ConversionType: 'DF',
      PatientOrientation: '',
      Laterality: '',
      ...grayscale(SIZE, SIZE, 8),
    },
    count,
    hasFrameOfReference: false,
    draw(index, lines) {
      const pixels = new Uint8Array(SIZE * SIZE);
      for (let y = 0; y < SIZE; y++) {
        for (let x = 0; x < SIZE; x++) pixels[y * SIZE + x] = index % 2 === 0 ? wedge(x, y) : rings(x, y);
      }
      burnIn(pixels, SIZE, lines, { scale: 2, ink: 255, paper: 0 });
      return { keywords: {}, pixels };
    },
  };
}

function wedge(x: number, y: number): number {
  const step = floor(x / 32) * 17;
  return y < 256 ? step : 255 - step;
}

function rings(x: number, y: number): number {
  return 127 + 120 * cos(((x - SIZE / 2) ** 2 + (y - SIZE / 2) ** 2) / 900);
}
