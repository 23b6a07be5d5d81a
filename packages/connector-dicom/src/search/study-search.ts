import { isUid, type PatientIdentifier, type SearchCriteria } from '@pacs-connectors/connector-core';
import { Tag } from '../dimse/tags.js';
import { type StudyAnswer } from './answers.js';
import { type Archive } from './archive.js';
import { isRefusal } from './find-scu.js';
import { FoundStudies } from './found-studies.js';
import { significant } from './identifier.js';
import { matchIssuer } from './issuers.js';
import { type Notices } from './notices.js';
import { type QuerySupport } from './query-support.js';

/** Finds the studies that the criteria name, each kind of identifier by its own query. */
export class StudySearch {
  private readonly found = new FoundStudies();

  constructor(
    private readonly archive: Archive,
    private readonly relational: QuerySupport,
    private readonly criteria: SearchCriteria,
    private readonly notices: Notices,
  ) {}

  /** @throws DimseError where nothing can be had. */
  async find(): Promise<FoundStudies> {
    const { patientIds, accessionNumbers, studyInstanceUids, seriesInstanceUids, sopInstanceUids } = this.criteria;
    const { archive, found } = this;
    const asked: [boolean, () => Promise<void>][] = [
      ...unique(patientIds).map((id): [boolean, () => Promise<void>] => [true, () => this.findPatient(id)]),
      ...unique(accessionNumbers).map((number): [boolean, () => Promise<void>] => [
        true,
        async () => found.addWhole(await archive.studiesBy(Tag.accessionNumber, number)),
      ]),
      [
        studyInstanceUids.length > 0,
        async () => found.addWhole(await archive.studiesByUid(studyInstanceUids.filter(isUid))),
      ],
      [
        seriesInstanceUids.length > 0,
        async () => void (found.series = await archive.seriesByUid(seriesInstanceUids.filter(isUid))),
      ],
      [
        sopInstanceUids.length > 0,
        async () => void (found.instances = await archive.instancesByUid(sopInstanceUids.filter(isUid))),
      ],
    ];
    const queries = asked.filter(([has]) => has).map(([, ask]) => ask);
    let refused = 0;
    await archive.scu.forEach(queries, async (ask) => {
      try {
        await ask();
      } catch (error) {
        if (!isRefusal(error) || (refused += 1) === queries.length) throw error;
        this.notices.refused('a part of what was asked for', error);
      }
    });
    await this.findStudiesOfParts();
    return found;
  }

  /** Studies that a relational answer held and the STUDY level did not, as far as they are the patients' that were asked for. */
  async findUnlisted(studyUids: readonly string[]): Promise<StudyAnswer[]> {
    const unlisted = await this.archive.studiesByUid(studyUids);
    const own = new Set<StudyAnswer>();
    for (const asked of this.criteria.patientIds) {
      const known = this.found.byPatientId.get(asked.id) ?? [];
      const more = unlisted.filter(({ patient }) => significant(patient.patientId) === significant(asked.id));
      for (const answer of matchIssuer([...known, ...more], asked).own) if (more.includes(answer)) own.add(answer);
    }
    this.found.addWhole([...own]);
    return [...own];
  }

  private async findPatient(asked: PatientIdentifier): Promise<void> {
    const modality = this.pushedModality(asked);
    const answers = await this.archive.studiesBy(Tag.patientId, asked.id, modality);
    const { own, unknown, unchecked } = matchIssuer(answers, asked);
    this.found.byPatientId.set(asked.id, answers);
    this.found.addWhole(own);
    const [first] = own;
    if (first && own.length === answers.length && !modality) this.found.wholePatients.add(first.patient.patientId);
    if (unknown > 0) this.notices.issuerUnknown(unknown);
    if (unchecked) this.notices.issuerNotChecked();
  }

  /**
   * The filter that the archive can apply without losing anything: one modality. Not pushed to it: several modalities, which
   * have no matching; dates, since a range never matches a study without one, which is wanted; texts in the description,
   * since letter case and accents count for an archive. Nor is anything where the issuer has to be looked up in all of the
   * patient's studies.
   */
  private pushedModality({ issuer }: PatientIdentifier): string | undefined {
    if (issuer) return undefined;
    const [first, ...others] = this.criteria.filters.modalitiesInStudy ?? [];
    const modality = first?.trim().toUpperCase();
    return modality && others.length === 0 && /^[A-Z0-9 _]{1,16}$/.test(modality) ? modality : undefined;
  }

  /** The studies of the series and instances that were found by their own UIDs. */
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
    for (const answer of await archive.studiesByUid(found.unknown)) {
      found.answers.set(answer.study.studyInstanceUid, answer);
    }
    const orphans = found.unknown;
    for (const uid of orphans) found.scopes.delete(uid);
    if (orphans.length > 0) this.notices.studiesMissing(orphans.length);
  }

  /**
   * Says so where a UID that was asked for alone was not found by a peer that has never answered such a query: many
   * answer it with nothing, whatever they hold.
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

function unique<Value>(values: readonly Value[]): Value[] {
  return [...new Map(values.map((value) => [JSON.stringify(value), value])).values()];
}
