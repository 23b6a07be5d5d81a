import { type IdentifierKind, type Missing, type Notice, type TreeCount } from '@pacs-connectors/connector-core';
import { codes } from '../errors/error-codes.js';
import { KINDS } from './identifier-kinds.js';

/** Collects the notices about one answer. */
export class Notices {
  private readonly added: Notice[] = [];

  constructor(private readonly connectorId: string) {}

  list(): Notice[] {
    return this.added;
  }

  /**
   * Adds a notice about identifiers that were not searched.
   *
   * @param kinds The kinds of identifier in the request that have no column.
   */
  notSearched(kinds: readonly IdentifierKind[]): void {
    const names = kinds.map((kind) => KINDS[kind].name).join(', ');
    const settings = kinds.map((kind) => KINDS[kind].setting).join(', ');
    this.add(
      'WARN',
      'db.criteria.not-searched',
      'Not searched',
      ` was not searched by ${names}: its configuration has no ${settings}.`,
      { level: 'study' },
    );
  }

  /** Adds a notice that the select returns no issuers. */
  issuerNotCompared(): void {
    this.add(
      'WARN',
      'db.issuer.not-compared',
      'Issuer not compared',
      ' was searched by the Patient ID alone: its select does not return issuerOfPatientId.',
    );
  }

  /** Adds a notice that every study of the Patient ID is from another issuer. */
  otherIssuer(studies: number): void {
    const found = studies === 1 ? 'one study' : `${studies} studies`;
    this.add(
      'WARN',
      'db.issuer.other',
      'Patient of another issuer',
      ` has ${found} of this Patient ID, but from another issuer. Search without an issuer to see them.`,
      { level: 'study', count: studies },
    );
  }

  /** Adds a notice that rows were missing when the time was over. */
  deadlinePassed({ studies, instances }: TreeCount): void {
    this.add(
      'WARN',
      'db.rows.deadline-passed',
      'Images missing',
      ` did not return all rows in time. ${imageCount(instances)} of ${studyCount(studies)} came; others may be missing.`,
      { level: 'study' },
    );
  }

  /** Adds a notice that the archive returned more images than the configuration allows. */
  tooManyInstances({ studies, instances }: TreeCount): void {
    this.add(
      'WARN',
      'db.rows.limit-reached',
      'Images missing',
      ` has more images than db-connector.max-instances allows. ${imageCount(instances)} of ${studyCount(studies)} are shown.`,
      { level: 'study' },
    );
  }

  /** Adds a notice that the select's own limit was reached. */
  selectLimitReached(rows: number): void {
    this.add(
      'WARN',
      'db.select.limit-reached',
      'Images missing',
      ` returned ${rowCount(rows)}, which is the limit of its select. Further images may be missing.`,
      { level: 'study' },
    );
  }

  /** Adds a notice about rows without the UID of their study or series. */
  rowsWithoutParent(rows: number): void {
    this.add(
      'WARN',
      'db.rows.without-parent',
      'Images missing',
      ` returned ${rowCount(rows)} without a Study or Series Instance UID. Their images are missing.`,
      { level: 'instance', count: rows },
    );
  }

  /** Adds a notice about rows without a series or an instance. */
  rowsWithoutImage(rows: number): void {
    this.add(
      'INFO',
      'db.rows.without-image',
      'No images yet',
      ` returned ${rowCount(rows)} without a series or an image. These studies or series are still empty.`,
    );
  }

  /** Adds a notice about unreadable dates. Filters by date keep their studies. */
  unreadableDates(count: number): void {
    this.add(
      'WARN',
      'db.rows.date-unreadable',
      'Dates missing',
      ` returned ${count === 1 ? 'one date' : `${count} different dates`} in a form that cannot be read. Filters by date keep studies without a date.`,
    );
  }

  contradictingRows(count: number): void {
    const uids = count === 1 ? 'one UID' : `${count} UIDs`;
    this.add(
      'WARN',
      'db.rows.contradicting',
      'Contradicting rows',
      ` returned ${uids} under more than one patient, study or series. Each is listed once.`,
    );
  }

  /** @param text follows the archive's name. */
  private add(
    severity: Notice['severity'],
    code: keyof typeof codes,
    title: string,
    text: string,
    missing?: Missing,
  ): void {
    const description = `Archive ${this.connectorId}${text}`;
    this.added.push({ severity, code: codes[code], title, description, ...(missing && { missing }) });
  }
}

function imageCount(count: number): string {
  return count === 1 ? 'One image' : `${count} images`;
}

function studyCount(count: number): string {
  return count === 1 ? 'one study' : `${count} studies`;
}

function rowCount(count: number): string {
  return count === 1 ? 'one row' : `${count} rows`;
}
