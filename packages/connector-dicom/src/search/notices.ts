import { type Notice } from '@pacs-connectors/connector-core';
import { type Shortfall } from './partial-results.js';

/** What the user is told about one answer. */
export class Notices {
  private readonly added: Notice[] = [];
  private readonly refusals = new Map<string, { count: number; error: Error }>();
  /** Studies and series whose content the archive refused. */
  readonly refusedUids = new Set<string>();

  constructor(private readonly connectorId: string) {}

  /** All notices; refused queries of one kind are one notice. */
  list(): Notice[] {
    const refusals = [...this.refusals].map(([what, { count, error }]): Notice => ({
      severity: 'ERROR',
      title: 'Incomplete',
      description: `${count} times the archive refused ${what}, which are missing: ${sentence(error)}`,
    }));
    return [...this.added, ...refusals];
  }

  /** @param text follows the archive's name. */
  add(severity: Notice['severity'], title: string, text: string): void {
    this.added.push({ severity, title, description: `Archive ${this.connectorId} ${text}` });
  }

  withoutUid(): void {
    this.add('WARN', 'Incomplete', 'answered with entries that have no valid UID; they are missing.');
  }

  withoutMatchingKey(): void {
    this.add(
      'WARN',
      'Incomplete',
      'answered with studies that lack the Patient ID or Accession Number that was asked for; they are missing.',
    );
  }

  conflictingParents(count: number): void {
    this.add('WARN', 'Incomplete', `lists ${count} UIDs under more than one parent; each stands under one of them.`);
  }

  /** Studies left out since they lack the issuer that was asked for. */
  issuerUnknown(count: number): void {
    this.add(
      'WARN',
      'Issuer not known',
      `does not tell the issuer of the Patient ID that was asked for in ${count} studies: they are not shown.`,
    );
  }

  /** The archive gives no issuers. */
  issuerNotChecked(): void {
    this.add(
      'INFO',
      'Issuer not checked',
      'does not tell which authority issued the Patient ID that was asked for: every study with that ID is shown.',
    );
  }

  /** @param what `series` or `images` that were asked for by their UID and not found. */
  notSearched(what: string, count: number): void {
    this.add(
      'WARN',
      'Incomplete',
      `has not shown that it can search for ${what} by their UID alone: ${count} that were asked for so were not found, and may be there all the same. Ask by the study or the patient.`,
    );
  }

  /** Images were found, and their studies were not. */
  studiesMissing(count: number): void {
    this.add('ERROR', 'Incomplete', `lists images of ${count} studies, but not their study: they are missing.`);
  }

  /** A query that the archive refused. @param uid of the study or series whose content it asked for. */
  refused(what: string, error: Error, uid?: string): void {
    if (uid !== undefined) {
      if (this.refusedUids.has(uid)) return;
      this.refusedUids.add(uid);
    }
    const known = this.refusals.get(what);
    if (known) known.count += 1;
    else this.refusals.set(what, { count: 1, error });
  }

  fewerThanCounted({ images, emptyStudies, emptySeries }: Shortfall): void {
    const add = (text: string) => this.add('WARN', 'Incomplete', text);
    if (images > 0) add(`counts ${images} images more in what was asked for than it lists: they are missing.`);
    if (emptyStudies > 0) add(`lists ${emptyStudies} studies, but nothing in them: it is missing.`);
    if (emptySeries > 0) add(`lists ${emptySeries} series, but no images in them: they are missing.`);
  }
}

function sentence(error: Error & { remedy?: string }): string {
  return error.remedy ? `${error.message}. ${error.remedy}` : error.message;
}
