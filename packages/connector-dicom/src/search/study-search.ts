import {
  isUid,
  type PatientAttributes,
  type PatientIdentifier,
  type SearchCriteria,
} from '@pacs-connectors/connector-core';
import { Tag } from '../dimse/tags.js';
import { type StudyAnswer } from './answers.js';
import { type Archive, type StudyMatches } from './archive.js';
import { isFault } from './find-scu.js';
import { type DimseError } from '../dimse/dimse-error.js';
import { type DateRange, halvesOf, rangeValue, studiesIn } from './date-ranges.js';
import { FoundStudies } from './found-studies.js';
import { significant } from './identifier.js';
import { matchIssuer } from './issuers.js';
import { type Fault, type Notices } from './notices.js';
import { type QuerySupport } from './query-support.js';
import { BY_PATIENT } from './study-content.js';
import { type OnUidFault } from './study-keys.js';

/** Finds the studies of the criteria, each kind of identifier by its own query. */
export class StudySearch {
  private readonly found = new FoundStudies();

  constructor(
    private readonly archive: Archive,
    private readonly relational: QuerySupport,
    private readonly matchingKeys: QuerySupport,
    private readonly criteria: SearchCriteria,
    private readonly notices: Notices,
  ) {}

  /** @throws DimseError if nothing can be found because of faults. */
  async find(): Promise<FoundStudies> {
    const { patientIds, accessionNumbers, studyInstanceUids, seriesInstanceUids, sopInstanceUids } = this.criteria;
    const { archive, found } = this;
    const asked: [boolean, () => Promise<void>][] = [
      ...unique(patientIds).map((id): [boolean, () => Promise<void>] => [true, () => this.findPatient(id)]),
      ...unique(accessionNumbers).map((number): [boolean, () => Promise<void>] => [
        true,
        () => this.findAccession(number),
      ]),
      [
        studyInstanceUids.length > 0,
        async () =>
          found.addWhole(
            await this.byUids('study', studyInstanceUids, (uids, onFault) => archive.studiesByUid(uids, onFault)),
          ),
      ],
      [
        seriesInstanceUids.length > 0,
        async () => {
          const ask = (uids: string[], onFault: OnUidFault) => archive.seriesByUid(uids, onFault);
          found.series = await this.byUids('series', seriesInstanceUids, ask);
        },
      ],
      [
        sopInstanceUids.length > 0,
        async () => {
          const ask = (uids: string[], onFault: OnUidFault) => archive.instancesByUid(uids, onFault);
          found.instances = await this.byUids('instance', sopInstanceUids, ask);
        },
      ],
    ];
    const queries = asked.filter(([has]) => has).map(([, ask]) => ask);
    let failed = 0;
    await archive.scu.forEach(queries, async (ask) => {
      try {
        await ask();
      } catch (error) {
        failed += 1;
        if (!isFault(error) || failed === queries.length) throw error;
        this.notices.fault({ error, level: 'study' });
      }
    });
    await this.findStudiesOfParts();
    if (archive.scu.isPatientRoot) await this.completePatients();
    return found;
  }

  /** Returns the studies of the searched patients that a relational answer contained and no STUDY-level answer listed. */
  async findUnlisted(studyUids: readonly string[]): Promise<StudyAnswer[]> {
    const unlisted = await this.archive.studiesByUid(studyUids, (studyInstanceUid, error) =>
      this.notices.fault({ error, level: 'study', studyInstanceUid }),
    );
    const own = new Set<StudyAnswer>();
    for (const asked of this.criteria.patientIds) {
      const known = this.found.byPatientId.get(asked.id) ?? [];
      const more = unlisted.filter(({ patient }) => significant(patient.patientId) === significant(asked.id));
      for (const answer of matchIssuer([...known, ...more], asked).own) if (more.includes(answer)) own.add(answer);
    }
    this.found.addWhole([...own]);
    return [...own];
  }

  /** Returns what was found by UIDs. A UID whose query failed is a notice, or the error if every query failed. */
  private async byUids<Answer>(
    level: Fault['level'],
    wanted: readonly string[],
    ask: (uids: string[], onFault: OnUidFault) => Promise<Answer[]>,
  ): Promise<Answer[]> {
    const uids = [...new Set(wanted.filter(isUid))];
    const faults = new Map<string, DimseError>();
    const answers = await ask(uids, (uid, error) => faults.set(uid, error));
    const [first] = faults.values();
    if (first && faults.size === uids.length) throw first;
    for (const [uid, error] of faults) {
      this.notices.fault({ error, level, [level === 'study' ? 'studyInstanceUid' : 'seriesInstanceUid']: uid });
    }
    return answers;
  }

  private async findAccession(number: string): Promise<void> {
    const { studies, others } = await this.archive.studiesBy(Tag.accessionNumber, number);
    this.found.addWhole([...studies, ...this.notices.checkIdentifiers('Accession Number', number, others)]);
  }

