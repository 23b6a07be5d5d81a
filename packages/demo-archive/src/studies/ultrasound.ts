import { burnIn } from './font.js';
import { grayscale, type ImageSeries } from './image-series.js';

// Taken from the global once: the loops below run over millions of pixels.
const { abs, floor, imul, max, min, sin, sqrt, tan, PI } = Math;

const [ROWS, COLUMNS] = [360, 480];
const FRAMES = 16;
/** The probe is above the image; angles are from the vertical. */
const APEX = { x: 240, y: -60, nearest: 90, farthest: 410, angle: 0.72 };

/** Returns a multi-frame ultrasound series in which a cyst moves with the breath. Each clip shows another cyst. */
export function ultrasoundSeries(clips: number): ImageSeries {
  return {
    modality: 'US',
    sopClassUid: '1.2.840.10008.5.1.4.1.1.3.1',
    keywords: {
      ImageType: ['ORIGINAL', 'PRIMARY', 'ABDOMINAL', '0001'],
      NumberOfFrames: FRAMES,
      FrameTime: 50,
      FrameIncrementPointer: ['00181063'],
      LossyImageCompression: '00',
      PatientOrientation: '',
      BodyPartExamined: 'ABDOMEN',
      ...grayscale(ROWS, COLUMNS, 8),
    },
    count: clips,
    hasFrameOfReference: false,
    draw(index, lines) {
      const pixels = new Uint8Array(ROWS * COLUMNS * FRAMES);
      const still = sector(index);
      for (let frame = 0; frame < FRAMES; frame++) {
        const picture = pixels.subarray(frame * ROWS * COLUMNS, (frame + 1) * ROWS * COLUMNS);
        picture.set(still);
        const breath = sin((frame / FRAMES) * 2 * PI);
        drawCyst(picture, {
          x: 225 + index * 22,
          y: 165 + index * 20 + breath * 16,
          a: 46 - index * 6,
          b: 32 + breath * 3,
        });
        burnIn(picture, COLUMNS, [...lines, `FRAME ${frame + 1}/${FRAMES}`], { scale: 1, ink: 255, paper: 0 });
      }
      return { keywords: {}, pixels };
    },
  };
}

/** Speckle in the sector that the probe sees, darker with depth. */
function sector(seed: number): Uint8Array {
  const pixels = new Uint8Array(ROWS * COLUMNS);
  const slope = tan(APEX.angle);
  let state = 4711 + seed;
  for (let y = 0; y < ROWS; y++) {
    for (let x = 0; x < COLUMNS; x++) {
      const [dx, dy] = [x - APEX.x, y - APEX.y];
      const depth = sqrt(dx * dx + dy * dy);
      state = (imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      if (depth < APEX.nearest || depth > APEX.farthest || abs(dx) > dy * slope) continue;
      const layers = 22 * sin(depth / 19 + sin(dx / 60)) + 14 * sin(depth / 6 + dx / 35);
      const near = depth < APEX.nearest + 8 ? 90 : 0;
      pixels[y * COLUMNS + x] = max(0, min(250, 92 + layers + near - depth / 8 + (state / 2 ** 32) ** 2 * 70));
    }
  }
  return pixels;
}

/** A cyst is dark with a bright wall, and tissue behind it is brighter. */
function drawCyst(pixels: Uint8Array, { x, y, a, b }: { x: number; y: number; a: number; b: number }): void {
  for (let r = floor(y - b * 1.15); r < min(ROWS, y + b * 3); r++) {
    for (let c = floor(x - a * 1.15); c <= x + a * 1.15; c++) {
      const [across, down] = [(c - x) / a, (r - y) / b];
      const distance = sqrt(across * across + down * down);
      const offset = r * COLUMNS + c;
      const value = pixels[offset] as number;
      if (value === 0) continue;
      if (distance < 1) pixels[offset] = value / 9;
      else if (distance < 1.1) pixels[offset] = min(255, value + 80);
      else if (r > y && abs(c - x) < a * 0.8) pixels[offset] = min(255, value * 1.35);
    }
  }
}
