import { grayscale, type ImageSeries, type Keywords } from './image-series.js';
import { burnIn } from './font.js';
import { addNoise, AXES, type Ellipsoid, type Grid, type Plane, slice } from './phantom.js';

/** A stack of parallel slices. */
export interface Stack {
  bodies: readonly Ellipsoid[];
  plane: Plane;
  grid: Grid;
  /** Coordinate of the first slice along the axis across, distance to the next, and number of slices, in mm. */
  first: number;
  step: number;
  count: number;
  noise: number;
}

const RESCALE_INTERCEPT = -1024;

/** Returns a CT series in Hounsfield units. `windows` are pairs of center and width; the first is the default. */
export function ctSeries(
  stack: Stack,
  windows: readonly (readonly [number, number])[],
  keywords: Keywords = {},
): ImageSeries {
  const [center, width] = windows[0] as readonly [number, number];
  return {
    modality: 'CT',
    sopClassUid: '1.2.840.10008.5.1.4.1.1.2',
    keywords: {
      ImageType: ['ORIGINAL', 'PRIMARY', 'AXIAL'],
      KVP: 120,
      AcquisitionNumber: 1,
      ...geometry(stack),
      ...grayscale(stack.grid.rows, stack.grid.columns, 12),
      RescaleIntercept: RESCALE_INTERCEPT,
      RescaleSlope: 1,
      RescaleType: 'HU',
      WindowCenter: windows.map(([c]) => c),
      WindowWidth: windows.map(([, w]) => w),
      ...keywords,
    },
    count: stack.count,
    hasFrameOfReference: true,
    draw(index, lines) {
      const pixels = slice(stack.bodies, stack.plane, stack.grid, positionOf(stack, index), -1000);
      addNoise(pixels, stack.noise, index + stack.count, -RESCALE_INTERCEPT);
      write(pixels, stack.grid.columns, lines, center + width / 2 - RESCALE_INTERCEPT);
      return { keywords: placement(stack, index), pixels };
    },
  };
}

/** Returns an MR series; `echo` are its echo and repetition times in ms. */
export function mrSeries(
  stack: Stack,
  echo: { echoTime: number; repetitionTime: number },
  keywords: Keywords = {},
): ImageSeries {
  return {
    modality: 'MR',
    sopClassUid: '1.2.840.10008.5.1.4.1.1.4',
    keywords: {
      ImageType: ['ORIGINAL', 'PRIMARY', 'OTHER'],
      ScanningSequence: 'SE',
      SequenceVariant: 'SK',
      ScanOptions: '',
      MRAcquisitionType: '2D',
      RepetitionTime: echo.repetitionTime,
      EchoTime: echo.echoTime,
      EchoTrainLength: 8,
      MagneticFieldStrength: 1.5,
      AcquisitionNumber: 1,
      SpacingBetweenSlices: Math.abs(stack.step),
      ...geometry(stack),
      ...grayscale(stack.grid.rows, stack.grid.columns, 12),
      WindowCenter: 500,
      WindowWidth: 1000,
      ...keywords,
    },
    count: stack.count,
    hasFrameOfReference: true,
    draw(index, lines) {
      const pixels = slice(stack.bodies, stack.plane, stack.grid, positionOf(stack, index), 12);
      addNoise(pixels, stack.noise, index + stack.count);
      write(pixels, stack.grid.columns, lines, 1000);
      return { keywords: placement(stack, index), pixels };
    },
  };
}

function write(pixels: Int16Array, columns: number, lines: readonly string[], ink: number): void {
  burnIn(pixels, columns, lines, { scale: columns < 400 ? 1 : 2, ink, paper: 0 });
}

function positionOf({ first, step }: Stack, index: number): number {
  return first + index * step;
}

function geometry({ plane, grid, step }: Stack): Keywords {
  const { row, column } = AXES[plane];
  const direction = ({ axis, sign }: typeof row) => [0, 1, 2].map((a) => (a === axis ? sign : 0));
  return {
    PatientPosition: 'HFS',
    PositionReferenceIndicator: '',
    SliceThickness: Math.abs(step),
    ImageOrientationPatient: [...direction(row), ...direction(column)],
    PixelSpacing: [grid.spacing, grid.spacing],
  };
}

/** The position of the first pixel's centre, and where the slice is across its plane. */
function placement(stack: Stack, index: number): Keywords {
  const { plane, grid } = stack;
  const { row, column, across } = AXES[plane];
  const position = [...grid.centre];
  position[row.axis] = (position[row.axis] as number) - (row.sign * grid.spacing * (grid.columns - 1)) / 2;
  position[column.axis] = (position[column.axis] as number) - (column.sign * grid.spacing * (grid.rows - 1)) / 2;
  position[across.axis] = positionOf(stack, index);
  return {
    ImagePositionPatient: position.map((value) => Number(value.toFixed(3))),
    SliceLocation: Number(positionOf(stack, index).toFixed(3)),
  };
}
