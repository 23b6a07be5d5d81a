import { FLAIR, head, type HeadSignals, knee, T1, T2, torso } from './anatomy.js';
import { type ImageSeries } from './image-series.js';
import { type Grid, type Plane } from './phantom.js';
import { ctSeries, mrSeries } from './sections.js';

/** The grid of every axial CT: they cover each other, so that viewers link them. */
const TORSO: Grid = { rows: 256, columns: 256, spacing: 1.5, centre: [0, 10, 0] };

interface CtProtocol {
  step: number;
  count: number;
  first?: number;
  windows: [number, number][];
  noise?: number;
}

/** Returns a CT of the chest, from its lowest slice to its highest. */
export function chestCt({ step, count, first = -200, windows, noise = 14 }: CtProtocol): ImageSeries {
  const bodies = torso();
  return ctSeries({ bodies, plane: 'axial', grid: TORSO, first, step, count, noise }, windows, {
    BodyPartExamined: 'CHEST',
  });
}

export function abdomenSeries(count: number): ImageSeries {
  const bodies = torso({ contrast: 45, nodule: 5 });
  const step = 140 / count;
  return ctSeries({ bodies, plane: 'axial', grid: TORSO, first: -215, step, count, noise: 14 }, [[50, 350]], {
    BodyPartExamined: 'ABDOMEN',
  });
}

/** Returns two overview images of the chest, one from the front and one from the side. */
export function localizerSeries(): ImageSeries {
  const grid: Grid = { rows: 256, columns: 256, spacing: 1.7, centre: [0, 0, -30] };
  const stack = { bodies: torso(), grid, first: 0, step: 10, count: 1, noise: 10 };
  const views = (['coronal', 'sagittal'] as const).map((plane) =>
    ctSeries({ ...stack, plane }, [[50, 500]], {
      ImageType: ['ORIGINAL', 'PRIMARY', 'LOCALIZER'],
      BodyPartExamined: 'CHEST',
    }),
  );
  const [front, side] = views as [ImageSeries, ImageSeries];
  return {
    ...front,
    count: views.length,
    draw(index, lines) {
      const view = index === 0 ? front : side;
      const { keywords, pixels } = view.draw(0, lines);
      const { ImageOrientationPatient = [] } = view.keywords;
      return { keywords: { ImageOrientationPatient, ...keywords }, pixels };
    },
  };
}

const CONTRASTS: Record<string, { signals: HeadSignals; echoTime: number; repetitionTime: number }> = {
  T1: { signals: T1, echoTime: 12, repetitionTime: 560 },
  T2: { signals: T2, echoTime: 96, repetitionTime: 4200 },
  FLAIR: { signals: FLAIR, echoTime: 120, repetitionTime: 8500 },
};

/** Returns a head in a contrast. All planes have one frame of reference, so that viewers show reference lines. */
export function headSeries(contrast: 'T1' | 'T2' | 'FLAIR', plane: Plane): ImageSeries {
  const { signals, ...echo } = CONTRASTS[contrast] as (typeof CONTRASTS)[string];
  const grid: Grid = { rows: 256, columns: 256, spacing: 0.9, centre: [0, 0, 0] };
  const [first, step, count] = plane === 'axial' ? [-80, 6, 30] : plane === 'sagittal' ? [66, -6, 23] : [-88, 7, 26];
  return mrSeries({ bodies: head(signals), plane, grid, first, step, count, noise: 14 }, echo, {
    BodyPartExamined: 'HEAD',
  });
}

export function kneeSeries(plane: 'sagittal' | 'coronal'): ImageSeries {
  const grid: Grid = { rows: 256, columns: 256, spacing: 0.65, centre: [0, 0, 0] };
  const [first, step, count] = plane === 'sagittal' ? [48, -4, 25] : [-52, 4, 26];
  const echo = { echoTime: 30, repetitionTime: 2600 };
  return mrSeries({ bodies: knee(), plane, grid, first, step, count, noise: 16 }, echo, {
    BodyPartExamined: 'KNEE',
    Laterality: 'L',
  });
}
