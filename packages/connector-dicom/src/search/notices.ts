import { type ErrorCode, type Notice } from '@pacs-connectors/connector-core';
import { codes } from '../dimse/error-codes.js';
import { type Shortfall } from './partial-results.js';

/** The notices of one answer: what is missing or uncertain in it. */
export class Notices {
  private readonly added: Notice[] = [];
  private readonly refusals = new Map<string, { count: number; error: Error }>();
  /** Studies and series whose content the archive refused. */
  readonly refusedUids = new Set<string>();

  constructor(private readonly connectorId: string) {}

  /** Returns all notices. Refused queries of one kind are one notice. */
  list(): Notice[] {
    const refusals = [...this.refusals].map(([what, { count, error }]): Notice => {
      const queries = count === 1 ? '1 query' : `${count} queries`;
      const description = `Archive ${this.connectorId} refused ${queries}; ${what} are missing: ${sentence(error)}`;
      return { severity: 'ERROR', title: 'Incomplete', description, code: codes['dicom.queries.refused'] };
    });
    return [...this.added, ...refusals];
  }

  withoutUid(): void {
    this.add(
      codes['dicom.matches.without-uid'],
      'WARN',
      'Incomplete',
      "returned matches that have no valid UID; they are missing. Ask the archive's administrator to correct their UIDs.",
    );
  }

  withoutMatchingKey(): void {
    this.add(
      codes['dicom.matches.without-key'],
      'WARN',
      'Incomplete',
      'returned studies without the Patient ID or Accession Number that was searched for; they are missing.',
    );
  }

  conflictingParents(count: number): void {
    this.add(
      codes['dicom.uids.conflicting-parents'],
      'WARN',
      'Incomplete',
      `lists ${count} UIDs under more than one parent; each is shown under one of them.`,
    );
  }

  /** Studies that are left out because they lack the issuer that was searched for. */
  issuerUnknown(count: number): void {
    this.add(
      codes['dicom.issuer.unknown'],
      'WARN',
      'Issuer unknown',
      `returned ${count} studies without the issuer of their Patient ID; they are not shown. Search without an issuer to see them.`,
    );
  }

  /** The archive returns no issuers. */
  issuerNotChecked(): void {
    this.add(
      codes['dicom.issuer.not-checked'],
      'INFO',
      'Issuer not checked',
      'does not return who issued the Patient ID; all studies with that ID are shown.',
    );
  }

  /** @param what `series` or `images` that were searched by their UID and not found. */
  notSearched(what: string, count: number): void {
    this.add(
      codes['dicom.search.uid-alone-unproven'],
      'WARN',
      'Incomplete',
      `returned nothing for ${count} ${what} that were searched by UID alone. It has not shown that it can search so. Search by the study or the patient.`,
    );
  }

  /** Images were found, but not their studies. */
  studiesMissing(count: number): void {
    this.add(
      codes['dicom.studies.missing'],
      'ERROR',
      'Incomplete',
      `lists images of ${count} studies, but not the studies; they are missing.`,
    );
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
    const add = (code: ErrorCode, text: string) => this.add(code, 'WARN', 'Incomplete', text);
    if (images > 0) add(codes['dicom.images.missing'], `counts ${images} more images than it lists; they are missing.`);
    if (emptyStudies > 0) {
      add(
        codes['dicom.studies.empty'],
        `lists ${emptyStudies} studies, but nothing in them; their images are missing.`,
      );
    }
    if (emptySeries > 0) {
      add(codes['dicom.series.empty'], `lists ${emptySeries} series, but no images in them; they are missing.`);
    }
  }

  /** @param text follows the archive's name. */
  private add(code: ErrorCode, severity: Notice['severity'], title: string, text: string): void {
    this.added.push({ severity, title, description: `Archive ${this.connectorId} ${text}`, code });
  }
}

function sentence(error: Error & { remedy?: string }): string {
  return error.remedy ? `${error.message}. ${error.remedy}` : error.message;
}
