import { isUid } from '@pacs-connectors/connector-core';
import { Tag } from '../dimse/tags.js';
import { type DataSetText } from '../text/data-set-text.js';
import {
  countOf,
  type InstanceAnswer,
  instanceOf,
  patientOf,
  type SeriesAnswer,
  seriesOf,
  type StudyAnswer,
  studyOf,
  type TreeAnswer,
} from './answers.js';
import { type FindScu, type FindQuery } from './find-scu.js';
import { literalMatch, significant } from './identifier.js';
import { RETURN_KEYS, TREE_KEYS } from './return-keys.js';
import { type QuerySupport } from './query-support.js';
import { queryByUids, UnsupportedQueryError } from './uid-queries.js';

/** A study as the parent of the next query. */
export interface StudyKey {
  studyInstanceUid: string;
  patientId: string;
}
/** A series as the parent of the next query. */
export interface SeriesKey extends StudyKey {
  seriesInstanceUid: string;
}

/** What became of one part of the tree that the peer refused to tell. */
export type OnRefusal = (uid: string, error: Error) => void;

/**
 * The queries that are put to a peer, each with its answers read and checked: a match that is not what was asked for, or
 * has no valid UID, is left out.
 */
export class Archive {
  constructor(
    readonly scu: FindScu,
    private readonly lists: QuerySupport,
  ) {}

  /**
   * Studies by the literal value of an LO or SH attribute.
   *
   * @param modality only studies that hold it, where the peer matches that (PS3.4 C.6.2.1.2: it need not).
   */
  async studiesBy(tag: number, value: string, modality?: string): Promise<StudyAnswer[]> {
    const literal = literalMatch(value);
    if (literal === undefined) return [];
    const wanted = significant(value);
    return this.scu.ask(
      {
        level: 'STUDY',
        match: new Map([[tag, literal], ...(modality ? [[Tag.modalitiesInStudy, modality] as const] : [])]),
        returnKeys: RETURN_KEYS.STUDY,
      },
      (match) => {
        const found = match.get(tag);
        if (found === undefined) this.scu.withoutKey += 1;
        return found !== undefined && significant(found) === wanted ? this.readStudy(match) : undefined;
      },
    );
  }

  /**
   * The Study Instance UID of the first match for all studies; `undefined` if there is none.
   *
   * @param enough ends the query: there may be millions of matches
   */
  async anyStudy(enough: () => void): Promise<string | undefined> {
    let study: string | undefined;
    const query: FindQuery = { level: 'STUDY', match: new Map(), returnKeys: [Tag.studyInstanceUid] };
    const read = (match: DataSetText) => {
      study ??= this.uid(match, Tag.studyInstanceUid);
      if (study !== undefined) enough();
    };
    await this.scu.ask(query, read).catch((error: unknown) => {
      if (study === undefined) throw error;
    });
    return study;
  }

  studiesByUid(uids: readonly string[]): Promise<StudyAnswer[]> {
    return queryByUids(this.scu, this.lists, uids, {
      shape: 'STUDY by a list of Study Instance UIDs',
      query: (list) => ({ level: 'STUDY', ...uidMatch(Tag.studyInstanceUid, list), returnKeys: RETURN_KEYS.STUDY }),
      read: (match, wanted) => {
        const answer = this.readStudy(match);
        return answer && wanted.has(answer.study.studyInstanceUid)
          ? { uid: answer.study.studyInstanceUid, answer }
          : undefined;
      },
    });
  }

  seriesOfStudies(studies: readonly StudyKey[], onRefusal: OnRefusal): Promise<SeriesAnswer[]> {
    const patients = patientsOf(studies);
    return queryByUids(this.scu, this.lists, [...patients.keys()], {
      shape: 'SERIES by a list of Study Instance UIDs',
      onRefusal,
      query: (list) => ({
        level: 'SERIES',
        ...uidMatch(Tag.studyInstanceUid, list),
        ...onlyPatient(list, patients),
        returnKeys: RETURN_KEYS.SERIES,
      }),
      read: (match, wanted) => {
        const answer = this.readSeries(match, onlyOf(wanted));
        return answer && wanted.has(answer.studyInstanceUid) ? { uid: answer.studyInstanceUid, answer } : undefined;
      },
    });
  }

