import { type IdentifierKind, type Notice } from '@pacs-connectors/connector-core';
import { KINDS } from './identifier-kinds.js';

/** What the user is told about one answer. */
export class Notices {
  private readonly added: Notice[] = [];

  constructor(private readonly connectorId: string) {}

  list(): Notice[] {
    return this.added;
  }

  /** @param text follows the archive's name. */
  add(severity: Notice['severity'], title: string, text: string): void {
    this.added.push({ severity, title, description: `Archive ${this.connectorId}${text}` });
  }

  /** @param kinds kinds of identifier that were asked for and have no column. */
  notSearched(kinds: readonly IdentifierKind[]): void {
    const names = kinds.map((kind) => KINDS[kind].name).join(', ');
    const settings = kinds.map((kind) => KINDS[kind].setting).join(', ');
    this.add('WARN', 'Not searched', ` cannot be searched by ${names}: its configuration has no ${settings}.`);
  }

  /** The select yields no issuers. */
  issuerNotChecked(): void {
    this.add(
      'WARN',
      'Issuer not compared',
      ' does not tell who issued a Patient ID (its select yields no issuerOfPatientId): patients were found by the ID alone.',
    );
  }

  /** Rows without the UID of their study or series. */
  withoutUid(rows: number): void {
    const text = `${rowCount(rows)} without the Study or Series Instance UID that it belongs to could not be listed.`;
    this.add('WARN', 'Images not listed', `: ${text}`);
  }

  /** Rows that end above the instance. */
  withoutImage(rows: number): void {
    const text = `${rowCount(rows)} without a series or an image: a study or series that is still empty.`;
    this.add('INFO', 'Nothing to show yet', `: ${text}`);
  }

  conflictingParents(count: number): void {
    const text = `${count} Study, Series or SOP Instance UID(s) stand under more than one patient, study or series; each is listed once.`;
    this.add('WARN', 'Contradicting rows', `: ${text}`);
  }
}

function rowCount(count: number): string {
  return count === 1 ? 'one row' : `${count} rows`;
}
