import { type ImageSeries } from './image-series.js';

/** The three archives of the demo. */
export const ARCHIVE_NAMES = ['north', 'south', 'west'] as const;
export type ArchiveName = (typeof ARCHIVE_NAMES)[number];

export interface SeriesSketch {
  description?: string;
  images: () => ImageSeries;
}

export interface StudySketch {
  description?: string;
  date?: string;
  time?: string;
  accessionNumber?: string;
  studyId?: string;
  physician?: string;
  /** The archives that store all of it. */
  archives: ArchiveName[];
  /** An archive that stores only the first images of some series: the number of images by series number. */
  incomplete?: { archive: ArchiveName; images: Record<number, number> };
  transferSyntaxUid?: string;
  /** The age of the patient, as in `059Y`. */
  age?: string;
  series: SeriesSketch[];
}

export interface PatientSketch {
  patientId: string;
  issuer?: string;
  name: string;
  birthDate?: string;
  birthTime?: string;
  sex?: string;
  /** The values of Specific Character Set. */
  characterSets: string[];
  studies: StudySketch[];
}