  /** Series by their own UIDs, their study not being known: relational by nature. */
  seriesByUid(uids: readonly string[]): Promise<SeriesAnswer[]> {
    return queryByUids(this.scu, this.lists, uids, {
      shape: 'SERIES by a list of Series Instance UIDs',
      query: (list) => ({
        level: 'SERIES',
        ...uidMatch(Tag.seriesInstanceUid, list),
        returnKeys: RETURN_KEYS.SERIES,
      }),
      read: (match, wanted) => {
        const answer = this.readSeries(match);
        return answer && wanted.has(answer.series.seriesInstanceUid)
          ? { uid: answer.series.seriesInstanceUid, answer }
          : undefined;
      },
    });
  }

  instancesOfSeries(series: readonly SeriesKey[], onRefusal: OnRefusal): Promise<InstanceAnswer[]> {
    const keys = new Map(series.map((key) => [key.seriesInstanceUid, key]));
    return queryByUids(this.scu, this.lists, [...keys.keys()], {
      shape: 'IMAGE by a list of Series Instance UIDs',
      onRefusal,
      query: (list) => {
        const parents = list.map((uid) => keys.get(uid) as SeriesKey);
        const studies = [...new Set(parents.map(({ studyInstanceUid }) => studyInstanceUid))];
        return {
          level: 'IMAGE',
          match: new Map([
            [Tag.studyInstanceUid, studies.join('\\')],
            [Tag.seriesInstanceUid, list.join('\\')],
          ]),
          ...onlyPatient(studies, patientsOf(parents)),
          returnKeys: RETURN_KEYS.IMAGE,
        };
      },
      read: (match, wanted) => {
        const only = keys.get(onlyOf(wanted) ?? '');
        const answer = this.readInstance(match, only);
        return answer &&
          wanted.has(answer.seriesInstanceUid) &&
          keys.get(answer.seriesInstanceUid)?.studyInstanceUid === answer.studyInstanceUid
          ? { uid: answer.seriesInstanceUid, answer }
          : undefined;
      },
    });
  }

  /** Instances by their own UIDs, their series not being known: relational by nature. */
  instancesByUid(uids: readonly string[]): Promise<InstanceAnswer[]> {
    return queryByUids(this.scu, this.lists, uids, {
      shape: 'IMAGE by a list of SOP Instance UIDs',
      query: (list) => ({ level: 'IMAGE', ...uidMatch(Tag.sopInstanceUid, list), returnKeys: RETURN_KEYS.IMAGE }),
      read: (match, wanted) => {
        const answer = this.readInstance(match);
        return answer && wanted.has(answer.instance.sopInstanceUid)
          ? { uid: answer.instance.sopInstanceUid, answer }
          : undefined;
      },
    });
  }

  /**
   * Everything below a patient in one relational query. Patient Root is preferred, since some peers look at the Patient
   * ID below STUDY level only there.
   *
   * @returns `undefined` where the peer does not answer it, or with what was not asked for.
   */
  async treeOfPatient(patientId: string): Promise<TreeAnswer[] | undefined> {
    const literal = literalMatch(patientId);
    if (literal === undefined) return [];
    const wanted = significant(patientId);
    return this.scu.attempt(
      {
        level: 'IMAGE',
        prefer: 'patient',
        match: new Map([[Tag.patientId, literal]]),
        returnKeys: [Tag.patientId, ...TREE_KEYS],
      },
      (match) => (significant(match.get(Tag.patientId) ?? '') === wanted ? this.readTreeAnswer(match) : undefined),
    );
  }

