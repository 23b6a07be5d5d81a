import { type Notice } from '@pacs-connectors/connector-core';

/** What the user is told about one answer, each notice once. */
export class Notices {
  private readonly byText = new Map<string, Notice>();

  constructor(private readonly connectorId: string) {}

  list(): Notice[] {
    return [...this.byText.values()];
  }

  add(severity: Notice['severity'], title: string, text: string): void {
    this.byText.set(text, { severity, title, description: `Archive ${this.connectorId}: ${text}` });
  }

  withoutUid(): void {
    this.add('WARN', 'Not shown', 'it gives results without a valid UID, which cannot be shown.');
  }

  conflictingParents(count: number): void {
    this.add(
      'WARN',
      'Identifiers under two parents',
      `it lists ${count} UID(s) under more than one patient, study or series; each stands under one of them.`,
    );
  }

  /** Studies left out since they lack the issuer that was asked for. */
  issuerUnknown(count: number): void {
    this.add(
      'WARN',
      'Issuer not known',
      `${count === 1 ? '1 study is' : `${count} studies are`} not shown: of the Patient ID that was asked for, without that issuer.`,
    );
  }

  /** The server alone compared the issuer. */
  issuerNotChecked(): void {
    this.add('INFO', 'Issuer not checked', 'it does not tell issuers; that of the Patient ID was left to it.');
  }

  universalEntityIdNotChecked(): void {
    this.add(
      'WARN',
      'Issuer not checked',
      'it does not tell which authority issued the Patient ID of some studies; they may be of another patient with that ID.',
    );
  }

  notSearched(text: string): void {
    this.add('WARN', 'Not searched', text);
  }

  /** Results lie beyond a limit of the server. */
  truncated(what: string): void {
    this.add(
      'WARN',
      'Incomplete',
      `it limits how many ${what} it gives at once and does not give the rest; some may be missing.`,
    );
  }

  /** Fewer results than the server counts. */
  fewerThanCounted(what: string): void {
    this.add(
      'WARN',
      'Incomplete',
      `it gives fewer ${what} of a study than it says that there are; some may be missing.`,
    );
  }

  keyIgnored(keyword: string): void {
    this.add(
      'WARN',
      'Incomplete',
      `it gives too many studies of other ${keyword} values than the one asked for, as if it did not search by ${keyword}; some may be missing.`,
    );
  }

  filterNotApplied(text: string): void {
    this.add('WARN', 'Filter not applied', text);
  }
}
