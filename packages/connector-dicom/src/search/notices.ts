import { checkIdentifiers, counted, type ErrorCode, type Missing, type Notice } from '@pacs-connectors/connector-core';
import { type DimseError } from '../dimse/dimse-error.js';
import { codes } from '../errors/error-codes.js';
import { type StudyAnswer } from './answers.js';
import { type OtherStudy } from './archive.js';
import { type OmissionReason, type Omissions } from './omissions.js';
import { type Shortfall } from './partial-results.js';

/** A query that failed, and what is missing because of it. */
export interface Fault {
  error: DimseError;
  level: Missing['level'];
  studyInstanceUid?: string;
  seriesInstanceUid?: string;
}

interface FaultGroup {
  count: number;
  error: DimseError;
  level: Missing['level'];
  studyUids: Set<string>;
}

/** Collects the notices of one answer, which say what is missing or uncertain in it. */
export class Notices {
  private readonly added: Notice[] = [];
  private readonly faults = new Map<string, FaultGroup>();
  /** Studies and series whose content could not be queried. */
  readonly faultyUids = new Set<string>();

  constructor(private readonly connectorId: string) {}

  /** Returns all notices. Faults of one kind are one notice. */
  list(): Notice[] {
    return [...this.added, ...[...this.faults.values()].map((group) => this.faultNotice(group))];
  }

  /** Adds a query that failed. A study or series counts once. */
  fault({ error, level, studyInstanceUid, seriesInstanceUid }: Fault): void {
    const uid = seriesInstanceUid ?? studyInstanceUid;
    if (uid !== undefined) {
      if (this.faultyUids.has(uid)) return;
      this.faultyUids.add(uid);
    }
    const key = `${level} ${error.code}`;
    const group = this.faults.get(key) ?? { count: 0, error, level, studyUids: new Set() };
    group.count += 1;
    if (studyInstanceUid !== undefined) group.studyUids.add(studyInstanceUid);
    this.faults.set(key, group);
  }

  private faultNotice({ count, error, level, studyUids }: FaultGroup): Notice {
    const queries = counted(count, 'query', 'queries');
    const what = { study: 'their studies', series: 'their series and images', instance: 'their images' }[level];
    const [verb, code] = error.queryOnly
      ? ['refused', codes['dicom.queries.refused']]
      : ['did not answer', codes['dicom.queries.failed']];
    return {
      severity: 'ERROR',
      code,
      title: 'Incomplete',
      description: `Archive ${this.connectorId} ${verb} ${queries}; ${what} are missing: ${sentence(error)}`,
      missing: { level, ...(studyUids.size > 0 ? { studyInstanceUids: [...studyUids] } : {}) },
    };
  }

  /** Adds notices about matches that were left out, and answers that were cut. */
  omissions(omissions: Omissions): void {
    for (const level of LEVELS) {
      const { one, many, missing } = NAMES[level];
      for (const [reason, [code, what, remedy]] of OMISSION_TEXTS) {
        const count = omissions.count(reason, level);
        if (count === 0) continue;
        const text = `returned ${count} ${count === 1 ? one : many} ${what}; ${count === 1 ? 'it is' : 'they are'} missing. ${remedy}`;
        this.add(code, 'WARN', 'Incomplete', text, { level: missing, count });
      }
      const cut = omissions.cutAnswers.filter((answer) => answer.level === level);
      const [first] = cut;
      if (!first) continue;
      const studies = cut.flatMap(({ studyInstanceUid }) => studyInstanceUid ?? []);
      const answers = counted(cut.length, 'answer');
      this.add(
        codes['dicom.answer.cut'],
        'WARN',
        'Incomplete',
        `ended ${answers} early; further ${many} may be missing: ${sentence(first.error)}`,
        { level: missing, ...(studies.length > 0 ? { studyInstanceUids: [...new Set(studies)] } : {}) },
      );
    }
  }

  conflictingParents(count: number): void {
    this.add(
      codes['dicom.uids.conflicting-parents'],
      'WARN',
      'Incomplete',
      `lists ${count} UIDs under more than one parent; each is shown under one of them.`,
    );
  }

  /** Adds a notice about studies that are left out because they lack the searched issuer. */
  issuerUnknown(count: number): void {
    this.add(
      codes['dicom.issuer.unknown'],
      'WARN',
      'Issuer unknown',
      `returned ${counted(count, 'study', 'studies')} without the issuer of their Patient ID. They are not shown. Search without an issuer to see them.`,
      { level: 'study', count },
    );
  }

