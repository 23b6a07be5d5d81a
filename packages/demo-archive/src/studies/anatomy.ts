import { type Ellipsoid } from './phantom.js';

/** Longer than any series, for bodies that cross every slice. */
const ENDLESS = 3_000;

function body(value: number, centre: [number, number, number], radii: [number, number, number]): Ellipsoid {
  return { value, centre, radii };
}

function range(from: number, to: number, step: number): number[] {
  return Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, index) => from + index * step);
}

/** Chest and abdomen in Hounsfield units, from z = -220 to 160; `contrast` is the value of blood. */
export function torso({ contrast = 160, nodule = 8 } = {}): Ellipsoid[] {
  const ribs = range(-60, 150, 26).flatMap((z) =>
    range(20, 160, 10).flatMap((angle) => {
      const [x, y] = [Math.sin((angle * Math.PI) / 180) * 148, Math.cos((angle * Math.PI) / 180) * 94];
      // A rib falls from the spine to the front.
      return [-1, 1].map((side) => body(420, [side * x, y, z - angle / 4], [10, 8, 6]));
    }),
  );
  return [
    body(-90, [0, 0, -30], [172, 116, 500]),
    body(45, [0, 0, -30], [160, 104, 480]),
    ...ribs,
    ...[-1, 1].map((side) => body(-860, [side * 72, -5, 45], [60, 78, 115])),
    ...[-1, 1].flatMap((side) =>
      range(-40, 110, 15).map((z) => body(20, [side * (40 + ((z * z) % 50)), ((z * 7) % 50) - 5, z], [4, 4, 9])),
    ),
    body(40, [-85, 15, 70], [nodule, nodule, nodule]),
    body(contrast - 40, [22, -30, 0], [52, 46, 58]),
    body(contrast + 30, [30, -28, 2], [24, 22, 34]),
    body(60, [-62, -10, -125], [82, 78, 62]),
    body(10, [-70, -25, -150], [16, 14, 22]),
    body(-950, [60, -45, -115], [34, 26, 22]),
    body(30, [62, -35, -128], [38, 30, 24]),
    body(55, [105, 35, -110], [28, 34, 45]),
    ...[-1, 1].flatMap((side) => [
      body(110, [side * 68, 50, -170], [28, 24, 52]),
      body(20, [side * 62, 46, -170], [9, 9, 22]),
    ]),
    ...range(-210, -170, 12).map((z, index) => body(index % 2 ? -600 : 30, [20 - index * 14, -50, z], [24, 18, 14])),
    body(contrast + 40, [14, 46, -30], [13, 13, ENDLESS]),
    body(120, [0, 74, -30], [20, 17, ENDLESS]),
    ...range(-215, 165, 27).map((z) => body(380, [0, 74, z], [24, 20, 16])),
    ...range(-215, 165, 27).map((z) => body(450, [0, 108, z - 8], [6, 14, 9])),
    body(25, [0, 95, -30], [9, 8, ENDLESS]),
    body(-180, [0, 128, 0], [210, 7, ENDLESS]),
  ];
}

/** Signals of tissues in an MR sequence. */
export interface HeadSignals {
  scalp: number;
  skull: number;
  fluid: number;
  grey: number;
  white: number;
  lesion: number;
}

export const T1: HeadSignals = { scalp: 850, skull: 90, fluid: 160, grey: 480, white: 680, lesion: 330 };
export const T2: HeadSignals = { scalp: 620, skull: 70, fluid: 980, grey: 470, white: 330, lesion: 800 };
export const FLAIR: HeadSignals = { scalp: 600, skull: 70, fluid: 110, grey: 520, white: 400, lesion: 900 };

