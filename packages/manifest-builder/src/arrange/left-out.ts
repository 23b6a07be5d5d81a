import { type Notice } from '@pacs-connectors/connector-core';

/** What of an archive's answer does not stand in the manifest as the archive gave it. */
export interface LeftOut {
  /** Nodes left out with all that is below them, since their UID is not valid. */
  studies: number;
  series: number;
  instances: number;
  /** Studies and series that the archive listed below more than one parent. */
  moved: number;
}

/** Says it to the reader: a study is never missing without a word. */
export function leftOutNotices(arcId: string, { studies, series, instances, moved }: LeftOut): Notice[] {
  const notices: Notice[] = [];
  const what = [
    ...(studies > 0 ? [counted(studies, 'study', 'studies')] : []),
    ...(series > 0 ? [counted(series, 'series', 'series')] : []),
    ...(instances > 0 ? [counted(instances, 'image')] : []),
  ].join(', ');
  if (what !== '')
    notices.push({
      severity: 'WARN',
      title: 'Not everything can be shown',
      description: `Archive ${arcId} answered with UIDs that are not valid (more than 64 characters, or others than digits and dots). Not in this list for that reason: ${what}. The archive's administrator can correct them.`,
    });
  if (moved > 0)
    notices.push({
      severity: 'WARN',
      title: 'Listed more than once',
      description: `Archive ${arcId} lists ${counted(moved, 'study or series', 'studies or series')} under more than one patient or study. Each is shown once; check the patient before you rely on it.`,
    });
  return notices;
}

/** A number with its noun: `1 study`, `2 studies`. */
export function counted(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}