  /**
   * Everything below studies in one relational query for each, or for several as a list.
   *
   * @returns `undefined` where the peer does not answer it, or with what was not asked for.
   */
  async treeOfStudies(studies: readonly StudyKey[]): Promise<TreeAnswer[] | undefined> {
    const patients = patientsOf(studies);
    const answers = queryByUids(this.scu, this.lists, [...patients.keys()], {
      shape: 'relational IMAGE by a list of Study Instance UIDs',
      optional: true,
      query: (list) => ({
        level: 'IMAGE',
        ...uidMatch(Tag.studyInstanceUid, list),
        ...onlyPatient(list, patients),
        returnKeys: TREE_KEYS,
      }),
      read: (match, wanted) => {
        const answer = this.readTreeAnswer(match);
        return answer && wanted.has(answer.studyInstanceUid) ? { uid: answer.studyInstanceUid, answer } : undefined;
      },
    });
    return answers.catch((error: unknown) => {
      if (error instanceof UnsupportedQueryError) return undefined;
      throw error;
    });
  }

  private readStudy(match: DataSetText): StudyAnswer | undefined {
    const uid = this.uid(match, Tag.studyInstanceUid);
    if (!uid) return undefined;
    const instanceCount = countOf(match, Tag.numberOfStudyRelatedInstances);
    return {
      patient: patientOf(match),
      study: studyOf(match, uid),
      ...(instanceCount === undefined ? {} : { instanceCount }),
    };
  }

  /** @param onlyStudy the one study that was asked about: it is what a match without a Study Instance UID belongs to. */
  private readSeries(match: DataSetText, onlyStudy?: string): SeriesAnswer | undefined {
    const studyInstanceUid = match.get(Tag.studyInstanceUid) ?? onlyStudy;
    const uid = this.uid(match, Tag.seriesInstanceUid);
    if (!uid) return undefined;
    if (!isUid(studyInstanceUid)) {
      this.scu.withoutUid += 1;
      return undefined;
    }
    const instanceCount = countOf(match, Tag.numberOfSeriesRelatedInstances);
    return {
      studyInstanceUid,
      series: seriesOf(match, uid),
      ...(instanceCount === undefined ? {} : { instanceCount }),
    };
  }

  private readInstance(match: DataSetText, only?: SeriesKey): InstanceAnswer | undefined {
    const studyInstanceUid = match.get(Tag.studyInstanceUid) ?? only?.studyInstanceUid;
    const seriesInstanceUid = match.get(Tag.seriesInstanceUid) ?? only?.seriesInstanceUid;
    const uid = this.uid(match, Tag.sopInstanceUid);
    if (!uid) return undefined;
    if (!isUid(studyInstanceUid) || !isUid(seriesInstanceUid)) {
      this.scu.withoutUid += 1;
      return undefined;
    }
    return { studyInstanceUid, seriesInstanceUid, instance: instanceOf(match, uid) };
  }

  private readTreeAnswer(match: DataSetText): TreeAnswer | undefined {
    const answer = this.readInstance(match);
    if (!answer) return undefined;
    const { studyInstanceUid, seriesInstanceUid, instance } = answer;
    return { studyInstanceUid, series: seriesOf(match, seriesInstanceUid), instance };
  }

  private uid(match: DataSetText, tag: number): string | undefined {
    const uid = match.get(tag);
    if (isUid(uid)) return uid;
    this.scu.withoutUid += 1;
    return undefined;
  }
}

function uidMatch(tag: number, uids: readonly string[]): Pick<FindQuery, 'match'> {
  return { match: new Map([[tag, uids.join('\\')]]) };
}

function patientsOf(studies: readonly StudyKey[]): Map<string, string> {
  return new Map(studies.map(({ studyInstanceUid, patientId }) => [studyInstanceUid, patientId]));
}

/** The patient of these studies, where it is one and needs no escape: Patient Root wants it. */
function onlyPatient(uids: readonly string[], patients: ReadonlyMap<string, string>): Pick<FindQuery, 'patientId'> {
  const ids = new Set(uids.map((uid) => patients.get(uid) ?? ''));
  const id = ids.size === 1 ? literalMatch([...ids][0] as string) : undefined;
  return id === undefined ? {} : { patientId: id };
}

function onlyOf(uids: ReadonlySet<string>): string | undefined {
  return uids.size === 1 ? [...uids][0] : undefined;
}
