import { type Attributes } from '../dicom/attributes.js';
import { attributesOf } from '../dicom/keywords.js';
import { breast, torso } from './anatomy.js';
import { burnIn } from './font.js';
import { grayscale, type ImageSeries, type Keywords } from './image-series.js';
import { addNoise, type Ellipsoid, type Grid, projection } from './phantom.js';

/** Returns a chest radiograph, posterior-anterior. */
export function chestSeries(size: number): ImageSeries {
  const spacing = Number((400 / size).toFixed(4));
  const grid: Grid = { rows: size, columns: size, spacing, centre: [0, 0, 25] };
  // Contrast in vessels and the couch belong to CT.
  const bodies = torso({ contrast: 70 }).slice(0, -1);
  return {
    modality: 'CR',
    sopClassUid: '1.2.840.10008.5.1.4.1.1.1',
    keywords: {
      ImageType: ['ORIGINAL', 'PRIMARY'],
      BodyPartExamined: 'CHEST',
      ViewPosition: 'PA',
      KVP: 125,
      PatientOrientation: ['L', 'F'],
      ImagerPixelSpacing: [spacing, spacing],
      PixelSpacing: [spacing, spacing],
      ...grayscale(size, size, 12),
      WindowCenter: 2048,
      WindowWidth: 4096,
    },
    count: 1,
    hasFrameOfReference: false,
    draw: (_, lines) => ({
      keywords: {},
      pixels: radiograph(bodies, grid, { gain: 0.0135, offset: 400, outside: -1000, lines }),
    }),
  };
}

/** In mm. */
const MAMMOGRAM_SPACING = 0.3125;

type View = { name: string; side: 1 | -1; oblique: boolean };
const VIEWS: readonly View[] = [
  { name: 'R CC', side: 1, oblique: false },
  { name: 'L CC', side: -1, oblique: false },
  { name: 'R MLO', side: 1, oblique: true },
  { name: 'L MLO', side: -1, oblique: true },
];

/** Returns the four views of a mammogram; `lesion` is the radius of a lesion in the left breast, in mm. */
export function mammogramSeries(lesion: number): ImageSeries {
  const [rows, columns] = [768, 608];
  return {
    modality: 'MG',
    sopClassUid: '1.2.840.10008.5.1.4.1.1.1.2',
    keywords: {
      ImageType: ['DERIVED', 'PRIMARY'],
      ...grayscale(rows, columns, 12),
      ...MAMMOGRAPHY,
      ImagerPixelSpacing: [MAMMOGRAM_SPACING, MAMMOGRAM_SPACING],
      WindowCenter: 2048,
      WindowWidth: 4096,
    },
    count: VIEWS.length,
    hasFrameOfReference: false,
    draw(index, lines) {
      const view = VIEWS[index] as View;
      // The chest wall is at the edge of the image: the right breast grows to the left of it.
      const grows = view.side === 1 ? -1 : 1;
      const grid: Grid = {
        rows,
        columns,
        spacing: MAMMOGRAM_SPACING,
        centre: [(grows * columns * MAMMOGRAM_SPACING) / 2, 0, 0],
      };
      const bodies = breast(grows, view.oblique, view.side === -1 ? lesion : 0);
      const pixels = radiograph(bodies, grid, { gain: 1.05, offset: 40, outside: 0, lines: [...lines, view.name] });
      return { keywords: viewKeywords(view), pixels };
    },
  };
}

function radiograph(
  bodies: readonly Ellipsoid[],
  grid: Grid,
  { gain, offset, outside, lines }: { gain: number; offset: number; outside: number; lines: readonly string[] },
): Int16Array {
  const sums = projection(bodies, grid, outside);
  const pixels = new Int16Array(sums.length);
  for (let i = 0; i < pixels.length; i++) {
    const value = offset + (sums[i] as number) * gain;
    pixels[i] = value > 4000 ? 4000 : value;
  }
  addNoise(pixels, 14, grid.rows);
  burnIn(pixels, grid.columns, lines, { scale: 2, ink: 4095, paper: 0 });
  return pixels;
}

const code = (value: string, scheme: string, meaning: string, more: Attributes = {}): Attributes => ({
  ...attributesOf({ CodeValue: value, CodingSchemeDesignator: scheme, CodeMeaning: meaning }),
  ...more,
});

const MAMMOGRAPHY: Keywords = {
  PresentationIntentType: 'FOR PRESENTATION',
  BodyPartExamined: 'BREAST',
  OrganExposed: 'BREAST',
  KVP: 28,
  DetectorType: 'DIRECT',
  PositionerType: 'MAMMOGRAPHIC',
  PixelIntensityRelationship: 'LOG',
  PixelIntensityRelationshipSign: -1,
  RescaleIntercept: 0,
  RescaleSlope: 1,
  RescaleType: 'US',
  PresentationLUTShape: 'IDENTITY',
  BreastImplantPresent: 'NO',
  LossyImageCompression: '00',
  AcquisitionContextSequence: [],
  AnatomicRegionSequence: [code('76752008', 'SCT', 'Breast')],
};

function viewKeywords({ side, oblique }: View): Keywords {
  const right = side === 1;
  const view = oblique ? code('399368009', 'SCT', 'medio-lateral oblique') : code('399162004', 'SCT', 'cranio-caudal');
  return {
    ImageLaterality: right ? 'R' : 'L',
    ViewPosition: oblique ? 'MLO' : 'CC',
    ViewCodeSequence: [{ ...view, ...attributesOf({ ViewModifierCodeSequence: [] }) }],
    PatientOrientation: oblique ? [right ? 'P' : 'A', right ? 'FL' : 'FR'] : [right ? 'P' : 'A', right ? 'L' : 'R'],
  };
}
