import { type ErrorCode, type Notice } from '@pacs-connectors/connector-core';
import { codes } from '../errors/error-codes.js';

/** What one answer lacks or leaves uncertain, for its user. Each notice comes once, with the sum of its counts. */
export class Notices {
  private readonly entries = new Map<string, { notice: Omit<Notice, 'description'>; text: Text; count: number }>();

  constructor(private readonly connectorId: string) {}

  list(): Notice[] {
    return [...this.entries.values()].map(({ notice, text, count }) => ({
      ...notice,
      description: `Archive ${this.connectorId} ${text(count)}`,
    }));
  }

  withoutUid(): void {
    this.add('WARN', codes['dicomweb.result.without-uid'], 'Not shown', '', (count) => {
      return `returned ${plural(count, 'result')} without a valid UID, which cannot be shown. Report this to its administrator.`;
    });
  }

  /** Results could not be read. */
  unreadable(results: number): void {
    const text = (count: number) =>
      `returned ${plural(count, 'result')} that cannot be read, which cannot be shown. Report this to its administrator.`;
    this.add('WARN', codes['dicomweb.result.unreadable'], 'Not shown', '', text, results);
  }

  conflictingParents(uids: number): void {
    const text = (count: number) =>
      `lists ${plural(count, 'UID')} under more than one patient, study or series. Each is shown under one of them.`;
    this.add('WARN', codes['dicomweb.result.conflicting-parents'], 'Identifiers under two parents', '', text, uids);
  }

  /** Studies are left out, because the archive does not return the issuer of their Patient ID. */
  issuerUnknown(studies: number): void {
    const text = (count: number) =>
      `returned ${plural(count, 'study', 'studies')} of the Patient ID without the requested issuer. They are not shown. Search without the issuer to see them.`;
    this.add('WARN', codes['dicomweb.issuer.unknown'], 'Issuer not known', '', text, studies);
  }

  /** The server alone compared the issuer. */
  issuerNotChecked(): void {
    const text = () => 'does not return issuers, so it alone compared the issuer of the Patient ID.';
    this.add('INFO', codes['dicomweb.issuer.unchecked'], 'Issuer not checked', 'issuer', text);
  }

  universalEntityIdNotChecked(): void {
    const text = () =>
      'does not return which authority issued the Patient ID of some studies. They may be of another patient with this ID.';
    this.add('WARN', codes['dicomweb.issuer.unchecked'], 'Issuer not checked', 'universal entity', text);
  }

  /** @param text what the archive does not search for, after "Archive … ". */
  notSearched(text: string): void {
    this.add('WARN', codes['dicomweb.identifier.unsearchable'], 'Not searched', text, () => text);
  }

  /** Results are beyond a limit of the server. @param what the kind of result: `series`, `instances`, `studies`. */
  truncated(what: string): void {
    const text = () =>
      `limits how many ${what} it returns at once and does not return the rest. Some may be missing. Ask its administrator to raise the limit.`;
    this.add('WARN', codes['dicomweb.answer.limited'], 'Incomplete', what, text);
  }

  /** The server returned fewer results than it counts. */
  fewerThanCounted(what: string): void {
    const text = () => `returned fewer ${what} of a study than it counts. Some may be missing. Search again later.`;
    this.add('WARN', codes['dicomweb.answer.incomplete'], 'Incomplete', what, text);
  }

  keyIgnored(keyword: string): void {
    const text = () =>
      `returned too many studies of other ${keyword} values, as if it did not search by ${keyword}. Some may be missing.`;
    this.add('WARN', codes['dicomweb.key.ignored'], 'Incomplete', keyword, text);
  }

  filterNotApplied(text: string): void {
    this.add('WARN', codes['dicomweb.filter.not-applied'], 'Filter not applied', text, () => text);
  }

  private add(
    severity: Notice['severity'],
    code: ErrorCode,
    title: string,
    subject: string,
    text: Text,
    count = 1,
  ): void {
    const key = `${code} ${subject}`;
    const entry = this.entries.get(key) ?? { notice: { severity, code, title }, text, count: 0 };
    entry.count += count;
    this.entries.set(key, entry);
  }
}

type Text = (count: number) => string;

function plural(count: number, one: string, several = `${one}s`): string {
  return `${count} ${count === 1 ? one : several}`;
}
