import { counted, type Notice } from '@pacs-connectors/connector-core';
import { listed } from '../arrange/left-out.js';
import { codes } from '../model/error-codes.js';

/** How the copies of one archive differ from those that are shown instead. */
export class Differences {
  /** Images that only this archive has, in series that are shown from another archive. */
  readonly onlyHere = { images: 0, series: 0 };
  /** Images that this archive has of series that another archive has more of, and the number of images of those series. */
  readonly fewer = { images: 0, of: 0, series: 0 };
  /** Copies that are left out because the archive did not list their images, so that they cannot be counted. */
  readonly unlisted = { studies: 0, series: 0 };
  /** Images of studies or series whose images the viewer lists itself, from another archive. */
  readonly besideUnlisted = { images: 0 };
  /** Studies that another archive lists under another patient. */
  otherPatient = 0;
  /** Patients with the id of another archive's patient and with contradictory attributes. */
  contradictions = 0;
  /** Series that another archive lists under another study. */
  otherStudy = 0;
  /** The viewer got images of other archives before; another launch compares all of them. */
  afterOthers = false;
  /** The archives whose copies are shown. */
  readonly shownFrom = new Set<string>();

  /** Returns a notice for each kind of difference. */
  notices(arcId: string): Notice[] {
    const { onlyHere, fewer, unlisted, besideUnlisted, otherPatient, contradictions, otherStudy } = this;
    const others = `${this.shownFrom.size > 1 ? 'archives' : 'archive'} ${[...this.shownFrom].sort().join(', ')}`;
    const alone = `Open the images with archive=${arcId} to see what archive ${arcId} has.`;
    const here = this.afterOthers ? `Launch again to see the most complete copies. ${alone}` : alone;
    const notices: Notice[] = [];
    const add = (severity: Notice['severity'], code: keyof typeof codes, title: string, ...sentences: string[]) =>
      notices.push({
        severity,
        code: codes[code],
        title: `Archive ${arcId}: ${title}`,
        description: sentences.join(' '),
      });
    if (onlyHere.images > 0)
      add(
        'WARN',
        'manifest.copies.not-shown',
        'images not shown',
        `${counted(onlyHere.images, 'image')} of ${counted(onlyHere.series, 'series', 'series')} ${onlyHere.images === 1 ? 'is' : 'are'} only in archive ${arcId} and not shown.`,
        `The viewer takes each series from one archive, here from ${others}.`,
        here,
      );
    if (besideUnlisted.images > 0)
      add(
        'WARN',
        'manifest.copies.maybe-missing',
        'images may be missing',
        `Archive ${arcId} lists ${counted(besideUnlisted.images, 'image')} of series that the viewer takes from ${others}, which did not list its images.`,
        `Images that only archive ${arcId} has may not be shown.`,
        here,
      );
    if (unlisted.studies + unlisted.series > 0)
      add(
        'INFO',
        'manifest.copies.not-compared',
        'copies not compared',
        `Archive ${arcId} names ${listed([
          ...(unlisted.studies > 0 ? [counted(unlisted.studies, 'study', 'studies')] : []),
          ...(unlisted.series > 0 ? [counted(unlisted.series, 'series', 'series')] : []),
        ])} without their images; the copies of ${others} are shown.`,
        `Archive ${arcId} may have more images of them.`,
        here,
      );
    if (fewer.series > 0)
      add(
        'INFO',
        'manifest.copies.incomplete',
        'incomplete copies',
        `Archive ${arcId} has ${fewer.images} of the ${counted(fewer.of, 'image')} of ${counted(fewer.series, 'series', 'series')}.`,
        `The viewer shows all of them, from ${others}.`,
      );
    if (otherPatient > 0)
      add(
        'WARN',
        'manifest.study.other-patient',
        'listed under another patient',
        `Archive ${arcId} lists ${counted(otherPatient, 'study', 'studies')} under another patient than ${others}.`,
        'The images of each archive are shown under the patient that it names. Check the patient before you rely on them.',
      );
    if (contradictions > 0)
      add(
        'WARN',
        'manifest.patient.contradictory',
        'one Patient ID, two patients',
        `Archive ${arcId} names ${counted(contradictions, 'patient', 'patients')} with the Patient ID of another archive's patient, but with another name, birth date or sex.`,
        'The images of each archive are shown under the patient that it names. Check the patient before you rely on them.',
      );
    if (otherStudy > 0)
      add(
        'WARN',
        'manifest.series.other-study',
        'listed under another study',
        `Archive ${arcId} lists ${counted(otherStudy, 'series', 'series')} under another study than ${others}.`,
        'Each series is shown once. Check the study before you rely on it.',
      );
    return notices;
  }
}

/**
 * Adds the number of studies that are shown without an archive to the notice that it could not be asked.
 *
 * @param studies the number of studies that other archives list
 */
export function withMayHaveMore(notice: Notice, arcId: string, studies: number): Notice {
  const more = `${counted(studies, 'study is', 'studies are')} shown from other archives; archive ${arcId} may have more images of ${studies === 1 ? 'it' : 'them'}.`;
  return { ...notice, description: `${notice.description} ${more}` };
}