  /** Adds a notice that the archive returns no issuers. */
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
      { level: what === 'series' ? 'series' : 'instance', count },
    );
  }

  /** Adds a notice that images were found, but not their studies. */
  studiesMissing(count: number): void {
    this.add(
      codes['dicom.studies.missing'],
      'ERROR',
      'Incomplete',
      `lists images of ${counted(count, 'study', 'studies')} that it does not list; they are missing.`,
      { level: 'study', count },
    );
  }

  /**
   * Adds a notice that the archive ends answers at a number of matches without saying so.
   *
   * @param studyUids the studies whose content is missing; none at STUDY level.
   */
  cutSilently(level: 'STUDY' | 'SERIES' | 'IMAGE', limit: number, studyUids: readonly string[] = []): void {
    const { many, missing } = NAMES[level];
    const rest =
      level === 'STUDY'
        ? 'Others were found by Study Date; studies without a date may be missing'
        : 'Others are missing';
    this.add(
      codes['dicom.answer.cut-silently'],
      'WARN',
      'Incomplete',
      `ends answers after ${limit} ${many} without saying so. ${rest}. Raise the archive's limit on the number of matches.`,
      { level: missing, ...(studyUids.length > 0 ? { studyInstanceUids: studyUids } : {}) },
    );
  }

  /** Adds a notice that a study is shown without its attributes, because the query for them failed. */
  studyUndescribed(studyInstanceUid: string, error: DimseError): void {
    this.add(
      codes['dicom.studies.undescribed'],
      'WARN',
      'Study without attributes',
      `did not answer the query for 1 study, which is shown without its attributes and those of its patient: ${sentence(error)}`,
      { level: 'study', studyInstanceUids: [studyInstanceUid] },
    );
  }

  /** Adds notices that were made elsewhere. */
  addAll(notices: readonly Notice[]): void {
    this.added.push(...notices);
  }

  /** Returns the studies with another identifier that Other Patient IDs explain, and counts all of them in notices. */
  checkIdentifiers(
    name: 'Patient ID' | 'Accession Number',
    wanted: string,
    others: readonly OtherStudy[],
  ): StudyAnswer[] {
    const { own, notices } = checkIdentifiers(this.connectorId, name, wanted, others, ({ id, otherPatientIds }) => ({
      id,
      others: otherPatientIds,
    }));
    this.added.push(...notices);
    return own.map(({ answer }) => answer);
  }

  fewerStudiesThanCounted(count: number): void {
    if (count === 0) return;
    const text = `counts ${counted(count, 'more study', 'more studies')} of the patient than it lists; they are missing. Raise the archive's limit on the number of matches.`;
    this.add(codes['dicom.studies.fewer-than-counted'], 'WARN', 'Incomplete', text, { level: 'study', count });
  }

  fewerThanCounted({ images, series, emptyStudies, emptySeries }: Shortfall): void {
    const add = (code: ErrorCode, text: string, missing: Missing) =>
      this.add(code, 'WARN', 'Incomplete', text, missing);
    if (images.size > 0) {
      const count = sum(images.values());
      const text = `counts ${counted(count, 'more image')} than it lists; they are missing.`;
      add(codes['dicom.images.missing'], text, { level: 'instance', count, studyInstanceUids: [...images.keys()] });
    }
    if (series.size > 0) {
      const count = sum(series.values());
      const text = `counts ${count} more series than it lists; they are missing.`;
      add(codes['dicom.series.missing'], text, { level: 'series', count, studyInstanceUids: [...series.keys()] });
    }
    if (emptyStudies.length > 0) {
      const text = `lists ${counted(emptyStudies.length, 'study', 'studies')}, but nothing in them; their images are missing.`;
      add(codes['dicom.studies.empty'], text, { level: 'series', studyInstanceUids: emptyStudies });
    }
    if (emptySeries.size > 0) {
      const text = `lists ${emptySeries.size} series, but no images in them; they are missing.`;
      const studyInstanceUids = [...new Set(emptySeries.values())];
      add(codes['dicom.series.empty'], text, { level: 'instance', studyInstanceUids });
    }
  }

  /** @param text follows the archive's name. */
  private add(code: ErrorCode, severity: Notice['severity'], title: string, text: string, missing?: Missing): void {
    const description = `Archive ${this.connectorId} ${text}`;
    this.added.push({ severity, code, title, description, ...(missing ? { missing } : {}) });
  }
}

const LEVELS = ['STUDY', 'SERIES', 'IMAGE'] as const;
const NAMES: Record<(typeof LEVELS)[number], { one: string; many: string; missing: Missing['level'] }> = {
  STUDY: { one: 'study', many: 'studies', missing: 'study' },
  SERIES: { one: 'series', many: 'series', missing: 'series' },
  IMAGE: { one: 'image', many: 'images', missing: 'instance' },
};

const OMISSION_TEXTS = new Map<OmissionReason, [code: ErrorCode, what: string, remedy: string]>([
  [
    'invalid-uid',
    [
      codes['dicom.matches.without-uid'],
      'that have no valid UID',
      "Ask the archive's administrator to correct their UIDs.",
    ],
  ],
  [
    'without-key',
    [
      codes['dicom.matches.without-key'],
      'without the Patient ID or Accession Number that was searched for',
      "Report it to the archive's manufacturer.",
    ],
  ],
  ['malformed', [codes['dicom.matches.malformed'], 'that cannot be read', "Report it to the archive's manufacturer."]],
]);

function sum(values: Iterable<number>): number {
  return [...values].reduce((total, value) => total + value, 0);
}

function sentence(error: Error & { remedy?: string }): string {
  return error.remedy ? `${error.message}. ${error.remedy}` : error.message;
}
