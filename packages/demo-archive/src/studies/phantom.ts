// Taken from the global once: the loops below run over millions of pixels.
const { abs, ceil, floor, imul, max, min, sqrt } = Math;

/** A body in patient coordinates (mm): x to the left, y to the back, z to the head. Later bodies cover earlier ones. */
export interface Ellipsoid {
  centre: readonly [number, number, number];
  radii: readonly [number, number, number];
  /** Hounsfield units, or a signal. */
  value: number;
}

export type Plane = 'axial' | 'sagittal' | 'coronal';

/** For each plane, the patient's axes along a row, down a column, and across: index of the axis and its sign. */
export const AXES: Record<Plane, { row: Axis; column: Axis; across: Axis }> = {
  axial: { row: { axis: 0, sign: 1 }, column: { axis: 1, sign: 1 }, across: { axis: 2, sign: 1 } },
  sagittal: { row: { axis: 1, sign: 1 }, column: { axis: 2, sign: -1 }, across: { axis: 0, sign: -1 } },
  coronal: { row: { axis: 0, sign: 1 }, column: { axis: 2, sign: -1 }, across: { axis: 1, sign: 1 } },
};

interface Axis {
  axis: 0 | 1 | 2;
  sign: 1 | -1;
}

export interface Grid {
  rows: number;
  columns: number;
  /** Distance of pixel centres, in mm. */
  spacing: number;
  /** Patient coordinates of the centre of the image, as `[x, y, z]`. */
  centre: readonly [number, number, number];
}

/** Returns the pixels of a slice at the coordinate `position` of the axis across the plane. */
export function slice(
  bodies: readonly Ellipsoid[],
  plane: Plane,
  { rows, columns, spacing, centre }: Grid,
  position: number,
  background: number,
): Int16Array {
  const pixels = new Int16Array(rows * columns).fill(background);
  const { row, column, across } = AXES[plane];
  for (const body of bodies) {
    const distance = (position - body.centre[across.axis]) / body.radii[across.axis];
    if (abs(distance) >= 1) continue;
    const scale = sqrt(1 - distance * distance) / spacing;
    fillEllipse(pixels, columns, {
      x: (columns - 1) / 2 + (row.sign * (body.centre[row.axis] - centre[row.axis])) / spacing,
      y: (rows - 1) / 2 + (column.sign * (body.centre[column.axis] - centre[column.axis])) / spacing,
      a: body.radii[row.axis] * scale,
      b: body.radii[column.axis] * scale,
      value: body.value,
    });
  }
  return pixels;
}

function fillEllipse(
  pixels: Int16Array,
  columns: number,
  { x, y, a, b, value }: { x: number; y: number; a: number; b: number; value: number },
): void {
  const rows = pixels.length / columns;
  for (let r = max(0, ceil(y - b)); r <= min(rows - 1, floor(y + b)); r++) {
    const dy = (r - y) / b;
    const half = a * sqrt(max(0, 1 - dy * dy));
    const from = max(0, ceil(x - half));
    const to = min(columns - 1, floor(x + half));
    if (from <= to) pixels.fill(value, r * columns + from, r * columns + to + 1);
  }
}

/**
 * Returns what X-rays along y leave behind, per pixel: the sum of each body's thickness (mm) times its value above that of the
 * body around it.
 */
export function projection(
  bodies: readonly Ellipsoid[],
  { rows, columns, spacing, centre }: Grid,
  outside: number,
): Float32Array {
  const sums = new Float32Array(rows * columns);
  bodies.forEach((body, index) => {
    const difference = body.value - valueAt(bodies.slice(0, index), body.centre, outside);
    const x = (columns - 1) / 2 + (body.centre[0] - centre[0]) / spacing;
    const y = (rows - 1) / 2 - (body.centre[2] - centre[2]) / spacing;
    const [a, depth, b] = [body.radii[0] / spacing, body.radii[1], body.radii[2] / spacing];
    for (let r = max(0, ceil(y - b)); r <= min(rows - 1, floor(y + b)); r++) {
      const left = 1 - ((r - y) / b) ** 2;
      const half = a * sqrt(max(0, left));
      for (let c = max(0, ceil(x - half)); c <= min(columns - 1, floor(x + half)); c++) {
        const dx = (c - x) / a;
        const offset = r * columns + c;
        sums[offset] = (sums[offset] as number) + 2 * depth * difference * sqrt(max(0, left - dx * dx));
      }
    }
  });
  return sums;
}

function valueAt(bodies: readonly Ellipsoid[], point: readonly number[], outside: number): number {
  const around = bodies.findLast(
    ({ centre, radii }) =>
      centre.reduce((sum, c, axis) => sum + (((point[axis] as number) - c) / (radii[axis] as number)) ** 2, 0) < 1,
  );
  return around?.value ?? outside;
}

const TABLE_LENGTH = 1 << 16;
/** Pixels after which the noise goes on at another place of its table, so that no pattern shows. */
const RUN = 512;

/**
 * Adds noise and `offset`, and keeps the values within 12 bits. The noise is the same at each start; `seed` tells images apart.
 */
export function addNoise(pixels: Int16Array, amplitude: number, seed: number, offset = 0): void {
  const noise = noiseOf(amplitude);
  for (let start = 0; start < pixels.length; start += RUN) {
    const shift = seed * 7919 + start * 3;
    const end = min(pixels.length, start + RUN);
    for (let i = start; i < end; i++) {
      const value = (pixels[i] as number) + (noise[(shift + i) & (TABLE_LENGTH - 1)] as number) + offset;
      pixels[i] = value < 0 ? 0 : value > 4095 ? 4095 : value;
    }
  }
}

const tables = new Map<number, Int16Array>();

function noiseOf(amplitude: number): Int16Array {
  const known = tables.get(amplitude);
  if (known) return known;
  const table = Int16Array.from(noiseTable(TABLE_LENGTH), (value) => value * amplitude);
  tables.set(amplitude, table);
  return table;
}

/** Noise of about normal distribution, standard deviation 1, from a linear congruential generator. */
function noiseTable(length: number): Float32Array {
  let state = 20_240_312;
  const next = () => (state = (imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
  return Float32Array.from({ length }, () => (next() + next() + next() + next() - 2) * sqrt(3));
}
