import { type Attributes } from '../dicom/attributes.js';

/** The levels of the query models (PS3.4 C.6). */
export const LEVELS = ['PATIENT', 'STUDY', 'SERIES', 'IMAGE'] as const;
export type Level = (typeof LEVELS)[number];

const PATIENT = ['00100010', '00100020', '00100021', '00100030', '00100032', '00100040'];
const STUDY = ['00080020', '00080030', '00080050', '00080090', '00081030', '0020000D', '00200010', '00101010'];
const SERIES = [
  '00080021',
  '00080031',
  '00080060',
  '00080070',
  '0008103E',
  '00180015',
  '0020000E',
  '00200011',
  '00200052',
  '00200060',
];

const levelByTag = new Map<string, Level>([
  ...PATIENT.map((tag) => [tag, 'PATIENT'] as const),
  ...STUDY.map((tag) => [tag, 'STUDY'] as const),
  ...SERIES.map((tag) => [tag, 'SERIES'] as const),
]);

/** Returns the attributes of an instance that belong to `level` or to a level above it, with the text in UTF-8. */
export function attributesAt(level: Level, attributes: Attributes): Attributes {
  const depth = LEVELS.indexOf(level);
  const kept = Object.entries(attributes).filter(([tag]) => LEVELS.indexOf(levelByTag.get(tag) ?? 'IMAGE') <= depth);
  return { ...Object.fromEntries(kept), '00080005': { vr: 'CS', Value: ['ISO_IR 192'] } };
}