  private async findPatient(asked: PatientIdentifier): Promise<void> {
    const modality = this.pushedModality(asked);
    const { studies: answers, others } = await this.studiesOf(asked.id, modality);
    const { own, unknown, unchecked } = matchIssuer(answers, asked);
    this.found.byPatientId.set(asked.id, answers);
    this.found.addWhole(own);
    const [first] = own;
    if (first && own.length === answers.length && !modality) this.found.wholePatients.add(first.patient.patientId);
    // The issuers of other Patient IDs are other ones.
    const candidates =
      asked.issuer === undefined ? others : others.map(({ answer, id: other }) => ({ answer, id: other }));
    this.found.addWhole(this.notices.checkIdentifiers('Patient ID', asked.id, candidates));
    if (!modality) this.notices.fewerStudiesThanCounted(uncountedStudies(answers));
    if (unknown > 0) this.notices.issuerUnknown(unknown);
    if (unchecked) this.notices.issuerNotChecked();
  }

  /**
   * Returns the studies of a Patient ID. Matching by Modalities in Study is optional (PS3.4 C.6.2.1.2). If an archive finds
   * nothing with it or refuses it, the query is repeated without it. If an answer was cut, a query by the wanted dates
   * completes it.
   */
  private async studiesOf(id: string, modality: string | undefined): Promise<StudyMatches> {
    if (modality && (this.matchingKeys.isSupported(BY_MODALITY) || this.matchingKeys.isUnchecked(BY_MODALITY))) {
      const filtered = await this.archive.studiesBy(Tag.patientId, id, { modality }).catch((error: unknown) => {
        if (isFault(error) && !this.archive.scu.signal.aborted) return undefined;
        throw error;
      });
      const found = filtered?.studies.length ?? 0;
      if (found > 0) this.matchingKeys.confirm(BY_MODALITY, found);
      if (filtered && (found > 0 || this.matchingKeys.isSupported(BY_MODALITY))) return filtered;
      const all = await this.archive.studiesBy(Tag.patientId, id);
      const mayHaveIt = ({ study: { modalitiesInStudy } }: StudyAnswer) =>
        modalitiesInStudy === undefined || modalitiesInStudy.includes(modality);
      if (!filtered || all.studies.some(mayHaveIt)) this.matchingKeys.refute(BY_MODALITY);
      else if (all.studies.length > 0) this.matchingKeys.confirm(BY_MODALITY, all.studies.length);
      return all;
    }
    const all = await this.completed(id, await this.archive.studiesBy(Tag.patientId, id));
    const { lowerDateTime, upperDateTime } = this.criteria.filters;
    if (!all.isCut || !(lowerDateTime ?? upperDateTime)) return all;
    const dates = `${lowerDateTime?.date ?? ''}-${upperDateTime?.date ?? ''}`;
    const dated = await this.archive.studiesBy(Tag.patientId, id, { dates }).catch((error: unknown) => {
      if (isFault(error)) return all;
      throw error;
    });
    const known = new Set(all.studies.map(({ study }) => study.studyInstanceUid));
    const more = dated.studies.filter(({ study }) => !known.has(study.studyInstanceUid));
    return { ...all, studies: [...all.studies, ...more] };
  }

  /**
   * Returns an answer with the studies that the archive may have left out silently: queries by two ranges of Study Date prove its
   * end. They are left out if the archive counts the patient's studies, or if a relational answer proves it.
   */
  private async completed(id: string, all: StudyMatches): Promise<StudyMatches> {
    const { archive, relational, notices } = this;
    const { studies, others, isCut } = all;
    const size = studies.length + others.length;
    const isProven =
      studies.some(({ patientStudyCount }) => patientStudyCount !== undefined) || relational.isSupported(BY_PATIENT);
    if (isCut || isProven || !archive.scu.sizes.mayBeCut('STUDY', size, id)) return all;
    const known = new Map(studies.map((answer) => [answer.study.studyInstanceUid, answer]));
    const listed = known.size;
    const end = AbortSignal.any([archive.scu.signal, AbortSignal.timeout(PROOF_TIMEOUT_MS)]);
    let queries = 0;
    let isRanged = true;
    const complete = async (range: DateRange): Promise<void> => {
      const halves = halvesOf(range, [...known.values()]);
      for (const half of halves ?? []) {
        if ((queries += 1) > MOST_RANGES) return;
        const expected = studiesIn([...known.values()], half);
        const found = (await archive.studiesBy(Tag.patientId, id, { dates: rangeValue(half) }, end)).studies;
        const uids = new Set(found.map(({ study }) => study.studyInstanceUid));
        // Otherwise the archive does not match by ranges, and the answer proves nothing.
        const isRange =
          studiesIn(found, half).length === found.length &&
          (found.length >= size || expected.every(({ study }) => uids.has(study.studyInstanceUid)));
        isRanged &&= isRange;
        if (!isRange) return;
        for (const answer of found) known.set(answer.study.studyInstanceUid, answer);
        if (found.length >= size) await complete(half);
      }
    };
    await complete({}).catch((error: unknown) => {
      if (!isFault(error)) throw error;
    });
    if (known.size === listed) {
      if (isRanged) archive.scu.sizes.confirm('STUDY', id, size);
      return all;
    }
    archive.scu.sizes.addLimit('STUDY', size);
    notices.cutSilently('STUDY', size);
    return { ...all, studies: [...known.values()] };
  }

