import { type Notice } from '@pacs-connectors/connector-core';
import { counted } from '../arrange/left-out.js';

/** How the copies of one archive differ from those that are shown in their place. */
export class Differences {
  /** Images that only this archive has, in series that are shown from another one. */
  readonly onlyHere = { images: 0, series: 0 };
  /** Images that this archive has of series that are shown whole from another one, and how many those series have. */
  readonly fewer = { images: 0, of: 0, series: 0 };
  /** Copies without a list of their images, left out: nobody can say how many images they have. */
  readonly unlisted = { studies: 0, series: 0 };
  /** Images of studies or series whose list the viewer gets by itself, from another archive. */
  readonly besideUnlisted = { images: 0 };
  /** Studies that another archive lists under another patient. */
  otherPatient = 0;
  /** Patients with the id of another archive's patient, and with attributes that contradict it. */
  contradictions = 0;
  /** Series that another archive lists under another study. */
  otherStudy = 0;
  /** The viewer has got images before this archive's: another launch compares all of them. */
  afterOthers = false;
  /** The archives whose copies are shown. */
  readonly shownFrom = new Set<string>();

  /** The sentences for the reader, none where nothing differs. */
  notices(arcId: string): Notice[] {
    const { onlyHere, fewer, unlisted, besideUnlisted, otherPatient, contradictions, otherStudy } = this;
    const others = `${this.shownFrom.size > 1 ? 'archives' : 'archive'} ${[...this.shownFrom].sort().join(', ')}`;
    const alone = `Open the images with archive=${arcId} to see what archive ${arcId} has.`;
    const here = this.afterOthers ? `Launch again to see the fullest copies. ${alone}` : alone;
    const notices: Notice[] = [];
    const add = (severity: Notice['severity'], title: string, ...sentences: string[]) =>
      notices.push({ severity, title: `Archive ${arcId}: ${title}`, description: sentences.join(' ') });
    if (onlyHere.images > 0)
      add(
        'WARN',
        'images not shown',
        `${counted(onlyHere.images, 'image')} of ${counted(onlyHere.series, 'series', 'series')} ${onlyHere.images === 1 ? 'is' : 'are'} only in archive ${arcId} and not shown.`,
        `The viewer takes each series from one archive, here from ${others}.`,
        here,
      );
    if (besideUnlisted.images > 0)
      add(
        'WARN',
        'images may be missing',
        `Archive ${arcId} lists ${counted(besideUnlisted.images, 'image')} of series that the viewer takes from ${others}, which did not list its images.`,
        `Images that only archive ${arcId} has may not be shown.`,
        here,
      );
    if (unlisted.studies + unlisted.series > 0)
      add(
        'INFO',
        'copies not compared',
        `Archive ${arcId} names ${[
          ...(unlisted.studies > 0 ? [counted(unlisted.studies, 'study', 'studies')] : []),
          ...(unlisted.series > 0 ? [counted(unlisted.series, 'series', 'series')] : []),
        ].join(' and ')} without their images; the copies of ${others} are shown.`,
        `Archive ${arcId} may have more images of them.`,
        here,
      );
    if (fewer.series > 0)
      add(
        'INFO',
        'incomplete copies',
        `Archive ${arcId} has ${fewer.images} of the ${counted(fewer.of, 'image')} of ${counted(fewer.series, 'series', 'series')}.`,
        `The viewer shows all of them, from ${others}.`,
      );
    if (otherPatient > 0)
      add(
        'WARN',
        'listed under another patient',
        `Archive ${arcId} lists ${counted(otherPatient, 'study', 'studies')} under another patient than ${others}.`,
        'The images of each archive are shown under the patient that it names. Check the patient before you rely on them.',
      );
    if (contradictions > 0)
      add(
        'WARN',
        'one Patient ID, two patients',
        `Archive ${arcId} names ${counted(contradictions, 'patient', 'patients')} with the Patient ID of another archive's patient, but with another name, birth date or sex.`,
        'The images of each archive are shown under the patient that it names. Check the patient before you rely on them.',
      );
    if (otherStudy > 0)
      add(
        'WARN',
        'listed under another study',
        `Archive ${arcId} lists ${counted(otherStudy, 'series', 'series')} under another study than ${others}.`,
        'Each series is shown once. Check the study before you rely on it.',
      );
    return notices;
  }
}

/**
 * The notice of an archive that could not be asked, with how many studies are shown without it.
 *
 * @param studies those that other archives list
 */
export function withMayHaveMore(notice: Notice, arcId: string, studies: number): Notice {
  const more = `${counted(studies, 'study is', 'studies are')} shown from other archives; archive ${arcId} may have more images of ${studies === 1 ? 'it' : 'them'}.`;
  return { ...notice, description: `${notice.description} ${more}` };
}
