import { counted, type Notice } from '@pacs-connectors/connector-core';
import { codes } from '../model/error-codes.js';

/** What the manifest does not contain as the archive answered it. */
export interface LeftOut {
  /** Nodes with an invalid UID, which are left out with all that is below them. */
  studies: number;
  series: number;
  instances: number;
  /** Studies and series that the archive listed below more than one parent. */
  moved: number;
}

/** Returns the notices about what is left out or moved. */
export function leftOutNotices(arcId: string, { studies, series, instances, moved }: LeftOut): Notice[] {
  const notices: Notice[] = [];
  const count = studies + series + instances;
  const what = listed([
    ...(studies > 0 ? [counted(studies, 'study', 'studies')] : []),
    ...(series > 0 ? [counted(series, 'series', 'series')] : []),
    ...(instances > 0 ? [counted(instances, 'image')] : []),
  ]);
  if (count > 0)
    notices.push({
      severity: 'WARN',
      code: codes['manifest.uid.invalid'],
      title: 'Not everything can be shown',
      description: `${what} of archive ${arcId} ${count === 1 ? 'is' : 'are'} not listed: ${count === 1 ? 'its UID is' : 'their UIDs are'} not 1 to 64 digits and dots. Ask the archive's administrator to correct ${count === 1 ? 'it' : 'them'}.`,
    });
  if (moved > 0)
    notices.push({
      severity: 'WARN',
      code: codes['manifest.uid.several-parents'],
      title: 'Listed more than once',
      description: `Archive ${arcId} lists ${counted(moved, 'study or series', 'studies or series')} under more than one patient or study. Each is shown once. Check the patient before you rely on it.`,
    });
  return notices;
}

/** Texts as a list in a sentence: `a`, `a and b`, `a, b and c`. */
export function listed(texts: readonly string[]): string {
  return [texts.slice(0, -1).join(', '), ...texts.slice(-1)].filter((text) => text !== '').join(' and ');
}