  /** Adds the attributes of the patients, which Patient Root returns at PATIENT level only (PS3.4 C.6.1.1). */
  private async completePatients(): Promise<void> {
    const { archive, found } = this;
    const ids = new Set([...found.answers.values()].filter(({ patient }) => !isDescribed(patient)).map(idOf));
    const patients = new Map<string, PatientAttributes>();
    await archive.scu.forEach([...ids], async (id) => {
      const patient = await archive.patient(id);
      if (patient) patients.set(id, patient);
    });
    for (const answer of found.answers.values()) answer.patient = { ...patients.get(idOf(answer)), ...answer.patient };
  }

  /**
   * Returns the filter that the archive can apply without losing anything: one modality. Several modalities have no matching.
   * Dates would lose studies without a date, which are wanted. Archives differ in letter case and accents of descriptions.
   * With an issuer, all of the patient's studies are needed.
   */
  private pushedModality({ issuer }: PatientIdentifier): string | undefined {
    if (issuer) return undefined;
    const [first, ...others] = this.criteria.filters.modalitiesInStudy ?? [];
    const modality = first?.trim().toUpperCase();
    return modality && others.length === 0 && /^[A-Z0-9 _]{1,16}$/.test(modality) ? modality : undefined;
  }

  /** Finds the studies of the series and instances that were found by their own UIDs. */
  private async findStudiesOfParts(): Promise<void> {
    const { archive, criteria, found } = this;
    this.warnIfUnsupported(
      'series',
      criteria.seriesInstanceUids,
      found.series.map(({ series }) => series.seriesInstanceUid),
    );
    this.warnIfUnsupported(
      'images',
      criteria.sopInstanceUids,
      found.instances.map(({ instance }) => instance.sopInstanceUid),
    );
    found.addParts();
    const faults = new Map<string, DimseError>();
    const studies = await archive.studiesByUid(found.unknown, (uid, error) => faults.set(uid, error));
    for (const answer of studies) found.answers.set(answer.study.studyInstanceUid, answer);
    this.keepUndescribed(faults);
    const orphans = found.unknown.filter((uid) => !faults.has(uid));
    for (const uid of orphans) found.scopes.delete(uid);
    if (orphans.length > 0) this.notices.studiesMissing(orphans.length);
  }

  /**
   * Keeps a study whose own query failed, without its attributes: its series or images were found. Of several such studies it is not
   * known whether they belong to one patient, so they are missing.
   */
  private keepUndescribed(faults: ReadonlyMap<string, DimseError>): void {
    const { found, notices } = this;
    for (const [studyInstanceUid, error] of faults) {
      if (faults.size === 1) {
        found.answers.set(studyInstanceUid, { patient: { patientId: '' }, study: { studyInstanceUid } });
        notices.studyUndescribed(studyInstanceUid, error);
      } else {
        found.scopes.delete(studyInstanceUid);
        notices.fault({ error, level: 'study', studyInstanceUid });
      }
    }
    const [error] = faults.values();
    if (error && found.scopes.size === 0) throw error;
  }

  /**
   * Adds a notice if a UID was not found by a peer that has never answered such a query. Many return nothing for it, even if
   * they have it.
   */
  private warnIfUnsupported(what: string, asked: readonly string[], foundUids: readonly string[]): void {
    const found = new Set(foundUids);
    const shape = `${what} by UID alone`;
    if (found.size > 0) this.relational.confirm(shape, found.size);
    const absent = new Set(asked.filter((uid) => isUid(uid) && !found.has(uid)));
    if (absent.size === 0 || this.relational.isSupported(shape)) return;
    this.notices.notSearched(what, absent.size);
  }
}

const BY_MODALITY = 'STUDY by Modalities in Study';
/** Most queries by a range of Study Date for one patient. */
const MOST_RANGES = 64;
/** How long the queries by ranges may delay an answer, milliseconds. */
const PROOF_TIMEOUT_MS = 2_000;

function idOf({ patient }: StudyAnswer): string {
  return patient.patientId;
}

function isDescribed({ patientName, patientBirthDate, patientSex }: PatientAttributes): boolean {
  return (patientName ?? patientBirthDate ?? patientSex) !== undefined;
}

/** Returns how many more studies of the same patients the archive counts than it lists. */
function uncountedStudies(answers: readonly StudyAnswer[]): number {
  const patients = new Map<string, { listed: Set<string>; counted: number }>();
  for (const { patient, study, patientStudyCount = 0 } of answers) {
    const key = JSON.stringify([patient.patientId, patient.issuerOfPatientId]);
    const known = patients.get(key) ?? { listed: new Set(), counted: 0 };
    known.listed.add(study.studyInstanceUid);
    known.counted = Math.max(known.counted, patientStudyCount);
    patients.set(key, known);
  }
  return [...patients.values()].reduce((sum, { listed, counted }) => sum + Math.max(0, counted - listed.size), 0);
}

function unique<Value>(values: readonly Value[]): Value[] {
  return [...new Map(values.map((value) => [JSON.stringify(value), value])).values()];
}