/** A head with a lesion in the left hemisphere, from z = -85 to 95. */
export function head({ scalp, skull, fluid, grey, white, lesion }: HeadSignals): Ellipsoid[] {
  const gyri = range(0, 350, 18).flatMap((angle) =>
    range(-50, 60, 22).map((z) => {
      const [x, y] = [Math.cos((angle * Math.PI) / 180), Math.sin((angle * Math.PI) / 180)];
      const size = Math.sqrt(1 - (z / 95) ** 2);
      return body(
        fluid,
        [x * 64 * size, y * 83 * size, z + (angle % 20)],
        [Math.abs(x) * 9 + 1.6, Math.abs(y) * 9 + 1.6, 12],
      );
    }),
  );
  return [
    body(scalp, [0, 0, 0], [80, 100, 106]),
    body(skull, [0, 0, 0], [74, 94, 100]),
    body(fluid, [0, 0, 0], [69, 89, 95]),
    body(grey, [0, 0, 2], [67, 86, 92]),
    ...gyri,
    ...[-1, 1].map((side) => body(white, [side * 31, 0, 12], [26, 62, 52])),
    body(white, [0, 0, 24], [24, 40, 10]),
    ...[-1, 1].flatMap((side) => [
      body(fluid, [side * 12, -12, 20], [7, 24, 13]),
      body(fluid, [side * 16, 28, 14], [7, 18, 12]),
      body(grey, [side * 22, -4, 6], [10, 20, 11]),
      body(fluid, [side * 32, -84, -22], [13, 13, 13]),
    ]),
    body(lesion, [38, 22, 30], [13, 15, 12]),
    body(fluid, [40, 22, 31], [5, 6, 5]),
    body(fluid, [0, 0, 25], [1.5, 84, 70]),
    body(grey, [0, 42, -50], [46, 30, 24]),
    body(white, [0, 40, -50], [28, 15, 13]),
    body(white, [0, 10, -62], [13, 14, 45]),
    body(skull, [0, -52, -70], [30, 30, 22]),
  ];
}

/** A left knee in proton density, from z = -70 to 70. */
export function knee(): Ellipsoid[] {
  return [
    body(760, [0, 5, 0], [66, 70, 400]),
    body(300, [0, 8, 0], [58, 60, 390]),
    body(720, [0, 55, 10], [26, 18, 60]),
    body(60, [0, 0, 90], [21, 21, 90]),
    body(640, [0, 0, 90], [18, 18, 88]),
    ...[-1, 1].flatMap((side) => [
      body(820, [side * 23, 6, 14], [27, 33, 27]),
      body(60, [side * 23, 6, 15], [25, 30, 25]),
      body(620, [side * 23, 6, 16], [23, 28, 23]),
      body(50, [side * 25, -12, -15], [18, 12, 5]),
      body(50, [side * 25, 22, -15], [18, 10, 5]),
    ]),
    body(60, [0, 6, -70], [22, 22, 90]),
    body(640, [0, 6, -72], [19, 19, 88]),
    body(60, [0, 6, -34], [48, 36, 17]),
    body(630, [0, 6, -36], [46, 34, 15]),
    body(40, [0, 6, -2], [5, 30, 14]),
    body(60, [0, -46, 18], [22, 13, 24]),
    body(660, [0, -45, 18], [19, 10, 21]),
    body(980, [0, -30, 34], [24, 7, 14]),
  ];
}

/** A breast with its chest wall at x = 0, which grows to `side`; `lesion` is the radius of its lesion in mm. */
export function breast(side: 1 | -1, oblique: boolean, lesion: number): Ellipsoid[] {
  const tilt = oblique ? -18 : 0;
  const ducts = range(0, 11, 1).map((index) => {
    const angle = ((index * 15 - 80) * Math.PI) / 180;
    return body(
      36 + (index % 3) * 9,
      [side * (48 + 22 * Math.cos(angle)), 0, tilt + 38 * Math.sin(angle)],
      [17, 8, 6 + (index % 4) * 2],
    );
  });
  return [
    body(20, [0, 0, tilt], [108, 30, 96]),
    body(28, [side * 20, 0, tilt], [62, 22, 62]),
    ...ducts,
    ...(oblique ? [body(48, [0, 0, 92], [34, 22, 84])] : []),
    body(70, [side * 99, 0, tilt], [7, 12, 6]),
    ...(lesion > 0 ? [body(95, [side * 58, 0, tilt + 24], [lesion, lesion, lesion])] : []),
    ...range(0, 5, 1).map((index) =>
      body(900, [side * (40 + index * 3), 0, tilt - 30 + ((index * 7) % 9)], [0.6, 0.6, 0.6]),
    ),
  ];
}
