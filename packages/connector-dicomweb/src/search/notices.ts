import {
  archiveErrors,
  checkIdentifiers,
  type ConnectorError,
  counted,
  type ErrorCode,
  type Missing,
  type Notice,
  type ReturnedIdentifiers,
} from '@pacs-connectors/connector-core';
import { codes } from '../errors/error-codes.js';
import { type DicomJson } from '../json/dicom-json.js';

export type ResultKind = 'studies' | 'series' | 'instances';
const LEVELS = { studies: 'study', series: 'series', instances: 'instance' } as const;

/** What one answer lacks or leaves uncertain, for its user. Each notice comes once, with the sum of its counts. */
export class Notices {
  private readonly entries = new Map<string, Entry>();
  private readonly added: Notice[] = [];

  constructor(private readonly connectorId: string) {}

  list(): Notice[] {
    const counted = [...this.entries.values()].map(({ notice, text, count, missing }) => ({
      ...notice,
      description: `Archive ${this.connectorId} ${text(count)}`,
      ...(missing && { missing: missing.count === undefined ? missing : { ...missing, count } }),
    }));
    return [...counted, ...this.added];
  }

  withoutUid(): void {
    this.add(
      'WARN',
      codes['dicomweb.result.without-uid'],
      'Not shown',
      '',
      (count) => {
        return `returned ${counted(count, 'result')} without a valid UID, which cannot be shown. Report this to its administrator.`;
      },
      1,
      { level: 'instance' },
    );
  }

  /** Results could not be read. */
  unreadable(results: number): void {
    const text = (count: number) =>
      `returned ${counted(count, 'result')} that cannot be read, which cannot be shown. Report this to its administrator.`;
    this.add('WARN', codes['dicomweb.result.unreadable'], 'Not shown', '', text, results, { level: 'instance' });
  }

  conflictingParents(uids: number): void {
    const text = (count: number) =>
      `lists ${counted(count, 'UID')} under more than one patient, study or series. Each is shown under one of them.`;
    this.add('WARN', codes['dicomweb.result.conflicting-parents'], 'Identifiers under two parents', '', text, uids);
  }

  /** Studies are left out, because the archive does not return the issuer of their Patient ID. */
  issuerUnknown(studies: number): void {
    const text = (count: number) =>
      `returned ${counted(count, 'study', 'studies')} of the Patient ID without the requested issuer. They are not shown. Search without the issuer to see them.`;
    this.add('WARN', codes['dicomweb.issuer.unknown'], 'Issuer not known', '', text, studies, {
      level: 'study',
    });
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
    this.add('WARN', codes['dicomweb.identifier.unsearchable'], 'Not searched', text, () => text, 1, {
      level: 'study',
    });
  }

  /** Results are beyond a limit of the server. @param what the kind of result: `series`, `instances`, `studies`. */
  truncated(what: ResultKind): void {
    const text = () =>
      `limits how many ${what} it returns at once and does not return the rest. Some may be missing. Ask its administrator to raise the limit.`;
    this.add('WARN', codes['dicomweb.answer.limited'], 'Incomplete', what, text, 1, { level: LEVELS[what] });
  }

  /** The server returned fewer results than it counts. */
  fewerThanCounted(what: ResultKind): void {
    const text = () => `returned fewer ${what} of a study than it counts. Some may be missing. Search again later.`;
    this.add('WARN', codes['dicomweb.answer.incomplete'], 'Incomplete', what, text, 1, { level: LEVELS[what] });
  }

  keyIgnored(keyword: string): void {
    const text = () =>
      `returned too many studies of other ${keyword} values, as if it did not search by ${keyword}. Some may be missing.`;
    this.add('WARN', codes['dicomweb.key.ignored'], 'Incomplete', keyword, text, 1, { level: 'study' });
  }

  /** The search for one identifier of several failed. */
  searchFailed(error: ConnectorError): void {
    const text = (count: number) =>
      `could not be searched for ${counted(count, 'identifier')}, whose studies are missing: ${reasonOf(error)}`;
    const missing: Missing = { level: 'study' };
    this.add('WARN', codes['dicomweb.identifier.failed'], 'Incomplete', error.message, text, 1, missing);
  }

  /** The content of a study could not be queried. */
  studyFailed(studyInstanceUid: string, error: ConnectorError): void {
    const text = (count: number) =>
      `did not return all series and images of ${counted(count, 'study', 'studies')}: ${reasonOf(error)}`;
    const missing: Missing = { level: 'series', studyInstanceUids: [studyInstanceUid] };
    this.add('WARN', codes['dicomweb.study.failed'], 'Incomplete', error.message, text, 1, missing);
  }

  seriesWithoutInstances(series: number, studyInstanceUid: string): void {
    const text = (count: number) =>
      `returned ${count} series without images. Their images are missing. Check these series in the archive.`;
    const missing: Missing = { level: 'instance', studyInstanceUids: [studyInstanceUid] };
    this.add('WARN', codes['dicomweb.series.empty'], 'Incomplete', '', text, series, missing);
  }

  /**
   * Returns the studies with another identifier that Other Patient IDs explain, and counts all of them in notices.
   *
   * @param isKeyIgnored the others are not counted, because the server does not search by the identifier.
   */
  checkIdentifiers(
    name: 'Patient ID' | 'Accession Number',
    wanted: string,
    others: readonly DicomJson[],
    isKeyIgnored: boolean,
    identifiersOf: (record: DicomJson) => ReturnedIdentifiers,
  ): DicomJson[] {
    const { own, notices } = checkIdentifiers(this.connectorId, name, wanted, others, identifiersOf);
    const differs = archiveErrors.codes['archive.identifier.differs'];
    this.added.push(...notices.filter(({ code }) => !(isKeyIgnored && code === differs)));
    return own;
  }

  /** Adds notices that another package made. */
  addAll(notices: readonly Notice[]): void {
    this.added.push(...notices);
  }

  attributesRejected(): void {
    const text = () =>
      'rejects queries that request attributes (includefield). Descriptions and numbers may be missing.';
    this.add('WARN', codes['dicomweb.attributes.rejected'], 'Texts missing', '', text);
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
    missing?: Missing,
  ): void {
    const key = `${code} ${subject}`;
    const entry: Entry = this.entries.get(key) ?? { notice: { severity, code, title }, text, count: 0 };
    entry.count += count;
    const studyInstanceUids = [...(entry.missing?.studyInstanceUids ?? []), ...(missing?.studyInstanceUids ?? [])];
    if (missing) entry.missing = { ...missing, ...(studyInstanceUids.length > 0 && { studyInstanceUids }) };
    this.entries.set(key, entry);
  }
}

type Text = (count: number) => string;

interface Entry {
  notice: Pick<Notice, 'severity' | 'code' | 'title'>;
  text: Text;
  count: number;
  missing?: Missing;
}

/** Returns what went wrong and what to do, as sentences. */
function reasonOf({ message, remedy }: ConnectorError): string {
  return `${message.replace(/\.$/, '')}.${remedy ? ` ${remedy}` : ''}`;
}
